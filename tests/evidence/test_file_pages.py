"""Files on pages: covered until revealed, originals as attachments on record, damage never given out."""

from __future__ import annotations

import datetime
import io
import os
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.cases.models import Case, CaseGrant
from casework.evidence import store
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_previews
from casework.evidence.models import Blob, EvidenceFile, Item
from tests.evidence.conftest import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_once")]
BACKEND = "casework.accounts.backends.CaseworkBackend"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture
def photo(cast: SimpleNamespace, case: Case) -> EvidenceFile:
    """A photograph with its previews made."""
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="image", title="Yard", case=case, establishes=["place"],
        files=[upload(picture(), "yard.jpg", "image/jpeg")], description="A yard seen from the gate.",
    )  # fmt: skip
    file = item.files.get()
    make_previews(sha256=file.blob_id)
    return file


def reveal(client: Client, file: EvidenceFile, **headers: str) -> Any:
    return client.post(reverse("evidence:reveal", args=[file.pk]), headers=headers)


def preview(client: Client, file: EvidenceFile, kind: str) -> Any:
    return client.get(reverse("evidence:preview", args=[file.pk, kind]))


def test_it_shows_the_blurred_picture_and_keeps_the_rest_until_revealed(
    cast: SimpleNamespace, photo: EvidenceFile
) -> None:
    office = signed_in(cast.investigator)
    poster = preview(office, photo, "poster")
    assert poster.status_code == 200
    assert poster["Content-Type"] == "image/jpeg"
    assert "no-store" in poster["Cache-Control"]
    assert {preview(office, photo, kind).status_code for kind in ("still", "copy", "clip", "original")} == {404}
    assert not AuditEvent.objects.filter(event="evidence.revealed").exists()


