"""Judging an item: each under their own name and day, nothing overwritten, disagreement kept in sight."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.errors import Invalid, NotAllowed, NotFound
from casework.evidence.actions import assess_item, change_item, mark_graphic, rate_item, rate_source
from casework.evidence.judging import agreement, assessments_of, credibility_history, graphic_marks
from casework.evidence.models import Assessment, CredibilityRating, GraphicMark, Item
from tests.factories import ItemFactory, SourceFactory
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def assess(item: Item, actor: Any, grade: str = "holds", aspect: str = "content") -> Assessment:
    return assess_item(item, actor=actor, aspect=aspect, grade=grade, method="Landmarks compared with the map")


def content_of(item: Item, user: Any) -> Any:
    return next(each for each in assessments_of(item, user) if each.aspect == "content")


def test_it_keeps_disagreement_and_says_how_many_agree(cast: SimpleNamespace, item: Item) -> None:
    assert content_of(item, cast.viewer).words == "Not assessed yet"
    for actor, grade in ((cast.investigator, "holds"), (cast.colleague, "fails"), (cast.reviewer, "holds")):
        assess(item, actor, grade)
    summary = content_of(item, cast.viewer)
    assert summary.words == "Holds up: 2 of 3 agree"
    assert summary.differs
    assess(item, cast.colleague, "holds")
    summary = content_of(item, cast.viewer)
    assert summary.words == "Holds up: all 3 agree"
    assert [(row.by, row.grade) for row in summary.earlier] == [(cast.colleague, "fails")]
    assert Assessment.objects.count() == 4
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    assert "Holds up: all 3 agree" in page
    assert "Does not hold up" in page
    assert item.custody.filter(act="assessed").count() == 4
    assert AuditEvent.objects.filter(event="evidence.assessed").count() == 4


@pytest.mark.parametrize(
    ("grades", "words"),
    [([], "Not assessed yet"), (["open"], "Cannot be judged yet, says one person"),
     (["holds", "fails"], "2 people differ"), (["holds", "holds", "fails", "fails"], "4 people differ"),
     (["fails", "fails", "holds"], "Does not hold up: 2 of 3 agree")],
)  # fmt: skip
def test_a_tie_is_no_agreement(grades: list[str], words: str) -> None:
    assert agreement(grades)[0] == words


def test_judgements_are_append_only_whoever_runs_the_sql(cast: SimpleNamespace, item: Item) -> None:
    assess(item, cast.investigator)
    rate_item(item, actor=cast.investigator, credibility=3, reason="Seen twice")
    mark_graphic(item, actor=cast.colleague, level=3)
    for model, values in (
        (Assessment, {"grade": "fails"}),
        (CredibilityRating, {"reason": ""}),
        (GraphicMark, {"level": 0}),
    ):
        for act in (lambda rows, values=values: rows.update(**values), lambda rows: rows.delete()):
            with pytest.raises(IntegrityError), transaction.atomic():
                act(model.objects.filter(item=item))


def test_only_those_who_work_with_it_judge(cast: SimpleNamespace, item: Item) -> None:
    for who in (cast.viewer,):
        with pytest.raises(NotAllowed):
            assess(item, who)
    for who in (cast.outsider, cast.auditor, cast.administrator):
        with pytest.raises(NotFound):
            assess(item, who)
    assess(item, cast.referral_officer)
    with pytest.raises(Invalid) as refused:
        assess_item(item, actor=cast.investigator, aspect="content", grade="holds", method="  ")
    assert "method" in refused.value.fields
    for wrong in ({"aspect": "smell"}, {"grade": "A"}, {"note": "\x00"}):
        with pytest.raises(Invalid):
            assess_item(
                item, actor=cast.investigator, **{"aspect": "content", "grade": "holds", "method": "x", **wrong}
            )


def test_credibility_has_a_dated_history(cast: SimpleNamespace, item: Item) -> None:
    rate_item(item, actor=cast.colleague, credibility=3, reason="Agrees with the report")
    rate_item(item, actor=cast.investigator, credibility=4, reason="The clock is wrong")
    rate_item(item, actor=cast.colleague, credibility=5, reason="It was staged")
    item.refresh_from_db()
    assert item.credibility == 5
    assert [(row.by, row.credibility, row.reason) for row in credibility_history(item, cast.viewer)] == [
        (cast.colleague, 5, "It was staged"), (cast.investigator, 4, "The clock is wrong"),
        (cast.colleague, 3, "Agrees with the report"), (cast.investigator, 6, ""),
    ]  # fmt: skip
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    assert "The clock is wrong" in page
    for wrong in (
        {"credibility": 1, "reason": "Sure"},
        {"credibility": 7, "reason": "x"},
        {"credibility": 2, "reason": ""},
    ):
        with pytest.raises(Invalid):
            rate_item(item, actor=cast.investigator, **wrong)  # type: ignore[arg-type]


def test_the_higher_graphic_mark_stands_until_two_people_agree(cast: SimpleNamespace, item: Item) -> None:
    assert (item.graphic, item.graphic_standing) == (2, "one")

    def mark(actor: Any, level: int) -> tuple[int, str]:
        row = mark_graphic(item, actor=actor, level=level)
        return row.graphic, str(row.graphic_standing)

    # The same person twice is one person.
    assert mark(cast.investigator, 2) == (2, "one")
    assert mark(cast.colleague, 1) == (2, "disputed")
    assert mark(cast.colleague, 3) == (3, "disputed")
    assert mark(cast.investigator, 3) == (3, "agreed")
    assert mark(cast.colleague, 1) == (3, "disputed")
    assert mark(cast.investigator, 1) == (1, "agreed")
    # A third person counts with the last of the others.
    assert mark(cast.reviewer, 2) == (2, "disputed")
    assert {each.by for each in graphic_marks(item, cast.viewer)} == {cast.investigator, cast.colleague, cast.reviewer}
    assert item.custody.filter(act="marked").count() == 7
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    assert "two people differ" in page
    with pytest.raises(Invalid):
        mark_graphic(item, actor=cast.investigator, level=9)


@pytest.mark.parametrize("judged", ["credibility", "graphic"])
def test_a_change_of_the_record_is_no_judgement(cast: SimpleNamespace, item: Item, judged: str) -> None:
    with pytest.raises(Invalid) as refused:
        change_item(item, actor=cast.colleague, **{judged: 1, "title": "Renamed"})
    assert judged in refused.value.fields
    assert Item.objects.get(pk=item.pk).title == item.title


def test_the_forms_judge_and_refuse(cast: SimpleNamespace, item: Item) -> None:
    office = signed_in(cast.reviewer)
    at = {name: reverse(f"evidence:{name}", args=[item.pk]) for name in ("rate", "mark")}
    at["assess"] = reverse("evidence:assess", args=[item.pk, "technical"])
    good = {
        "assess": {"grade": "reserved", "method": "Metadata read"},
        "rate": {"credibility": "3", "reason": "Plausible"},
        "mark": {"level": "3", "note": "A body is seen"},
    }
    for name, given in good.items():
        assert office.get(at[name]).status_code == 200
        for field in given:
            wrong = office.post(at[name], {**given, field: "\x00"})
            assert (wrong.status_code, field in wrong.context["form"].errors) == (422, True)
        assert office.post(at[name], given).status_code == 302
    assert (Assessment.objects.count(), CredibilityRating.objects.count(), GraphicMark.objects.count()) == (1, 2, 2)
    assert office.get(reverse("evidence:assess", args=[item.pk, "smell"])).status_code == 404
    assert signed_in(cast.viewer).get(at["rate"]).status_code == 403


def test_it_names_nobody_whom_only_a_hidden_case_brought_here(cast: SimpleNamespace, item: Item, case: Case) -> None:
    from casework.evidence.models import EvidenceLink
    from tests.factories import CaseFactory

    elsewhere = CaseFactory(team=cast.other_team)
    EvidenceLink.objects.create(item=item, case=elsewhere, establishes=["act"], linked_by=cast.outsider)
    assess(item, cast.outsider, "fails")
    assert content_of(item, cast.investigator).words == "Not assessed yet"
    assert content_of(item, cast.outsider).words == "Does not hold up, says one person"
    office = signed_in(cast.investigator)
    assert office.get("/api/v1/assessments/", {"item": str(item.pk)}).json()["results"] == []
    assert "Oleh Outsider" not in office.get(reverse("evidence:detail", args=[item.pk])).content.decode()


def test_the_api_assesses_rates_and_marks(cast: SimpleNamespace, item: Item) -> None:
    office = signed_in(cast.investigator)

    def post(path: str, given: dict[str, Any]) -> Any:
        return office.post(f"/api/v1/{path}", given, content_type="application/json")

    given = {"item": str(item.pk), "aspect": "source", "grade": "holds", "method": "Known account"}
    assert post("assessments/", given).status_code == 201
    assert post("assessments/", {**given, "grade": "A"}).status_code == 400
    hidden = ItemFactory(team=cast.other_team)
    assert post("assessments/", {**given, "item": str(hidden.pk)}).json()["fields"].keys() == {"item"}
    assert post(f"evidence/{item.pk}/rate/", {"credibility": 3, "reason": "Plausible"}).json()["credibility"] == 3
    assert post(f"evidence/{item.pk}/mark/", {"level": 3}).json()["graphic"] == 3


def test_a_source_tells_what_came_since_it_was_rated(cast: SimpleNamespace) -> None:
    source = SourceFactory(team=cast.team, created_by=cast.investigator)
    ItemFactory(team=cast.team, source=source, credibility=5)
    rate_source(source, actor=cast.investigator, reliability="C", reason="Half held up")
    url = reverse("evidence:source_detail", args=[source.pk])
    assert "none of them is doubted" in signed_in(cast.viewer).get(url).content.decode()
    ItemFactory(team=cast.team, source=source, credibility=5)
    ItemFactory(team=cast.team, source=source, credibility=2)
    page = signed_in(cast.viewer).get(url).content.decode()
    assert "2 items came from it" in page
    assert "1 of them is doubted" in page
