"""Moments of recordings: marked, changed, taken away, cited; a citation opens the player there, covered."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.cases.actions import add_note
from casework.cases.models import Case
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence.actions import add_mark, change_mark, register_item, remove_mark
from casework.evidence.models import EvidenceFile, FileFacts, Mark
from casework.evidence.timecodes import parse_timecode, timecode
from tests.evidence.conftest import upload
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
MP4 = b"\0\0\0\x14ftypisom" + bytes(80)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def recording(cast: SimpleNamespace, case: Case) -> EvidenceFile:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="video", title="Yard", case=case, establishes=["act"],
        files=[upload(MP4, "yard.mp4", "video/mp4"), upload(MP4 + b"2", "gate.mp4", "video/mp4")],
    )  # fmt: skip
    file = item.files.order_by("added_at", "id")[0]
    FileFacts.objects.create(blob=file.blob, facts={"duration": 120.0})
    return file


@pytest.fixture
def mark(cast: SimpleNamespace, recording: EvidenceFile) -> Mark:
    return add_mark(recording, actor=cast.investigator, at=Decimal(74), text="Hands raised")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("01:14", "74"), ("1:14", "74"), ("1:02:03", "3723"), ("74", "74"), ("74.5", "74.5"), ("00:00,25", "0.25"),
     (" 90:00 ", "5400")],
)  # fmt: skip
def test_it_reads_times_as_people_write_them(text: str, seconds: str) -> None:
    assert parse_timecode(text) == Decimal(seconds)


@pytest.mark.parametrize("text", ["", "1:60", "1:75:00", "-1", "1e3", "NaN", "9999999", "1:2:3:4", "٠١:١٤" * 9])
def test_it_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(Invalid):
        parse_timecode(text)


def test_it_writes_times_as_people_read_them() -> None:
    written = [timecode(value) for value in (0, 74, Decimal("74.5"), 3723, Decimal("5.004"), 59.25)]
    assert written == ["00:00", "01:14", "01:14.5", "1:02:03", "00:05", "00:59.25"]


def test_it_marks_a_moment_with_its_history(cast: SimpleNamespace, mark: Mark) -> None:
    changed = change_mark(mark, actor=cast.investigator, until=Decimal("80.5"), text="Hands raised, then lowered")
    assert changed.span == "01:14–01:20.5"
    history = apps.get_model("evidence", "MarkEvent").objects.filter(pgh_obj=mark).order_by("pgh_id")
    assert history.first().text == "Hands raised"
    remove_mark(mark, actor=cast.investigator, reason="Seen wrongly")
    acts = (
        AuditEvent.objects.filter(event__startswith="evidence.mark_")
        .order_by("position")
        .values_list("event", flat=True)
    )
    assert list(acts) == ["evidence.mark_added", "evidence.mark_changed", "evidence.mark_removed"]
    with pytest.raises(NotFound):
        change_mark(mark, actor=cast.investigator, text="Again")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"at": Decimal(200)}, "at"), ({"at": Decimal(-1)}, "at"), ({"until": Decimal(10)}, "until"),
     ({"until": Decimal(500)}, "until"), ({"text": "  "}, "text"), ({"text": "x" * 501}, "text")],
)  # fmt: skip
def test_it_refuses_what_does_not_lie_in_the_recording(
    cast: SimpleNamespace, recording: EvidenceFile, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add_mark(recording, actor=cast.investigator, **{"at": Decimal(74), "text": "Seen", **values})
    assert field in refused.value.fields
    assert not Mark.objects.exists()


def test_it_lets_investigators_of_the_team_mark(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    for who, refusal in (("viewer", NotAllowed), ("reviewer", NotAllowed), ("outsider", NotFound)):
        with pytest.raises(refusal):
            add_mark(recording, actor=getattr(cast, who), at=Decimal(1), text="Seen")


def test_it_refuses_a_stale_change(cast: SimpleNamespace, mark: Mark) -> None:
    seen = mark.updated_at
    change_mark(mark, actor=cast.investigator, text="Kneeling")
    with pytest.raises(Conflict):
        change_mark(mark, actor=cast.investigator, expected=seen, text="Standing")


def test_it_marks_on_the_page_once_however_often_it_is_sent(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    url = reverse("evidence:mark_add", args=[recording.item_id])
    page = office.get(reverse("evidence:detail", args=[recording.item_id]))
    typed = {"file": str(recording.pk), "at": "01:14", "text": "Hands raised", "submission": "a" * 32}
    assert page.context["moment_form"] is not None
    answers = [office.post(url, typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Mark.objects.get().at == 74
    shown = office.get(reverse("evidence:detail", args=[recording.item_id])).content.decode()
    assert 'data-seek="74"' in shown
    assert f"{recording.item.reference}@01:14" in shown
    bad = office.post(url, {**typed, "at": "soon", "submission": "b" * 32})
    assert bad.status_code == 422
    assert "like 01:14" in bad.content.decode()


def test_a_citation_opens_the_recording_there_for_those_who_see_it(
    cast: SimpleNamespace, case: Case, mark: Mark
) -> None:
    remove_mark(mark, actor=cast.investigator, reason="Said better elsewhere")
    reference = mark.item.reference
    other = mark.item.files.exclude(pk=mark.file_id).get()
    office = signed_in(cast.viewer)
    for cited, file in ((reference, mark.file), (f"{reference}-2", other)):
        led = office.get(reverse("evidence:moment", args=[cited, "01:14"]))
        assert led["Location"] == reverse("evidence:detail", args=[mark.item_id], query={"at": "74", "file": file.pk})
    for cited, at in ((f"{reference}-3", "01:14"), ("E-99999", "01:14"), (reference, "soon")):
        assert office.get(reverse("evidence:moment", args=[cited, at])).status_code == 404
    assert signed_in(cast.outsider).get(reverse("evidence:moment", args=[reference, "01:14"])).status_code == 404


def test_a_note_cites_a_moment(cast: SimpleNamespace, case: Case, mark: Mark) -> None:
    reference = mark.item.reference
    add_note(case, actor=cast.investigator, text=f"Seen at {reference}@01:14 <b>and</b> {reference}/2@00:05.")
    page = signed_in(cast.viewer).get(reverse("cases:notes", args=[case.pk])).content.decode()
    assert f'<a href="/evidence/at/{reference}/01:14/">{reference}@01:14</a> &lt;b&gt;' in page
    assert f'<a href="/evidence/at/{reference}-2/00:05/">' in page


def test_the_api_marks_and_lists(cast: SimpleNamespace, mark: Mark) -> None:
    office = signed_in(cast.viewer)
    rows = office.get("/api/v1/marks/", {"item": str(mark.item_id)}).json()["results"]
    assert [(row["at"], row["text"], row["file"]) for row in rows] == [("74.000", "Hands raised", str(mark.file_id))]
    assert signed_in(cast.outsider).get("/api/v1/marks/").json()["results"] == []