def test_it_reveals_deliberately_and_on_record(cast: SimpleNamespace, photo: EvidenceFile) -> None:
    office = signed_in(cast.viewer)
    response = reveal(office, photo, **{"HX-Request": "true"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert b"<html" not in response.content
    assert office.get(response.context["still_url"]).status_code == 200
    assert AuditEvent.objects.get(event="evidence.revealed").object_label == photo.item.reference
    assert photo.item.custody.last().act == "revealed"
    assert b"<html" in reveal(office, photo).content.lower()


def test_it_lets_nobody_use_the_look_of_another(cast: SimpleNamespace, photo: EvidenceFile) -> None:
    url = reveal(signed_in(cast.viewer), photo).context["still_url"]
    assert signed_in(cast.investigator).get(url).status_code == 404
    assert preview(signed_in(cast.outsider), photo, "poster").status_code == 404


def test_it_covers_again_without_script(cast: SimpleNamespace, photo: EvidenceFile) -> None:
    response = signed_in(cast.viewer).post(reverse("evidence:cover", args=[photo.pk]))
    assert response["Location"] == reverse("evidence:detail", args=[photo.item_id])


@pytest.mark.parametrize(
    ("who", "status"), [("investigator", 200), ("reviewer", 200), ("referral_officer", 200), ("viewer", 403),
                        ("auditor", 404), ("administrator", 404), ("outsider", 404)],
)  # fmt: skip
def test_it_gives_originals_to_those_who_work_with_them(
    cast: SimpleNamespace, photo: EvidenceFile, who: str, status: int
) -> None:
    response = signed_in(getattr(cast, who)).get(reverse("evidence:original", args=[photo.pk]))
    assert response.status_code == status
    assert AuditEvent.objects.filter(event="evidence.downloaded").count() == (status == 200)
    if status == 200:
        assert b"".join(response.streaming_content) == picture()
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Security-Policy"].startswith("sandbox")


def test_it_gives_an_auditor_an_original_only_by_break_glass(
    cast: SimpleNamespace, case: Case, photo: EvidenceFile
) -> None:
    CaseGrant.objects.create(
        case=case, user=cast.auditor, granted_by=cast.auditor, break_glass=True, reason="Complaint",
        ends_at=clock.now() + datetime.timedelta(minutes=30),
    )  # fmt: skip
    assert signed_in(cast.auditor).get(reverse("evidence:original", args=[photo.pk])).status_code == 200


def test_it_logs_a_download_once_however_many_parts_it_has(cast: SimpleNamespace, photo: EvidenceFile) -> None:
    office, url = signed_in(cast.investigator), reverse("evidence:original", args=[photo.pk])
    later = {"Range": "bytes=10-19"}
    assert office.get(url, headers=later).status_code == 206
    assert AuditEvent.objects.filter(event="evidence.downloaded").count() == 1
    assert office.get(url, headers={"Range": "bytes=20-"}).status_code == 206
    assert office.head(url).status_code == 200
    assert AuditEvent.objects.filter(event="evidence.downloaded").count() == 1
    assert office.get(url).status_code == 200
    assert AuditEvent.objects.filter(event="evidence.downloaded").count() == 2


def damage(sha256: str) -> None:
    path = store.originals()._path(sha256)
    os.chmod(path, 0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_it_finds_a_flipped_bit_and_gives_the_file_out_no_more(cast: SimpleNamespace, photo: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    check, original = (reverse(f"evidence:{name}", args=[photo.pk]) for name in ("check", "original"))
    assert office.post(check).status_code == 302
    assert photo.item.custody.last().detail["result"] == "matches"
    damage(photo.blob_id)
    refused = office.get(original)
    assert refused.status_code == 409
    assert not AuditEvent.objects.filter(event="evidence.downloaded").exists()
    office.post(check)
    photo.blob.refresh_from_db()
    assert photo.blob.check_result == "mismatch"
    assert photo.item.custody.last().detail["result"] == "mismatch"
    assert office.get(original).status_code == 409
    assert b"Does not match" in office.get(reverse("evidence:detail", args=[photo.item_id])).content


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("outsider", 404)])
def test_it_asks_for_the_right_to_check(cast: SimpleNamespace, photo: EvidenceFile, who: str, status: int) -> None:
    assert signed_in(getattr(cast, who)).post(reverse("evidence:check", args=[photo.pk])).status_code == status


ACTIVE = {
    "page.html": b"<!doctype html><script>fetch('/x')</script>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "paper.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
    "list.mp4": b"#EXTM3U\nfile:///etc/passwd\n",
}


@pytest.mark.parametrize("name", ACTIVE)
def test_it_accepts_active_content_and_gives_it_as_an_attachment_only(
    cast: SimpleNamespace, case: Case, name: str
) -> None:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="document", title="As received", case=case, establishes=["act"],
        files=[upload(ACTIVE[name], name, "text/html")],
    )  # fmt: skip
    office, file = signed_in(cast.investigator), item.files.get()
    make_previews(sha256=file.blob_id)
    response = office.get(reverse("evidence:original", args=[file.pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] in {"application/octet-stream", "application/pdf"}
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert office.get(reverse("evidence:detail", args=[item.pk])).status_code == 200


def test_two_teams_learn_nothing_of_each_other_from_the_same_bytes(cast: SimpleNamespace) -> None:
    """The pages of an item whose bytes another team holds are those of one whose bytes are new, apart from ids."""

    def registered(user: Any, team: Any, data: bytes) -> Item:
        return register_item(actor=user, team=team, kind="document", title="A page", files=[upload(data, "page.txt")])

    def shown(user: Any, item: Item) -> str:
        text = signed_in(user).get(reverse("evidence:detail", args=[item.pk])).content.decode()
        file = item.files.get()
        for own in (str(item.pk), item.reference, str(file.pk), file.blob_id, file.blob_id[:12], file.blob_id[-8:]):
            text = text.replace(own, "own")
        return "\n".join(
            line for line in text.splitlines() if "csrf" not in line and "CSRF" not in line and "<time" not in line
        )

    new = registered(cast.outsider, cast.other_team, b"held by nobody else")
    registered(cast.investigator, cast.team, b"held by two teams!!")
    same = registered(cast.outsider, cast.other_team, b"held by two teams!!")
    assert shown(cast.outsider, new) == shown(cast.outsider, same)
    checked = clock.now() - datetime.timedelta(days=60)
    Blob.objects.filter(pk=same.files.get().blob_id).update(checked_at=checked)
    office = signed_in(cast.outsider)
    assert "checked when it came" in office.get(reverse("evidence:detail", args=[same.pk])).content.decode()
    assert [each["checked_at"] for each in office.get(f"/api/v1/evidence/{same.pk}/").json()["files"]] == [None]
    twin = registered(cast.outsider, cast.other_team, b"held by two teams!!")
    assert same.reference in shown(cast.outsider, twin)


def test_it_notes_that_no_preview_could_be_made(cast: SimpleNamespace, case: Case) -> None:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="image", title="Broken", case=case, establishes=["act"],
        files=[upload(b"\xff\xd8\xff" + b"\0" * 500, "broken.jpg", "image/jpeg")],
    )  # fmt: skip
    make_previews(sha256=item.files.get().blob_id)
    make_previews(sha256=item.files.get().blob_id)
    text = signed_in(cast.investigator).get(reverse("evidence:case_evidence", args=[case.pk])).content.decode()
    assert "No preview could be made." in text
    assert reveal(signed_in(cast.investigator), item.files.get()).status_code == 404
