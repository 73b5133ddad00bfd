"""Search tells who sees a row from the row itself: it must say what the rules of the records say."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.audit import clock
from casework.cases.models import Case, CaseAssignment, CaseGrant, Victim
from casework.core.access import visible
from casework.evidence.models import EvidenceLink, Item
from casework.office.models import SearchDocument
from casework.office.search import find
from casework.statements.models import Statement
from tests.factories import CaseFactory, ItemFactory, PartyFactory, VictimFactory

PEOPLE = (
    "investigator", "colleague", "reviewer", "referral_officer", "administrator", "auditor", "viewer", "outsider",
)  # fmt: skip
HOUR = datetime.timedelta(hours=1)
BEGINNING = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


class Undo(Exception):
    """Ends a transaction whose rows are not wanted."""


def arrange(cast: SimpleNamespace) -> SimpleNamespace:
    """Three cases, four items and two statements in two teams."""
    teams = (cast.team, cast.other_team)
    cases = [CaseFactory(team=teams[n % 2], created_by=cast.investigator, title=f"Ravine {n}") for n in range(3)]
    items = [ItemFactory(team=teams[n % 2], registered_by=cast.investigator, title=f"Ravine {n}") for n in range(4)]
    statements = [
        Statement.objects.create(
            reference=f"S-9000{n}", team=teams[n], speaker="A deputy", speaker_kind="official", party=PartyFactory(),
            made_earliest="2024-05-01", made_latest="2024-05-01", medium="Ravine", text="No quarter", kind="no_quarter",
            language="English", registered_by=cast.investigator,
        )
        for n in range(2)
    ]  # fmt: skip
    for case in cases:
        VictimFactory(case=case, created_by=cast.investigator, surname="Ravine", name_key="ravine")
    return SimpleNamespace(cast=cast, teams=teams, cases=cases, items=items, statements=statements)


def toggle_sensitive(office: SimpleNamespace, case: Any, *_: Any) -> None:
    now = Case.objects.values_list("sensitive", flat=True).get(pk=case.pk)
    Case.objects.filter(pk=case.pk).update(sensitive=not now)


def move_case(office: SimpleNamespace, case: Any, _item: Any, _who: Any, number: int) -> None:
    Case.objects.filter(pk=case.pk).update(team=office.teams[number % 2])


def move_item(office: SimpleNamespace, _case: Any, item: Any, _who: Any, number: int) -> None:
    Item.objects.filter(pk=item.pk).update(team=office.teams[number % 2])


def move_statement(office: SimpleNamespace, _case: Any, _item: Any, _who: Any, number: int) -> None:
    Statement.objects.filter(pk=office.statements[0].pk).update(team=office.teams[number % 2])


def link(office: SimpleNamespace, case: Any, item: Any, *_: Any) -> None:
    if not EvidenceLink.objects.present().filter(case=case, item=item).exists():
        EvidenceLink.objects.create(case=case, item=item, establishes=["act"], linked_by=office.cast.investigator)


def unlink(office: SimpleNamespace, case: Any, item: Any, *_: Any) -> None:
    EvidenceLink.objects.present().filter(case=case, item=item).update(removed_at=clock.now())


def name(office: SimpleNamespace, case: Any, _item: Any, who: Any, *_: Any) -> None:
    if not CaseAssignment.objects.filter(case=case, user=who, ended_at=None).exists():
        CaseAssignment.objects.create(case=case, user=who, part="member", assigned_by=office.cast.colleague)


def end_naming(_office: SimpleNamespace, case: Any, _item: Any, who: Any, *_: Any) -> None:
    CaseAssignment.objects.filter(case=case, user=who, ended_at=None).update(ended_at=clock.now())


def open_case(office: SimpleNamespace, case: Any, _item: Any, who: Any, number: int) -> None:
    """A grant in force, one that has ended, one that has not begun; every other one by break-glass."""
    begins = clock.now() + (-HOUR, -3 * HOUR, HOUR)[number % 3]
    by = who if number % 2 else office.cast.second_officer
    CaseGrant.objects.create(
        case=case,
        user=who,
        granted_by=by,
        break_glass=by == who,
        reason="x",
        granted_at=begins,
        ends_at=begins + 2 * HOUR,
    )


ACTS = (
    toggle_sensitive, move_case, move_item, move_statement, link, link, unlink, name, end_naming, open_case,
)  # fmt: skip
STEPS = st.tuples(
    st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 3), st.sampled_from(PEOPLE), st.integers(0, 5)
)


def by_the_rules(user: Any) -> set[Any]:
    return {pk for model in (Case, Item, Statement, Victim) for pk in visible(model, user).values_list("pk", flat=True)}


def by_the_index(user: Any) -> set[Any]:
    return set(SearchDocument.objects.visible_to(user).values_list("object_id", flat=True))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_it_sees_what_the_rules_of_the_records_say(cast, steps):
    try:
        with transaction.atomic():
            office = arrange(cast)
            for act, case, item, who, number in steps:
                act(office, office.cases[case], office.items[item], getattr(cast, who), number)
            for who in PEOPLE:
                assert by_the_index(getattr(cast, who)) == by_the_rules(getattr(cast, who)), who
            raise Undo
    except Undo:
        pass


def test_it_sees_nothing_with_a_disabled_account(cast):
    arrange(cast)
    cast.investigator.is_active = False
    assert by_the_index(cast.investigator) == set()


@pytest.mark.parametrize("table", ["cases", "items", "statements"])
def test_it_knows_when_a_record_changed(cast, table):
    record = getattr(arrange(cast), table)[0]
    type(record).objects.filter(pk=record.pk).update(updated_at=BEGINNING)
    assert SearchDocument.objects.get(object_id=record.pk).changed_at == BEGINNING


def test_it_hides_an_item_whose_only_case_becomes_sensitive_and_its_count_with_it(cast):
    office = arrange(cast)
    Case.objects.exclude(pk=office.cases[0].pk).update(team=cast.other_team)
    Item.objects.exclude(pk=office.items[0].pk).update(team=cast.other_team)
    Statement.objects.update(team=cast.other_team)
    link(office, office.cases[0], office.items[0])
    assert [len(group.hits) for group in find(cast.viewer, "ravine").groups] == [1, 2]
    toggle_sensitive(office, office.cases[0])
    assert find(cast.viewer, "ravine").empty
    name(office, office.cases[0], None, cast.viewer)
    assert [len(group.hits) for group in find(cast.viewer, "ravine").groups] == [1, 2]
