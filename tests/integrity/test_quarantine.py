"""Into quarantine and out of it: who hears of it, once, and that the file is given to nobody meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.evidence.actions import add_file, register_item
from casework.evidence.actions.checking import note_mended, recheck
from casework.evidence.models import Blob, EvidenceFile
from casework.integrity.alerts import tell_of_damage
from tests.evidence.conftest import upload
from tests.factories import CaseFactory
from tests.helpers import BACKEND
from tests.integrity.test_fixity import spoil

pytestmark = pytest.mark.django_db
BYTES = b"the original words"


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def file(cast: SimpleNamespace) -> EvidenceFile:
    """A damaged file of an item that is linked to a case, and of an item of another team."""
    case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="document", title="Page", files=[upload(BYTES, "page.txt")],
        case=case, establishes=["act"],
    )  # fmt: skip
    register_item(
        actor=cast.outsider, team=cast.other_team, kind="document", title="Same", files=[upload(BYTES, "same.txt")]
    )
    file = item.files.select_related("blob", "item").get()
    spoil(file.blob_id)
    return file


def acts(file: EvidenceFile) -> list[str]:
    return list(file.item.custody.order_by("position").values_list("act", flat=True))


def test_what_a_check_finds_is_told_once(file: EvidenceFile) -> None:
    assert recheck(file.blob) == "mismatch"
    since = file.blob.unsound_since
    assert recheck(file.blob) == "mismatch"
    assert acts(file)[-1] == "quarantined"
    assert acts(file).count("quarantined") == 1
    told = AuditEvent.objects.filter(event="evidence.file_quarantined")
    assert [event.detail["before"] for event in told] == ["matches"]
    assert Blob.objects.get().unsound_since == since is not None
    for other in EvidenceFile.objects.exclude(pk=file.pk).select_related("item"):
        assert acts(other)[-1] == "quarantined"


def test_missing_after_damaged_is_news_and_stays_in_quarantine(file: EvidenceFile, settings: Any) -> None:
    recheck(file.blob)
    since = file.blob.unsound_since
    from casework.evidence import store

    store.originals()._path(file.blob_id).unlink()  # type: ignore[attr-defined]
    assert recheck(file.blob) == "missing"
    assert Blob.objects.get().unsound_since == since
    assert acts(file).count("quarantined") == 2


def test_a_check_that_was_overtaken_by_a_repair_damages_nothing(file: EvidenceFile, monkeypatch: Any) -> None:
    from casework.evidence.actions import checking

    looks = []

    def look(*_args: Any, **_options: Any) -> Any:
        looks.append(1)
        if len(looks) == 1:
            # While the old bytes are read, somebody sends the file again.
            Blob.objects.update(checked_at=checking.clock.now())
            return checking.store.CheckResult.DIGEST
        return checking.store.CheckResult.OK

    monkeypatch.setattr(checking.store, "check", look)
    assert recheck(file.blob) == "matches"
    assert "quarantined" not in acts(file)


def test_the_same_bytes_sent_again_end_it(file: EvidenceFile, cast: SimpleNamespace) -> None:
    recheck(file.blob)
    add_file(file.item, actor=cast.investigator, upload=upload(BYTES, "again.txt"))
    assert Blob.objects.get().is_sound
    for _twice in range(2):
        note_mended(file.blob_id)
    for each in EvidenceFile.objects.select_related("item"):
        assert acts(each).count("mended") == 1
    assert AuditEvent.objects.filter(event="evidence.file_repaired").count() == 1


def test_bytes_restored_on_the_disk_end_it(file: EvidenceFile) -> None:
    recheck(file.blob)
    spoil(file.blob_id)
    assert recheck(file.blob) == "matches"
    assert acts(file)[-1] == "mended"
    assert AuditEvent.objects.filter(event="evidence.file_sound_again").count() == 1
    assert Blob.objects.get().unsound_since is None


def test_auditors_and_administrators_get_one_mail_without_content(file: EvidenceFile, cast: SimpleNamespace) -> None:
    recheck(file.blob)
    assert tell_of_damage() == 1
    assert tell_of_damage() == 0
    assert sorted(message.to[0] for message in mail.outbox) == sorted([cast.auditor.email, cast.administrator.email])
    said = mail.outbox[0].subject + mail.outbox[0].body
    for word in (file.item.reference, file.item.title, file.name, file.blob_id[:8]):
        assert word not in said


def test_it_is_given_to_nobody_by_any_road(file: EvidenceFile, cast: SimpleNamespace) -> None:
    client, address = as_(cast.investigator), reverse("evidence:original", args=[file.pk])
    assert client.get(address).status_code == 409
    assert Blob.objects.get().check_result == "mismatch", "who stumbles upon it puts it into quarantine"
    for headers in ({}, {"range": "bytes=0-3"}, {"range": "bytes=3-"}):
        assert client.get(address, headers=headers).status_code == 409
    assert client.head(address).status_code == 409
    assert "downloaded" not in acts(file)


def test_the_items_people_read_what_is_wrong_and_what_to_do(file: EvidenceFile, cast: SimpleNamespace) -> None:
    recheck(file.blob)
    client, case = as_(cast.viewer), Case.objects.get()
    item_page = client.get(reverse("evidence:detail", args=[file.item_id])).content.decode()
    assert "A stored file of this item is damaged or missing." in item_page
    assert f"Add the same file to {file.item.reference} once more" in item_page
    assert (
        "Stored files of this case are damaged"
        in client.get(reverse("evidence:case_evidence", args=[case.pk])).content.decode()
    )
    assert "1 item of evidence damaged" in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    shown = client.get(f"/api/v1/evidence/{file.item_id}/").json()["files"][0]
    assert shown["check_result"] == "mismatch"


def test_the_page_names_items_only_to_those_who_may_know_them(file: EvidenceFile, cast: SimpleNamespace) -> None:
    recheck(file.blob)
    page = reverse("integrity:fixity")
    for user in (cast.investigator, cast.reviewer, cast.administrator, cast.viewer):
        assert as_(user).get(page).status_code == 403
    body = as_(cast.auditor).get(page).content.decode()
    assert file.blob_id[:8] in body
    assert "2 items" in body
    for hidden in (file.item.reference, file.item.title, "page.txt"):
        assert hidden not in body
    assert "1 file is in quarantine" in as_(cast.administrator).get("/").content.decode()


def test_the_page_asks_the_same_number_of_questions_for_any_number_of_files(
    file: EvidenceFile, cast: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, page = as_(cast.auditor), reverse("integrity:fixity")
    recheck(file.blob)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(page)
    for number in range(5):
        add_file(file.item, actor=cast.investigator, upload=upload(bytes([number]) * 9, f"{number}.txt"))
    for blob in Blob.objects.exclude(pk=file.blob_id):
        spoil(blob.pk)
        recheck(blob)
    with django_assert_num_queries(len(few)):
        client.get(page)
    assert len(few) < 40
