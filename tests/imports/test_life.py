"""An import from its arrival to its end: whose it is, what a failure leaves, and that killed work goes on."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.audit.record import verify
from casework.core.errors import Blocked, Conflict, IntegrityFailure, NotAllowed, StorageFull
from casework.evidence import store
from casework.evidence.actions import batches
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, Item, Post
from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import (
    cancel_import,
    confirm_import,
    fail_import,
    receive_import,
    retry_import,
    run_import,
    running,
)
from casework.imports.jobs import carry_on
from casework.imports.models import Import, Imported, ImportProblem, ImportRow
from casework.imports.queue import queue_lost_imports
from tests.evidence.test_tus import signed_in, whole
from tests.factories import CaseFactory
from tests.imports.exports import chat, message, packed, png, telegram

pytestmark = pytest.mark.django_db
KIND = Import.Kind.TELEGRAM
BACKEND = "casework.accounts.backends.CaseworkBackend"


def export(count: int = 5) -> bytes:
    messages = [message(number, f"Words {number}", photo=f"photos/{number}.jpg") for number in range(1, count + 1)]
    return telegram(chat(*messages), {f"photos/{number}.jpg": png(number) for number in range(1, count + 1)})


def stored() -> list[str]:
    return list(store.iterate())


def test_a_copy_killed_half_way_goes_on_where_it_was(bring, cast, monkeypatch):
    batch = bring(KIND, export())
    confirm_import(batch, actor=cast.investigator)
    real, kept = running._keep, []

    def keep(files: Any, media: Any) -> Any:
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(media["path"])
        return real(files, media)

    monkeypatch.setattr(running, "_keep", keep)
    with pytest.raises(KeyboardInterrupt):
        carry_on(str(batch.pk))
    assert not Item.objects.exists()
    assert len(stored()) == 4, "the export and three pictures"
    again: list[str] = []
    monkeypatch.setattr(running, "_keep", lambda files, media: again.append(media["path"]) or real(files, media))
    carry_on(str(batch.pk))
    assert len(again) == 2 and not set(again) & set(kept)
    assert Item.objects.count() == EvidenceFile.objects.count() == 5


def test_a_file_that_was_swept_meanwhile_is_copied_again(bring, cast):
    sent = export(2)
    batch = bring(KIND, sent)
    confirm_import(batch, actor=cast.investigator)
    batch.refresh_from_db()
    with running.opened(batch) as files:
        running._copy(batch, files)
    store.sweep(is_known=lambda sha256: False, older_than=datetime.timedelta(seconds=-5))
    # The export went with it, as it never would: it has a row.
    store.keep(store.receive([sent]))
    carry_on(str(batch.pk))
    assert Item.objects.count() == 2


def test_a_failure_in_the_transaction_leaves_nothing_and_is_told(bring, cast, monkeypatch):
    before = (Item.objects.count(), AuditEvent.objects.count())
    batch = bring(KIND, export())
    confirm_import(batch, actor=cast.investigator)
    real = batches.write_files

    def write(item: Item, *rest: Any, **more: Any) -> Any:
        if item.post.post_id == "4":
            raise StorageFull("No room.")
        return real(item, *rest, **more)

    monkeypatch.setattr(batches, "write_files", write)
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.failure) == ("failed", "No room.")
    assert not Post.objects.exists() and not Imported.objects.exists() and not CustodyEvent.objects.exists()
    assert Item.objects.count() == before[0]
    monkeypatch.setattr(batches, "write_files", real)
    retry_import(batch, actor=cast.investigator)
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    confirm_import(batch, actor=cast.investigator)
    carry_on(str(batch.pk))
    assert Item.objects.count() == 5
    assert verify().whole


def test_a_defect_is_a_failure_that_names_no_content(bring, cast, monkeypatch):
    batch = bring(KIND, export(1))
    confirm_import(batch, actor=cast.investigator)

    def broken(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError("Words 1")

    monkeypatch.setattr(running, "register_together", broken)
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert batch.state == "failed" and "Words" not in batch.failure and "Nothing was imported" in batch.failure


def test_what_runs_twice_acts_once(bring, finish):
    batch = finish(bring(KIND, export(2)))
    carry_on(str(batch.pk))
    Import.objects.filter(pk=batch.pk).update(state="running")
    batch.refresh_from_db()
    run_import(batch)
    assert Item.objects.count() == 2, "its rows are gone"


def test_a_file_that_changed_since_the_preview_stops_it(bring, cast):
    batch = bring(Import.Kind.TABLE, packed({"m.csv": "file,title\np.png,P\n", "p.png": png(1)}))
    row = batch.rows.get()
    row.media[0]["sha256"] = "0" * 64
    row.save()
    confirm_import(batch, actor=cast.investigator)
    batch.refresh_from_db()
    with pytest.raises(IntegrityFailure):
        run_import(batch)
    assert not Item.objects.exists()


def test_work_of_a_dead_worker_is_queued_again(bring, cast):
    batch = bring(KIND, export(1))
    confirm_import(batch, actor=cast.investigator)
    jobs = ProcrastinateJob.objects.filter(args__import_id=str(batch.pk), status="todo")
    assert queue_lost_imports() == 0
    jobs.using("default")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert queue_lost_imports() == 1
    assert queue_lost_imports() == 0


def test_what_never_ends_is_given_up(bring, cast):
    batch = bring(KIND, export(1))
    confirm_import(batch, actor=cast.investigator)
    Import.objects.filter(pk=batch.pk).update(attempts=5)
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert batch.state == "failed" and "five times" in batch.failure


def test_cancelling_deletes_what_was_staged(bring, cast):
    batch = bring(KIND, telegram(chat(message(1, "x", photo="photos/lost.jpg"))))
    assert ImportRow.objects.exists() and ImportProblem.objects.exists()
    cancel_import(batch, actor=cast.colleague)
    assert not ImportRow.objects.exists() and not ImportProblem.objects.exists()
    with pytest.raises(Conflict):
        confirm_import(batch, actor=cast.investigator)
    assert Blob.objects.count() == 1, "what was sent stays"


def test_the_person_is_asked_for_their_rights_again(bring, cast):
    batch = bring(KIND, export(1))
    with pytest.raises(NotAllowed):
        confirm_import(batch, actor=cast.viewer)
    confirm_import(batch, actor=cast.investigator)
    type(cast.investigator).objects.filter(pk=cast.investigator.pk).update(is_active=False)
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert batch.state == "failed" and not Item.objects.exists()


def test_a_case_closed_meanwhile_stops_it(bring, cast):
    case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    batch = bring(KIND, export(1), case=case, establishes=["act"])
    confirm_import(batch, actor=cast.investigator)
    type(case).objects.filter(pk=case.pk).update(state="closed")
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert batch.state == "failed" and "closed" in batch.failure and not Item.objects.exists()
    with pytest.raises(Conflict):
        receive_import(actor=cast.investigator, team=cast.team, kind=KIND, case=case, establishes=["act"],
                       files=[stored_from_bytes("x.zip", b"x")])  # fmt: skip


def test_nothing_new_is_nothing_to_confirm(bring, finish, cast):
    finish(bring(KIND, export(1)))
    with pytest.raises(Blocked):
        confirm_import(bring(KIND, export(1)), actor=cast.investigator)


def test_custody_and_audit_are_as_of_one_by_one(bring, finish, cast):
    batch = finish(bring(KIND, export(3)))
    assert verify().whole
    events = [event.event for event in AuditEvent.objects.order_by("position")]
    assert events.count("evidence.registered") == 3
    assert events[-1] == "imports.done"
    item = Item.objects.first()
    assert item is not None
    assert [link.act for link in item.custody.all()] == ["registered", "file_added"]
    assert item.custody.first().detail == {"reference": item.reference, "import": batch.reference}
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Imported.objects.update(key="x")


def test_the_pages_lead_from_sending_to_the_items(cast, client):
    client.force_login(cast.investigator, backend=BACKEND)
    form = {"kind": "telegram", "graphic": 1, "channel": "front_news", "caveat": ""}
    sent = client.post("/imports/new/", {**form, "files": _posted("export.zip", export(2))})
    assert sent.status_code == 302, sent.content.decode()[:2000]
    page = sent["Location"]
    assert "will be read" in client.get(page).content.decode()
    batch = Import.objects.get()
    part = {"HX-Request": "true", "HX-Target": "import-state"}
    assert "hx-get" in client.get(page, headers=part).content.decode()
    carry_on(str(batch.pk))
    assert client.get(page, headers=part)["HX-Refresh"] == "true"
    shown = client.get(page).content.decode()
    assert "Import 2 items" in shown and "Words 1" in shown
    assert client.post(f"{page}confirm/", {}).status_code == 302
    carry_on(str(batch.pk))
    shown = client.get(page).content.decode()
    assert "2 items with 2 files came in" in shown
    item = Item.objects.first()
    assert item is not None and item.graphic == 1
    assert batch.reference in client.get(f"/evidence/{item.pk}/").content.decode()


def test_a_preview_with_errors_says_so_until_they_are_left_out(cast, client, bring):
    batch = bring(Import.Kind.TABLE, packed({"m.csv": "title,recorded\nGood,2024\n=cmd,never\n"}))
    client.force_login(cast.investigator, backend=BACKEND)
    page = client.post(f"/imports/{batch.pk}/confirm/", {})
    assert page.status_code == 409 and "Some rows have errors" in page.content.decode()
    table = b"".join(client.get(f"/imports/{batch.pk}/problems.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "row 3,recorded,error" in table
    assert client.post(f"/imports/{batch.pk}/confirm/", {"leave_out": "on"}).status_code == 302
    assert client.post(f"/imports/{batch.pk}/cancel/").status_code == 409
    assert client.get(f"/imports/{batch.pk}/").status_code == 200


def test_its_pages_ask_as_much_for_many_rows_as_for_one(cast, client, bring):
    client.force_login(cast.investigator, backend=BACKEND)
    asked = []
    for count in (1, 40):
        first = count * 1000
        messages = [message(first + number, "x", photo="photos/lost.jpg") for number in range(count)]
        batch = bring(KIND, telegram(chat(*messages)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/imports/{batch.pk}/").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert batch.created_at <= clock.now()


def _posted(name: str, data: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, data, "application/zip")


def test_what_arrived_by_resumable_upload_is_taken(cast):
    office = signed_in(cast.investigator)
    upload = whole(office, export(1), "export.zip")
    sent = office.post("/imports/new/", {"kind": "telegram", "graphic": 1, "caveat": "", "uploads": [str(upload.pk)]})
    assert sent.status_code == 302, sent.content.decode()[:3000]
    upload.refresh_from_db()
    assert upload.state == "taken"
    batch = Import.objects.get()
    carry_on(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.figures["new"], batch.files.get().name) == ("preview", 1, "export.zip")
    again = office.post("/imports/new/", {"kind": "telegram", "graphic": 1, "caveat": "", "uploads": [str(upload.pk)]})
    assert again.status_code == 422


@pytest.mark.django_db
def test_a_reason_with_zeros_in_it_is_kept_with_marks(bring):
    batch = bring(Import.Kind.TABLE, packed({"m.csv": "title\nGood\n"}))
    Import.objects.filter(pk=batch.pk).update(state=Import.State.RECEIVED)
    batch.refresh_from_db()
    assert fail_import(batch, reason="No record: \0\ud800").failure == "No record: \ufffd\ufffd"
