"""Alleged perpetrators, notes, tasks, and the order of moments."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.audit import clock
from casework.cases import actions
from casework.cases.models import CaptureMoment, Note, Task
from casework.core.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def kinds(case):
    return list(CaptureMoment.objects.filter(case=case).present().values_list("kind", "position"))


def test_it_adds_changes_and_removes_an_alleged_perpetrator(cast, case):
    found = actions.add_perpetrator(
        case,
        actor=cast.investigator,
        kind="person",
        name="Call sign",
        involvement="ordered",
        basis="Heard on the radio",
    )
    changed = actions.change_perpetrator(found, actor=cast.investigator, involvement="present")
    assert changed.involvement == "present"
    actions.remove_perpetrator(found, actor=cast.investigator, reason="Another person")
    assert not case.perpetrators.present().exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "unit", "involvement": "ordered", "basis": "x"}, "unit"),
        ({"kind": "person", "involvement": "ordered"}, "basis"),
        ({"kind": "person", "involvement": "watched", "basis": "x"}, "involvement"),
    ],
)
def test_it_needs_a_unit_a_degree_and_a_basis(cast, case, values, field):
    with pytest.raises(Invalid) as refused:
        actions.add_perpetrator(case, actor=cast.investigator, **values)
    assert field in refused.value.fields


def test_it_appends_notes_and_corrects_by_appending(cast, case):
    note = actions.add_note(case, actor=cast.reviewer, text="Six")
    correction = actions.add_note(case, actor=cast.investigator, text="Five", corrects=note)
    assert correction.corrects == note
    with pytest.raises(DatabaseError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(text="Never said")


def test_it_corrects_only_notes_of_the_same_case(cast, case, sensitive_case):
    note = actions.add_note(sensitive_case, actor=cast.investigator, text="Elsewhere")
    with pytest.raises(Invalid):
        actions.add_note(case, actor=cast.investigator, text="x", corrects=note)


def test_it_lets_viewers_write_no_notes(cast, case):
    with pytest.raises(NotAllowed):
        actions.add_note(case, actor=cast.viewer, text="x")


def test_it_gives_a_task_only_to_those_who_can_open_the_case(cast, sensitive_case):
    with pytest.raises(Invalid) as refused:
        actions.add_task(sensitive_case, actor=cast.investigator, title="Ask", assignee=cast.colleague)
    assert "assignee" in refused.value.fields


def test_it_lets_the_person_finish_their_task_even_when_the_case_is_closed(cast, case):
    task = actions.add_task(case, actor=cast.investigator, title="Read", assignee=cast.viewer)
    actions.close_case(case, actor=cast.investigator, reason="Over")
    assert actions.complete_task(task, actor=cast.viewer).state == "done"
    with pytest.raises(NotFound):
        actions.reopen_task(task, actor=cast.outsider)
    with pytest.raises(NotAllowed):
        actions.reopen_task(task, actor=cast.reviewer)


def test_it_calls_tasks_overdue_after_their_day(cast, case):
    today = clock.today()
    late = actions.add_task(case, actor=cast.investigator, title="Late", due_on=today - datetime.timedelta(days=1))
    actions.add_task(case, actor=cast.investigator, title="Today", due_on=today)
    assert list(Task.objects.overdue()) == [late]


def test_it_keeps_moments_in_order_when_they_are_added_moved_and_removed(cast, case):
    me = cast.investigator
    shot = actions.add_moment(case, actor=me, kind="shot")
    captured = actions.add_moment(case, actor=me, kind="captured", position=1)
    actions.add_moment(case, actor=me, kind="moved", position=99)
    assert kinds(case) == [("captured", 1), ("shot", 2), ("moved", 3)]
    actions.change_moment(captured, actor=me, position=3)
    assert kinds(case) == [("shot", 1), ("moved", 2), ("captured", 3)]
    actions.remove_moment(shot, actor=me, reason="Not seen")
    assert kinds(case) == [("moved", 1), ("captured", 2)]


@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9)), max_size=8))
@settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_never_loses_a_place_in_the_order(cast, case, moves):
    with transaction.atomic():
        made = [actions.add_moment(case, actor=cast.investigator, kind="other") for _ in range(5)]
        for which, place in moves:
            actions.change_moment(made[which], actor=cast.investigator, position=place)
            positions = [position for _, position in kinds(case)]
            assert positions == list(range(1, len(positions) + 1))
        transaction.set_rollback(True)
