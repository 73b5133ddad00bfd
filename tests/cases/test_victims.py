"""Victims: counted, named under embargo, changed, removed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.audit.models import AuditEvent
from casework.cases import actions
from casework.cases.models import Victim
from casework.core.dates import parse_range
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.core.text import skeleton

pytestmark = pytest.mark.django_db


def test_it_adds_a_person_whose_name_is_found_in_any_script(cast, case):
    victim = actions.add_victim(
        case,
        actor=cast.investigator,
        surname="Коваленко",
        first_names="Петро",
        born=parse_range("1990"),
        kin="informed",
    )
    assert (victim.at_least, victim.at_most) == (1, 1)
    assert victim.name_key == skeleton("Kovalenko Petro")
    assert not victim.may_be_named
    assert str(victim.born) == "1990"


def test_it_keeps_names_out_of_the_audit(cast, case):
    victim = actions.add_victim(case, actor=cast.investigator, surname="Canarenko")
    actions.change_victim(victim, actor=cast.investigator, surname="Canarchuk", status_at_death="captured")
    actions.remove_victim(victim, actor=cast.investigator, reason="Entered twice")
    for event in AuditEvent.objects.filter(event__startswith="cases."):
        assert "Canar" not in str(event.detail) + event.object_label
    detail = AuditEvent.objects.get(event="cases.victim_changed").detail
    assert detail == {
        "fields": ["status_at_death", "surname"], "changes": {"status_at_death": ["unknown", "captured"]},
    }  # fmt: skip


def test_it_records_consent_to_naming_by_itself(cast, case):
    victim = actions.add_victim(case, actor=cast.investigator, surname="Kovalenko")
    actions.change_victim(victim, actor=cast.investigator, kin="informed")
    assert not AuditEvent.objects.filter(event="cases.name_embargo_lifted").exists()
    changed = actions.change_victim(victim, actor=cast.investigator, kin="consents")
    assert changed.may_be_named
    assert AuditEvent.objects.filter(event="cases.name_embargo_lifted", object_id=str(victim.pk)).count() == 1


@given(at_least=st.integers(-5, 40_000), at_most=st.integers(-5, 40_000), kind=st.sampled_from(["person", "group"]))
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_keeps_counts_that_make_sense_and_refuses_all_others(cast, case, at_least, at_most, kind):
    sensible = (at_least, at_most) == (1, 1) if kind == "person" else 1 <= at_least <= at_most <= 10_000
    counts = {"kind": kind, "at_least": at_least, "at_most": at_most}
    if sensible:
        actions.add_victim(case, actor=cast.investigator, **counts)
    else:
        with pytest.raises(Invalid) as refused:
            actions.add_victim(case, actor=cast.investigator, **counts)
        assert set(refused.value.fields) & {"at_least", "at_most"}


@pytest.mark.parametrize(("at_least", "at_most", "kind"), [(2, 1, "group"), (0, 1, "group"), (2, 2, "person")])
def test_the_database_refuses_such_counts_too(cast, case, at_least, at_most, kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        Victim.objects.create(case=case, created_by=cast.investigator, kind=kind, at_least=at_least, at_most=at_most)


def test_it_names_nobody_in_a_group(cast, case):
    with pytest.raises(Invalid) as refused:
        actions.add_victim(case, actor=cast.investigator, kind="group", at_least=2, at_most=3, surname="Kovalenko")
    assert "surname" in refused.value.fields


def test_it_turns_a_person_into_a_group_and_back(cast, case):
    victim = actions.add_victim(case, actor=cast.investigator)
    group = actions.change_victim(victim, actor=cast.investigator, kind="group", at_least=2, at_most=4)
    assert (group.at_least, group.at_most) == (2, 4)
    person = actions.change_victim(victim, actor=cast.investigator, kind="person")
    assert (person.at_least, person.at_most) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("age", 9), ("age", 111), ("surname", "x" * 81), ("kin", "maybe"), ("removed_at", None), ("name_key", "x")],
)
def test_it_names_the_field_at_fault(cast, case, field, value):
    with pytest.raises(Invalid) as refused:
        actions.add_victim(case, actor=cast.investigator, **{field: value})
    assert field in refused.value.fields


def test_it_hides_a_removed_victim_and_changes_it_no_more(cast, case):
    victim = actions.add_victim(case, actor=cast.investigator)
    actions.remove_victim(victim, actor=cast.investigator, reason="Entered twice")
    assert not case.victims.present().exists()
    with pytest.raises(NotFound):
        actions.change_victim(victim, actor=cast.investigator, age=30)


def test_it_refuses_readers_strangers_and_stale_versions(cast, case):
    victim = actions.add_victim(case, actor=cast.investigator)
    with pytest.raises(NotAllowed):
        actions.change_victim(victim, actor=cast.viewer, age=30)
    with pytest.raises(NotFound):
        actions.change_victim(victim, actor=cast.outsider, age=30)
    actions.change_victim(victim, actor=cast.colleague, expected=victim.updated_at, age=30)
    with pytest.raises(Conflict):
        actions.change_victim(victim, actor=cast.investigator, expected=victim.updated_at, age=31)
