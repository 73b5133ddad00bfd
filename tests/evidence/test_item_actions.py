"""Registering and changing items: one record or none, each act in custody and audit, hidden things stay hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.dates import parse_range
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence import store
from casework.evidence.actions import change_item, link_item, rate_item, register_item
from casework.evidence.actions.custody import verify_custody
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, EvidenceLink, Item, Post, Video
from tests.evidence.conftest import upload
from tests.factories import CaseFactory, ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db


def register(cast: SimpleNamespace, **values: Any) -> Item:
    given = {"actor": cast.investigator, "team": cast.team, "kind": "document", "title": "A page"} | values
    return register_item(**given)


def test_it_registers_an_item_with_files_link_custody_and_audit(cast: SimpleNamespace, case: Case) -> None:
    item = register(
        cast,
        kind="post",
        title="Post of a channel",
        files=[upload(b"one", "one.txt"), upload(b"two", "two.txt")],
        case=case,
        establishes=["order", "act"],
        details={"platform": "telegram", "url": "https://t.example/1", "text": "Не брать в плен"},
        recorded=parse_range("2024-10"),
    )
    assert item.reference.startswith("E-")
    assert [file.name for file in item.files.all()] == ["one.txt", "two.txt"]
    assert all(store.check(file.blob_id) == store.CheckResult.OK for file in item.files.all())
    assert Post.objects.get(item=item).text == "Не брать в плен"
    assert item.links.get().establishes == ["act", "order"]
    acts = list(item.custody.values_list("act", flat=True))
    assert acts == ["registered", "file_added", "file_added", "linked"]
    assert verify_custody(item).whole
    events = set(AuditEvent.objects.filter(object_id=str(item.pk)).values_list("event", flat=True))
    assert events == {"evidence.registered", "evidence.linked"}


def test_it_keeps_the_same_bytes_once_and_both_records(cast: SimpleNamespace) -> None:
    first, second = register(cast, files=[upload(b"same")]), register(cast, files=[upload(b"same", "other.txt")])
    assert Blob.objects.count() == 1
    assert first.files.get().blob_id == second.files.get().blob_id
    assert second.files.get().name == "other.txt"


def test_it_flags_a_file_that_is_not_what_it_says(cast: SimpleNamespace) -> None:
    item = register(cast, files=[upload(b"%PDF-1.7 ...", "video.mp4", "video/mp4")])
    assert "application/pdf" in item.files.get().flagged


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x\\y.txt", "a" * 4096 + ".txt", "CON"])
def test_it_keeps_any_name_as_a_label_only(cast: SimpleNamespace, name: str) -> None:
    file = register(cast, files=[upload(b"x", name)]).files.get()
    assert file.name[:20] == name[:20]
    assert len(file.name) <= 255
    assert list(store.iterate()) == [file.blob_id]


@pytest.mark.parametrize("who", ["reviewer", "referral_officer", "viewer", "administrator", "auditor", "outsider"])
def test_it_lets_only_investigators_of_the_team_register(cast: SimpleNamespace, who: str) -> None:
    with pytest.raises(NotAllowed):
        register(cast, actor=getattr(cast, who), files=[upload()])
    assert not Item.objects.exists()


def test_it_leaves_no_record_when_the_transaction_fails(cast: SimpleNamespace, case: Case) -> None:
    failing = patch("casework.evidence.actions.items.record", side_effect=DatabaseError("no"))
    with failing, pytest.raises(DatabaseError):
        register(cast, files=[upload(b"bytes")], case=case, establishes=["act"])
    for model in (Item, EvidenceFile, Blob, CustodyEvent, EvidenceLink):
        assert not model.objects.exists()
    assert len(list(store.iterate())) == 1
    assert store.sweep(is_known=lambda sha256: Blob.objects.filter(pk=sha256).exists()).blobs == 0


def test_it_keeps_nothing_of_a_refused_form(cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refused:
        register(cast, kind="post", title=" ", files=[upload()], details={"platform": "telegram"})
    assert "title" in refused.value.fields
    assert not Item.objects.exists()
    assert list(store.iterate()) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "hologram"}, "kind"),
        ({"kind": "post", "details": {"platform": "telegram"}}, "url"),
        ({"kind": "testimony", "details": {"pseudonym": "W-1"}}, "consent"),
        ({"details": {"unit": "x"}}, "unit"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"graphic": 9}, "graphic"),
        ({"registered_by": None}, "registered_by"),
    ],
)
def test_it_names_the_field_at_fault(cast: SimpleNamespace, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        register(cast, **values)
    assert field in refused.value.fields


def test_it_answers_for_a_hidden_case_as_for_none(cast: SimpleNamespace) -> None:
    hidden = CaseFactory(team=cast.other_team)
    with pytest.raises(NotFound):
        register(cast, case=hidden, establishes=["act"])
    assert not Item.objects.exists()


def test_it_refuses_a_source_of_another_team(cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refused:
        register(cast, source=SourceFactory(team=cast.other_team))
    assert "source" in refused.value.fields


def test_it_takes_the_caveat_of_the_source(cast: SimpleNamespace) -> None:
    source = SourceFactory(team=cast.team, caveat="any_recipient")
    assert register(cast, source=source).caveat == "any_recipient"
    assert register(cast, source=source, caveat="office").caveat == "office"
    assert register(cast).caveat == "office"


def test_it_calls_nothing_confirmed_without_a_second_source(cast: SimpleNamespace, case: Case) -> None:
    linked = {"case": case, "establishes": ["act"]}
    first, second = SourceFactory(team=cast.team), SourceFactory(team=cast.team)
    one = register(cast, source=first, **linked, files=[upload(b"video")])
    register(cast, source=first, **linked)
    register(cast, source=second, **linked, files=[upload(b"video")])
    register(cast, source=second, title="Elsewhere")
    confirmed = {"actor": cast.investigator, "credibility": 1, "reason": "Two sources"}
    with pytest.raises(Invalid) as refused:
        rate_item(one, **confirmed)
    assert "credibility" in refused.value.fields
    register(cast, source=second, **linked, files=[upload(b"another view")])
    assert rate_item(one, **confirmed).credibility == 1
    with pytest.raises(Invalid):
        change_item(one, actor=cast.investigator, source=None)


def test_it_does_not_take_a_repost_for_a_second_source(cast: SimpleNamespace, case: Case) -> None:
    def post(url: str, reposts: str = "", title: str = "Post") -> Item:
        details = {"platform": "telegram", "url": url, "reposts": reposts}
        source = SourceFactory(team=cast.team)
        return register(cast, kind="post", title=title, details=details, source=source, case=case, establishes=["act"])

    original = post("https://t.example/1")
    post("https://t.example/2", reposts="https://t.example/1")
    with pytest.raises(Invalid):
        rate_item(original, actor=cast.investigator, credibility=1, reason="Two sources")
    post("https://t.example/3")
    assert rate_item(original, actor=cast.investigator, credibility=1, reason="Two sources").credibility == 1


def test_it_changes_the_record_and_says_which_fields(cast: SimpleNamespace, item: Item) -> None:
    changed = change_item(item, actor=cast.colleague, expected=item.updated_at, title="Another title", language="uk")
    assert changed.title == "Another title"
    event = AuditEvent.objects.first()
    assert event is not None
    assert event.detail == {"fields": ["language", "title"]}
    assert item.custody.last().act == "described"


def test_it_refuses_a_stale_change(cast: SimpleNamespace, item: Item) -> None:
    seen = item.updated_at
    change_item(item, actor=cast.colleague, title="Theirs")
    with pytest.raises(Conflict):
        change_item(item, actor=cast.investigator, expected=seen, title="Mine")


@pytest.mark.parametrize(
    ("who", "error"),
    [("reviewer", NotAllowed), ("viewer", NotAllowed), ("administrator", NotFound), ("outsider", NotFound)],
)
def test_it_lets_only_investigators_of_the_team_change(
    cast: SimpleNamespace, item: Item, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        change_item(item, actor=getattr(cast, who), title="x")


def test_it_keeps_a_witness_to_the_named_people(cast: SimpleNamespace, case: Case) -> None:
    item = register(
        cast,
        kind="testimony",
        title="Interview",
        case=case,
        establishes=["act"],
        details={"pseudonym": "W-1", "consent": "Court only", "identity": "A. Person"},
    )
    with pytest.raises(NotAllowed):
        change_item(item, actor=cast.colleague, details={"identity": "B. Person"})
    change_item(item, actor=cast.colleague, details={"pseudonym": "W-2"})
    change_item(item, actor=cast.investigator, details={"identity": "C. Person"})
    assert "C. Person" not in str(list(AuditEvent.objects.values_list("detail", "reason")))
    assert "C. Person" not in str(list(CustodyEvent.objects.values_list("detail")))


def test_it_asks_the_worker_once_for_previews_of_the_same_bytes(cast: SimpleNamespace) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    jpeg = b"\xff\xd8\xff" + b"\0" * 100
    for name in ("a.jpg", "b.jpg"):
        register(cast, kind="image", files=[upload(jpeg, name, "image/jpeg")])
    assert ProcrastinateJob.objects.filter(task_name="casework.evidence.jobs.make_previews").count() == 1
    video = register(cast, kind="video", files=[upload(b"\0\0\0\x18ftypmp42" + b"\0" * 100, "v.mp4", "video/mp4")])
    probe = ProcrastinateJob.objects.get(task_name="casework.evidence.jobs.probe_video")
    assert probe.args == {"item_id": str(video.pk)}
    assert Video.objects.filter(item=video).exists()


def test_it_links_an_unlinked_item_later(cast: SimpleNamespace, case: Case) -> None:
    item = ItemFactory(team=cast.team)
    link = link_item(item, actor=cast.investigator, case=case, establishes=["place"], bearing="contradicts")
    assert link.bearing == "contradicts"
    assert item.custody.get().detail["case"] == str(case.pk)
