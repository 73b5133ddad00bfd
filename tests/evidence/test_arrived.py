"""Uploads that have arrived become files of records: once, by their owner alone; and what is known of them is told."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.errors import Conflict
from casework.evidence import arrivals
from casework.evidence.actions import add_files, register_item
from casework.evidence.actions.custody import verify_custody
from casework.evidence.arrivals import Hint, Recognised, Strength
from casework.evidence.models import Blob, EvidenceFile, Item, Upload
from tests.evidence.conftest import upload
from tests.evidence.test_tus import DATA, signed_in, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return signed_in(cast.investigator)


def form(**values: Any) -> dict[str, Any]:
    given = {"title": "From the night", "credibility": 6, "graphic": 0, "copy": "unknown"} | values
    return {name: value for name, value in given.items() if value is not None}


def register(client: Client, **values: Any) -> Any:
    return client.post("/evidence/new/video/", form(**values))


def test_it_makes_a_record_of_what_has_arrived(office: Client, cast: SimpleNamespace) -> None:
    first, second = whole(office), whole(office, b"another recording", "two.mp4")
    page = office.get("/evidence/new/video/").content.decode()
    assert "Files that have arrived" in page
    assert f'value="{first.pk}"' in page
    answer = register(
        office, uploads=[str(first.pk), str(second.pk)], files=SimpleUploadedFile("along.mp4", b"sent along")
    )
    assert answer.status_code == 302, answer.content.decode()
    item = Item.objects.get()
    assert sorted(item.files.values_list("name", flat=True)) == ["along.mp4", "two.mp4", "video.mp4"]
    assert set(Upload.objects.values_list("state", flat=True)) == {"taken"}
    assert verify_custody(item).whole
    assert AuditEvent.objects.filter(event="evidence.upload_taken").count() == 2
    assert "Files that have arrived" not in office.get("/evidence/new/video/").content.decode()


def test_it_uses_an_upload_once(office: Client, cast: SimpleNamespace, item: Item) -> None:
    row = whole(office)
    assert register(office, uploads=[str(row.pk)]).status_code == 302
    assert register(office, uploads=[str(row.pk)]).status_code == 422
    with pytest.raises(Conflict):
        add_files(item, actor=cast.investigator, uploads=[row])
    with pytest.raises(Conflict):
        add_files(item, actor=cast.investigator, uploads=[Upload.objects.get(pk=row.pk)])
    assert EvidenceFile.objects.filter(blob=row.blob_id).count() == 1


def test_it_refuses_alike_what_is_not_theirs_not_whole_or_not_there(office: Client, cast: SimpleNamespace) -> None:
    theirs = whole(signed_in(cast.colleague))
    unfinished = Upload.objects.create(owner=cast.investigator, name="a", size=9, expires_at=theirs.expires_at)
    errors = []
    for key in (theirs.pk, unfinished.pk, uuid.uuid4()):
        answer = register(office, uploads=[str(key)])
        assert answer.status_code == 422
        errors.append(str(answer.context["form"].errors["uploads"]).replace(str(key), "*"))
    assert len(set(errors)) == 1
    assert not Item.objects.exists()


def test_it_asks_for_a_file_where_one_is_needed(office: Client) -> None:
    answer = register(office)
    assert answer.status_code == 422
    assert "files" in answer.context["form"].errors


def test_it_adds_what_has_arrived_to_an_item(office: Client, item: Item) -> None:
    row = whole(office)
    answer = office.post(f"/evidence/{item.pk}/files/", {"uploads": str(row.pk), "part": "attachment"})
    assert answer.status_code == 302
    assert item.files.filter(blob=row.blob_id, part="attachment").exists()


def test_it_makes_each_file_a_record_of_its_own(office: Client) -> None:
    keys = [str(whole(office, f"recording {n}".encode(), f"{n}.mp4").pk) for n in range(3)]
    answer = register(office, uploads=keys, each_own="on")
    assert (answer.status_code, answer["Location"]) == (302, "/evidence/")
    titles = Item.objects.order_by("reference").values_list("title", flat=True)
    assert list(titles) == [f"From the night ({n}.mp4)" for n in range(3)]
    assert all(item.files.count() == 1 and verify_custody(item).whole for item in Item.objects.all())


def test_it_makes_all_of_them_or_none(office: Client, cast: SimpleNamespace, monkeypatch: Any) -> None:
    keys = [str(whole(office, f"recording {n}".encode(), f"{n}.mp4").pk) for n in range(3)]
    from casework.evidence.actions import items

    calls: list[int] = []
    real = items.take_uploads

    def third_is_gone(sealed: Any, *, actor: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Conflict("gone")
        real(sealed, actor=actor)

    monkeypatch.setattr(items, "take_uploads", third_is_gone)
    assert register(office, uploads=keys, each_own="on").status_code == 409
    assert not Item.objects.exists()
    assert set(Upload.objects.values_list("state", flat=True)) == {"complete"}


def test_the_api_registers_with_uploads(office: Client, cast: SimpleNamespace, case: Case) -> None:
    row, theirs = whole(office), whole(signed_in(cast.colleague))
    given = {"team": str(cast.team.pk), "kind": "video", "title": "From the night"}

    def post(**values: Any) -> Any:
        return office.post("/api/v1/evidence/", given | values, content_type="application/json")

    hidden, missing = post(uploads=[str(theirs.pk)]), post(uploads=[str(uuid.uuid4())])
    assert hidden.status_code == missing.status_code == 400
    assert hidden.json()["fields"] == missing.json()["fields"]
    answer = post(uploads=[str(row.pk)])
    assert answer.status_code == 201, answer.content
    assert [file["sha256"] for file in answer.json()["files"]] == [row.blob_id]
    assert post(uploads=[str(row.pk)]).status_code == 409
    assert Item.objects.count() == 1


def ask(client: Client, **values: Any) -> str:
    answer = client.post("/evidence/arrivals/", values)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_tells_of_the_same_bytes_that_one_may_see(office: Client, cast: SimpleNamespace) -> None:
    known = register_item(actor=cast.investigator, team=cast.team, kind="video", title="Seen", files=[upload(DATA)])
    hidden = register_item(actor=cast.outsider, team=cast.other_team, kind="video", title="Not seen",
                           files=[upload(b"the other team's")])  # fmt: skip
    row, secret = whole(office), whole(office, b"the other team's")
    said = ask(office, uploads=[str(row.pk), str(secret.pk)])
    assert known.reference in said
    assert "Every byte is the same" in said
    assert hidden.reference not in said
    alone = ask(office, uploads=[str(secret.pk)])
    assert alone == ask(office, uploads=[str(whole(office, b"new to all").pk)])
    assert "This may be known already" not in alone


def test_it_asks_the_rooms_and_goes_on_while_they_look(office: Client, monkeypatch: Any, item: Item) -> None:
    seen: list[Any] = []

    def looking(arrival: Any, user: Any) -> Recognised:
        seen.append(arrival)
        return Recognised([Hint(Strength.LIKELY, "Same post", "Under another address", item)], still_looking=True)

    monkeypatch.setattr(arrivals, "_providers", {"test": looking})
    said = ask(office, url="https://t.me/c/1", uploads=["no-key", str(uuid.uuid4())])
    assert (seen[0].addresses, seen[0].sha256s) == (["https://t.me/c/1"], [])
    assert "Under another address" in said
    assert "load delay:3s" in said
    monkeypatch.setattr(arrivals, "_providers", {})
    assert "load delay" not in ask(office, url="https://t.me/c/1")


def test_the_picture_of_what_arrived_is_for_its_owner(office: Client, cast: SimpleNamespace) -> None:
    from casework.evidence.models import Preview
    from casework.evidence.store import derived

    row = whole(office)
    place = f"/evidence/uploads/{row.pk}/poster/"
    assert office.get(place).status_code == 404
    made = derived().keep(derived().receive([b"\xff\xd8picture"]))
    ready = {"state": "ready", "derived": made, "media_type": "image/jpeg"}
    Preview.objects.update_or_create(blob_id=row.blob_id, kind="poster", defaults=ready)
    assert office.get(place).status_code == 200
    assert signed_in(cast.colleague).get(place).status_code == 404
    assert Blob.objects.count() == 1
