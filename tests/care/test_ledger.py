"""The ledger of what a person watched: the server's time alone, each second once, no item, nothing below zero."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.care.actions import BREAK, LONGEST_GAP, begin_look, change_preference, count_look, end_look, forget_looks
from casework.care.models import Exposure, Look, Stretch
from casework.care.reading import minutes, totals_for, watched_by
from casework.cases.models import Case, CaseAssignment
from casework.core.errors import Invalid, NotAllowed, NotFound
from tests.factories import CaseFactory
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime.datetime(2026, 3, 4, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def time() -> Iterator[Any]:
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def seconds(user: Any) -> int:
    return sum(line.seconds for line in Exposure.objects.filter(user=user))


def begin(user: Any, level: int = 2, step: str = "grey") -> Look:
    look = begin_look(actor=user, level=level, step=step)
    assert look is not None
    return look


def watch(user: Any, time: Any, look: Look, duration: int) -> bool:
    """Signs for so many seconds; whether any of them said that a break is due."""
    due = False
    while duration > 0:
        time.shift(min(duration, 60))
        duration -= 60
        due |= count_look(look.pk, actor=user).break_due
    return due


def test_it_counts_what_passed_between_two_signs_and_no_more(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator, level=3, step="colour")
    time.shift(20)
    assert count_look(look.pk, actor=cast.investigator).seconds == 20
    assert count_look(look.pk, actor=cast.investigator).seconds == 0
    time.shift(LONGEST_GAP * 10)
    assert count_look(look.pk, actor=cast.investigator).seconds == LONGEST_GAP.total_seconds()
    line = Exposure.objects.get()
    assert (line.user, line.level, line.step, line.week) == (cast.investigator, 3, "colour", datetime.date(2026, 3, 2))
    assert line.seconds == 80


def test_it_counts_parts_of_a_second_once_they_make_a_whole(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    for _ in range(10):
        time.shift(0.7)
        count_look(look.pk, actor=cast.investigator)
    assert seconds(cast.investigator) == 7


def test_it_counts_two_open_pages_once(cast: SimpleNamespace, time: Any) -> None:
    one, two = begin(cast.investigator), begin(cast.investigator, step="sound")
    for _ in range(6):
        time.shift(10)
        count_look(one.pk, actor=cast.investigator)
        count_look(two.pk, actor=cast.investigator)
    assert seconds(cast.investigator) == 60


def test_a_clock_that_goes_backwards_takes_nothing_away(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    time.shift(20)
    count_look(look.pk, actor=cast.investigator)
    time.shift(-3600)
    assert count_look(look.pk, actor=cast.investigator).seconds == 0
    assert seconds(cast.investigator) == 20


def test_the_database_keeps_no_more_than_a_week_holds_and_nothing_ungraphic(cast: SimpleNamespace, time: Any) -> None:
    good = {"user": cast.investigator, "week": datetime.date(2026, 3, 2), "level": 2, "step": "grey", "seconds": 1}
    for wrong in ({"seconds": 7 * 86400 + 1}, {"seconds": -1}, {"level": 0}, {"week": datetime.date(2026, 3, 4)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Exposure.objects.create(**{**good, **wrong})
    Exposure.objects.create(**good)


def test_it_keeps_neither_item_nor_case() -> None:
    for model in (Exposure, Look, Stretch):
        for name in ("item", "file", "case", "blob"):
            with pytest.raises(FieldDoesNotExist):
                model._meta.get_field(name)


def test_it_counts_nothing_that_is_not_graphic(cast: SimpleNamespace) -> None:
    assert begin_look(actor=cast.investigator, level=0, step="grey") is None
    for wrong in ({"level": 9, "step": "grey"}, {"level": 2, "step": "loud"}):
        with pytest.raises(Invalid):
            begin_look(actor=cast.investigator, **wrong)  # type: ignore[arg-type]


def test_a_look_is_ended_by_covering_and_by_what_follows_it(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    time.shift(30)
    second = begin_look(actor=cast.investigator, level=2, step="colour", follows=str(look.pk))
    assert second is not None
    time.shift(30)
    end_look(second.pk, actor=cast.investigator)
    assert {(line.step, line.seconds) for line in Exposure.objects.all()} == {("grey", 30), ("colour", 30)}
    for over in (look, second):
        with pytest.raises(NotFound):
            count_look(over.pk, actor=cast.investigator)
    for nothing in ("", "no key", uuid.uuid4()):
        end_look(nothing, actor=cast.investigator)


def test_nobody_counts_for_another(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    time.shift(20)
    url = reverse("care:look", args=[look.pk])
    assert signed_in(cast.colleague).post(url).status_code == 404
    assert signed_in(cast.colleague).post(reverse("care:look", args=[uuid.uuid4()])).status_code == 404
    assert seconds(cast.colleague) == seconds(cast.investigator) == 0


def test_nothing_that_a_page_sends_lengthens_the_time(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    office = signed_in(cast.investigator)
    time.shift(20)
    sent = {"seconds": "100000", "minutes": "-5", "level": "3"}
    assert office.post(reverse("care:look", args=[look.pk]), sent).json() == {"break": False}
    assert seconds(cast.investigator) == 20
    assert office.post(reverse("care:look", args=[look.pk]), {"ended": "1"}).status_code == 200
    assert office.post(reverse("care:look", args=[look.pk])).status_code == 404


def test_it_reminds_of_a_break_as_often_as_was_asked(cast: SimpleNamespace, time: Any) -> None:
    person = cast.investigator
    change_preference(person, actor=person, remind_after=10)
    look = begin(person)
    assert not watch(person, time, look, 9 * 60)
    assert watch(person, time, look, 60)
    assert not watch(person, time, look, 9 * 60)
    assert watch(person, time, look, 60)
    end_look(look.pk, actor=person)
    time.shift(BREAK)
    assert not watch(person, time, begin(person), 9 * 60)
    change_preference(person, actor=person, remind_after=0)
    assert not watch(person, time, begin(person), 15 * 60)


def test_single_looks_are_forgotten_and_their_time_is_kept(cast: SimpleNamespace, time: Any) -> None:
    look = begin(cast.investigator)
    watch(cast.investigator, time, look, 40)
    time.shift(datetime.timedelta(hours=23))
    assert forget_looks() == 0
    time.shift(datetime.timedelta(hours=2))
    assert forget_looks() == 1
    assert seconds(cast.investigator) == 40


def test_the_person_sees_weeks_levels_and_steps(cast: SimpleNamespace, time: Any) -> None:
    watch(cast.investigator, time, begin(cast.investigator, step="sound"), 60)
    time.shift(datetime.timedelta(weeks=1))
    watch(cast.investigator, time, begin(cast.investigator, level=1), 80)
    seen = watched_by(cast.investigator)
    assert [count for _, count in seen.weeks[-2:]] == [1, 2]
    assert [(line.level, line.total) for line in seen.lines] == [("Injury or distress", 2), ("Death", 1)]
    page = signed_in(cast.investigator).get(reverse("care:watched"))
    assert b"<svg" in page.content
    assert b"Show as table" in page.content
    assert watched_by(cast.colleague).lines == []
    assert [minutes(each) for each in (0, 1, 60, 61)] == [0, 1, 1, 2]


def test_the_lead_of_an_open_case_sees_rounded_totals_and_that_is_on_record(cast: SimpleNamespace, time: Any) -> None:
    case = CaseFactory(team=cast.team, lead=cast.investigator)
    CaseAssignment.objects.create(case=case, user=cast.colleague, assigned_by=cast.investigator)
    watch(cast.colleague, time, begin(cast.colleague, level=3), 6 * 60)
    watch(cast.reviewer, time, begin(cast.reviewer), 60)
    _weeks, totals = totals_for(cast.investigator)
    assert [(total.person, [count for _, count in total.cells]) for total in totals] == [
        (cast.colleague, [10, 0, 0, 0])
    ]
    page = signed_in(cast.investigator).get(reverse("care:totals")).content.decode()
    assert "Kost Colleague" in page
    assert "Extreme" not in page
    assert AuditEvent.objects.filter(event="care.totals_viewed").count() == 1
    for nobody in (cast.colleague, cast.reviewer, cast.administrator, cast.auditor, cast.outsider):
        assert totals_for(nobody)[1] == []
    Case.objects.filter(pk=case.pk).update(state="closed")
    assert totals_for(cast.investigator)[1] == []


def test_wishes_are_ones_own_and_checked(cast: SimpleNamespace) -> None:
    office = signed_in(cast.investigator)
    sent = {"ask": "first", "never_colour": "on", "remind_after": "30"}
    assert office.post(reverse("care:preference"), sent).status_code == 302
    kept = cast.investigator.care_preference
    assert (kept.ask, kept.never_colour, kept.never_sound, kept.remind_after) == ("first", True, False, 30)
    assert AuditEvent.objects.filter(event="care.preference_changed").count() == 1
    for wrong in ({"ask": "never"}, {"remind_after": "7"}, {"remind_after": "-1"}, {"ask": "\x00"}):
        assert office.post(reverse("care:preference"), {**sent, **wrong}).status_code == 422
    with pytest.raises(NotAllowed):
        change_preference(cast.investigator, actor=cast.colleague, never_sound=True)
    with pytest.raises(Invalid):
        change_preference(cast.investigator, actor=cast.investigator, remind_after=7)
