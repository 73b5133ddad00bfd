"""Opening a case."""

from __future__ import annotations

import datetime

import pytest

from casework.audit.models import AuditEvent
from casework.cases import actions
from casework.cases.models import Case, Region, Tag
from casework.core.dates import DateRange
from casework.core.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def opened(cast, **values):
    values = {"title": "Captured soldiers shot", "learned_from": "witness", **values}
    return actions.create_case(actor=cast.investigator, team=cast.team, **values)


def test_it_gives_a_reference_and_makes_the_actor_lead(cast):
    first, second = opened(cast), opened(cast)
    assert first.reference.startswith("C-")
    assert first.reference != second.reference
    lead = first.assignments.get(ended_at=None)
    assert (lead.user, lead.part) == (cast.investigator, "lead")
    assert first.state == Case.State.OPEN


def test_it_keeps_dates_place_and_tags(cast):
    days = DateRange(datetime.date(2024, 10, 1), datetime.date(2024, 10, 31))
    case = opened(cast, occurred=days, region=Region.objects.get(pk="UA-14"), tags=list(Tag.objects.all()[:2]))
    case.refresh_from_db()
    assert case.occurred == days
    assert case.country == "UA", "a region brings its country"
    assert case.tags.count() == 2


def test_it_is_recorded_without_the_title(cast):
    case = opened(cast, title="Ivan Canarenko shot")
    event = AuditEvent.objects.get(event="cases.case_created")
    assert event.object_id == str(case.pk)
    assert "Canarenko" not in f"{event.detail}{event.object_label}{event.reason}"


@pytest.mark.parametrize("who", ["reviewer", "referral_officer", "administrator", "auditor", "viewer", "outsider"])
def test_it_is_for_investigators_of_the_team(cast, who):
    with pytest.raises(NotAllowed):
        actions.create_case(actor=getattr(cast, who), team=cast.team, title="x", learned_from="witness")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"summary": "x" * 20_001}, "summary"),
        ({"learned_from": "dream"}, "learned_from"),
        ({"latitude": "48.1"}, "longitude"),
        ({"longitude": "37.1"}, "latitude"),
        ({"latitude": "91", "longitude": "0"}, "latitude"),
        ({"uncertainty": 100}, "uncertainty"),
        ({"country": "XX"}, "country"),
        ({"state": "closed"}, "state"),
        ({"reference": "C-1"}, "reference"),
        ({"occurred": DateRange(datetime.date(2099, 1, 1), datetime.date(2099, 1, 2))}, "occurred"),
    ],
)
def test_it_names_the_field_at_fault_and_writes_nothing(cast, values, field):
    with pytest.raises(Invalid) as refused:
        opened(cast, **values)
    assert field in refused.value.fields
    assert not Case.objects.exists()
    assert not AuditEvent.objects.filter(event__startswith="cases.").exists()


def test_it_refuses_a_region_of_another_country(cast):
    with pytest.raises(Invalid) as refused:
        opened(cast, country="UA", region=Region.objects.get(pk="RU-KRS"))
    assert "region" in refused.value.fields
