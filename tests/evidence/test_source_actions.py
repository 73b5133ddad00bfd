"""The register of sources: added unrated, judged with a reason, every judgement kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from casework.audit.models import AuditEvent
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence.actions import add_source, change_source, rate_source
from casework.evidence.models import Source, SourceRating
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db


def test_it_adds_a_source_that_cannot_be_judged_yet(cast: SimpleNamespace) -> None:
    source = add_source(actor=cast.investigator, team=cast.team, kind="witness", name="Witness 4", caveat="listed")
    assert source.reliability == "F"
    event = AuditEvent.objects.get()
    assert event.event == "evidence.source_added"
    assert "Witness 4" not in f"{event.object_label} {event.detail}"


@pytest.mark.parametrize("who", ["reviewer", "viewer", "administrator", "auditor", "outsider"])
def test_it_lets_only_investigators_of_the_team_add(cast: SimpleNamespace, who: str) -> None:
    with pytest.raises(NotAllowed):
        add_source(actor=getattr(cast, who), team=cast.team, kind="witness", name="x")
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"), [({"name": " "}, "name"), ({"kind": "oracle"}, "kind"), ({"caveat": "x"}, "caveat")]
)
def test_it_names_the_field_at_fault(cast: SimpleNamespace, values: dict[str, str], field: str) -> None:
    given = {"kind": "witness", "name": "W"} | values
    with pytest.raises(Invalid) as refused:
        add_source(actor=cast.investigator, team=cast.team, **given)
    assert field in refused.value.fields


def test_it_keeps_every_rating(cast: SimpleNamespace) -> None:
    source = SourceFactory(team=cast.team)
    rate_source(source, actor=cast.investigator, reliability="B", reason="Two reports held up")
    rate_source(source, actor=cast.colleague, reliability="D", reason="The third did not")
    source.refresh_from_db()
    assert source.reliability == "D"
    assert [rating.reliability for rating in source.ratings.all()] == ["D", "B"]
    with pytest.raises(DatabaseError), transaction.atomic():
        SourceRating.objects.filter(source=source).update(reliability="A")


@pytest.mark.parametrize(("grade", "reason"), [("G", "x"), ("A", " ")])
def test_it_rates_with_a_grade_and_a_reason(cast: SimpleNamespace, grade: str, reason: str) -> None:
    with pytest.raises(Invalid):
        rate_source(SourceFactory(team=cast.team), actor=cast.investigator, reliability=grade, reason=reason)


@pytest.mark.parametrize(("who", "error"), [("reviewer", NotAllowed), ("viewer", NotAllowed), ("outsider", NotFound)])
def test_it_asks_for_the_right(cast: SimpleNamespace, who: str, error: type[Exception]) -> None:
    source = SourceFactory(team=cast.team)
    with pytest.raises(error):
        rate_source(source, actor=getattr(cast, who), reliability="A", reason="x")
    with pytest.raises(error):
        change_source(source, actor=getattr(cast, who), name="x")


def test_it_refuses_a_stale_change(cast: SimpleNamespace) -> None:
    source = SourceFactory(team=cast.team)
    seen = source.updated_at
    change_source(source, actor=cast.colleague, note="Theirs")
    with pytest.raises(Conflict):
        change_source(source, actor=cast.investigator, expected=seen, note="Mine")
