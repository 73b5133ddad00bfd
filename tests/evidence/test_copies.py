"""Working copies: each names what it was made from, in the form, the API, custody, the drawing and the database."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.core.errors import Blocked, Invalid, NotAllowed, NotFound
from casework.evidence.actions import add_file, add_working_copy, register_item
from casework.evidence.lineage import lineage_of
from casework.evidence.models import Blob, EvidenceFile, Item
from tests.evidence.conftest import upload
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def copy_of(parent: EvidenceFile, actor: Any, data: bytes = b"black bars", **values: Any) -> EvidenceFile:
    values = {"operation": "redacted", "tool": "Editor 3", **values}
    return add_working_copy(parent, actor=actor, upload=upload(data, f"{data[:5].decode()}.txt"), **values)


@pytest.fixture
def original(item: Item) -> EvidenceFile:
    return item.files.select_related("blob", "item").get()


def test_it_names_its_parent_in_custody(cast: SimpleNamespace, original: EvidenceFile) -> None:
    made = copy_of(original, cast.investigator, made_by="Colleague at the lab", note="Two names.")
    assert (made.parent, made.part, made.operation, made.made_by) == (
        original, "working_copy", "redacted", "Colleague at the lab",
    )  # fmt: skip
    link = original.item.custody.order_by("-position").first()
    assert (link.act, link.sha256) == ("file_added", made.blob_id)
    assert link.detail["parent_sha256"] == original.blob_id
    assert "Colleague" not in str(link.detail)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operation": "burnt"}, "operation"),
        ({"tool": " "}, "tool"),
        ({"tool": "x" * 161}, "tool"),
        ({"note": "x" * 5001}, "note"),
        ({"made_by": "half \ud800"}, "made_by"),
    ],
)
def test_it_says_what_is_wrong(
    cast: SimpleNamespace, original: EvidenceFile, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        copy_of(original, cast.investigator, **changes)
    assert list(caught.value.fields) == [field]
    assert original.item.files.count() == 1


def test_it_is_refused_to_those_who_may_not(cast: SimpleNamespace, original: EvidenceFile) -> None:
    with pytest.raises(NotAllowed):
        copy_of(original, cast.viewer)
    with pytest.raises(NotFound):
        copy_of(original, cast.outsider)
    with pytest.raises(Blocked, match="same file"):
        copy_of(original, cast.investigator, b"a report")
    with pytest.raises(Invalid):
        add_file(original.item, actor=cast.investigator, upload=upload(b"bare"), part="working_copy")
    Blob.objects.update(check_result="mismatch")
    original.refresh_from_db()
    with pytest.raises(Blocked, match="damaged"):
        copy_of(original, cast.investigator)


def test_the_database_holds_the_chain_together(cast: SimpleNamespace, original: EvidenceFile) -> None:
    other = register_item(
        actor=cast.investigator, team=cast.team, kind="document", title="Other", files=[upload(b"another")]
    )
    own = uuid.uuid4()
    blob = original.blob
    wrong: list[dict[str, Any]] = [
        {"item": other, "parent": original, "part": "working_copy", "operation": "blurred"},
        {"item": original.item, "parent": original, "part": "original", "operation": ""},
        {"item": original.item, "parent": None, "part": "working_copy", "operation": "blurred"},
        {"item": original.item, "parent": original, "part": "working_copy", "operation": ""},
        {"id": own, "item": original.item, "parent_id": own, "part": "working_copy", "operation": "blurred"},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceFile.objects.create(blob=blob, name="x", added_by=cast.investigator, **values)


def test_it_is_added_by_the_form(cast: SimpleNamespace, original: EvidenceFile) -> None:
    client, page = as_(cast.investigator), reverse("evidence:copy", args=[original.pk])
    assert original.blob_id[:8] in client.get(page).content.decode()
    sent = {"operation": "trimmed", "tool": "ffmpeg 7.1", "note": "The first minute."}
    assert client.post(page, sent).status_code == 422
    given = {**sent, "files": SimpleUploadedFile("short.txt", b"short", "text/plain")}
    two = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]
    assert client.post(page, {**sent, "files": two}).status_code == 422
    assert client.post(page, given).status_code == 302
    made = EvidenceFile.objects.get(part="working_copy")
    assert (made.parent, made.operation, made.made_note) == (original, "trimmed", "The first minute.")
    shown = client.get(reverse("evidence:detail", args=[original.item_id])).content.decode()
    assert "lineage__box--evidentiary" in shown
    assert "Trimmed" in shown
    assert as_(cast.viewer).get(page).status_code == 403
    assert as_(cast.outsider).get(page).status_code == 404


def test_it_is_added_through_the_api(cast: SimpleNamespace, original: EvidenceFile) -> None:
    client, path = as_(cast.investigator), f"/api/v1/evidence/{original.item_id}/files/"

    def send(**query: str) -> Any:
        address = f"{path}?" + "&".join(f"{name}={value}" for name, value in query.items())
        return client.post(
            address, b"blurred", content_type="application/octet-stream", headers={"X-Filename": "b.txt"}
        )

    good = {"part": "working_copy", "parent": str(original.pk), "operation": "blurred", "tool": "gimp"}
    assert send(**{**good, "parent": str(uuid.uuid4())}).status_code == 400
    assert send(**{**good, "operation": "eaten"}).status_code == 400
    assert send(**{**good, "part": "attachment"}).status_code == 400
    assert send(part="working_copy").status_code == 400
    assert original.item.files.count() == 1
    answer = send(**good)
    assert answer.status_code == 201
    assert answer.json()["parent"] == str(original.pk)
    assert answer.json()["operation"] == "blurred"


def test_another_items_file_is_no_parent(cast: SimpleNamespace, original: EvidenceFile) -> None:
    other = register_item(
        actor=cast.investigator, team=cast.team, kind="document", title="Other", files=[upload(b"another")]
    )
    path = f"/api/v1/evidence/{other.pk}/files/?part=working_copy&operation=blurred&tool=gimp&parent={original.pk}"
    answer = as_(cast.investigator).post(
        path, b"blurred", content_type="application/octet-stream", headers={"X-Filename": "b.txt"}
    )
    assert answer.status_code == 400


def test_it_is_drawn_as_a_tree(cast: SimpleNamespace, original: EvidenceFile) -> None:
    first = copy_of(original, cast.investigator, b"first")
    second = copy_of(first, cast.investigator, b"second")
    third = copy_of(original, cast.investigator, b"third")
    add_file(original.item, actor=cast.investigator, upload=upload(b"stands alone"))
    files = list(original.item.files.select_related("blob", "added_by").order_by("added_at", "pk"))
    drawn = lineage_of(files)
    assert [(node.file.pk, node.depth) for node in drawn.nodes] == [
        (original.pk, 0), (first.pk, 1), (second.pk, 2), (third.pk, 1),
    ]  # fmt: skip
    assert drawn.nodes[0].edge == ""
    assert all(node.x + 300 <= drawn.width and node.y + 110 <= drawn.height for node in drawn.nodes)
    assert not lineage_of(files[-1:]).has_copies
