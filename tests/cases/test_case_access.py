"""Assignment, grants, sensitivity and break-glass."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.core import mail

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.cases import actions
from casework.cases.jobs import tell_of_break_glass
from casework.cases.models import Case, CaseGrant, Task
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound, StepUpRequired

pytestmark = pytest.mark.django_db
WEEK = datetime.timedelta(days=7)


def sees(person, case):
    return Case.objects.visible_to(person).filter(pk=case.pk).exists()


def granted(cast, case, **values):
    values = {"user": cast.outsider, "reason": "Same unit", "ends_at": clock.now() + WEEK, **values}
    return actions.grant_access(case, actor=values.pop("actor", cast.investigator), **values)


def test_it_opens_a_sensitive_case_to_the_person_assigned(cast, sensitive_case):
    assert not sees(cast.colleague, sensitive_case)
    assignment = actions.assign_person(sensitive_case, actor=cast.investigator, user=cast.colleague)
    assert sees(cast.colleague, sensitive_case)
    actions.end_assignment(assignment, actor=cast.investigator)
    assert not sees(cast.colleague, sensitive_case)


def test_it_makes_a_new_lead_and_the_former_one_a_member(cast, case):
    actions.assign_person(case, actor=cast.investigator, user=cast.colleague, part="lead")
    parts = dict(case.assignments.filter(ended_at=None).values_list("user__name", "part"))
    assert parts == {"Kost Colleague": "lead", "Iryna Investigator": "member"}


def test_it_never_takes_the_lead_off(cast, case):
    with pytest.raises(Conflict):
        actions.end_assignment(case.assignments.get(part="lead"), actor=cast.investigator)


def test_it_assigns_only_people_of_the_team(cast, case):
    for stranger in (cast.outsider, cast.administrator, cast.auditor):
        with pytest.raises(Invalid):
            actions.assign_person(case, actor=cast.investigator, user=stranger)


def test_it_lets_only_the_lead_assign_on_a_sensitive_case(cast, sensitive_case):
    actions.assign_person(sensitive_case, actor=cast.investigator, user=cast.colleague)
    with pytest.raises(NotAllowed):
        actions.assign_person(sensitive_case, actor=cast.colleague, user=cast.viewer)


def test_it_lets_another_take_over_when_the_lead_is_disabled(cast, sensitive_case):
    actions.assign_person(sensitive_case, actor=cast.investigator, user=cast.colleague)
    cast.investigator.is_active = False
    cast.investigator.save()
    actions.assign_person(sensitive_case, actor=cast.colleague, user=cast.colleague, part="lead")
    present = sensitive_case.assignments.filter(ended_at=None)
    assert [part.user for part in present.filter(part="lead")] == [cast.colleague]
    assert not present.filter(user=cast.colleague, part="member").exists()
    assert granted(cast, sensitive_case, actor=cast.colleague).granted_by == cast.colleague


def test_it_grants_one_case_for_reading_until_its_end(cast, case):
    grant = granted(cast, case)
    assert sees(cast.outsider, case)
    with pytest.raises(NotAllowed):
        actions.change_case(case, actor=cast.outsider, title="No")
    with clock.travelling_to(grant.ends_at):
        assert not sees(cast.outsider, case)
    actions.end_access(grant, actor=cast.investigator)
    assert not sees(cast.outsider, case)


@pytest.mark.parametrize("who", ["colleague", "reviewer", "viewer"])
def test_it_lets_only_the_lead_grant(cast, case, who):
    with pytest.raises(NotAllowed):
        granted(cast, case, actor=getattr(cast, who))


def test_it_lets_no_administrator_grant(cast, case):
    with pytest.raises(NotFound):
        granted(cast, case, actor=cast.administrator)


@pytest.mark.parametrize("who", ["investigator", "colleague", "administrator", "auditor"])
def test_it_grants_to_nobody_who_has_it_or_reads_no_cases(cast, case, who):
    with pytest.raises(Invalid) as refused:
        granted(cast, case, user=getattr(cast, who))
    assert "user" in refused.value.fields


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_it_needs_an_end_within_a_year(cast, case, days):
    with pytest.raises(Invalid) as refused:
        granted(cast, case, ends_at=clock.now() + datetime.timedelta(days=days))
    assert "ends_at" in refused.value.fields


def test_it_lets_people_give_up_their_access_but_not_others(cast, case):
    grant = granted(cast, case)
    with pytest.raises(NotAllowed):
        actions.end_access(grant, actor=cast.viewer)
    actions.end_access(grant, actor=cast.outsider)


def test_it_shuts_the_case_to_the_team_and_opens_it_again(cast, case):
    actions.set_sensitivity(case, actor=cast.investigator, sensitive=True, reason="A named witness")
    assert not sees(cast.colleague, case)
    assert not sees(cast.reviewer, case)
    assert sees(cast.investigator, case)
    actions.set_sensitivity(case, actor=cast.investigator, sensitive=False, reason="Over")
    assert sees(cast.colleague, case)
    with pytest.raises(NotAllowed):
        actions.set_sensitivity(case, actor=cast.colleague, sensitive=True, reason="No")


@pytest.mark.parametrize("who", ["auditor", "reviewer"])
def test_it_breaks_glass_for_one_hour_and_tells_the_lead(cast, sensitive_case, who):
    person = getattr(cast, who)
    grant = actions.break_glass(sensitive_case, actor=person, reason="Complaint of a family")
    assert sees(person, sensitive_case)
    with pytest.raises(NotAllowed):
        actions.change_case(sensitive_case, actor=person, title="No")
    with clock.travelling_to(clock.now() + datetime.timedelta(hours=1, seconds=1)):
        assert not sees(person, sensitive_case)
    assert Task.objects.get(case=sensitive_case).assignee == cast.investigator
    event = AuditEvent.objects.get(event="access.broke_glass")
    assert (event.actor_id, event.reason) == (person.pk, "Complaint of a family")
    tell_of_break_glass(grant_id=str(grant.pk))
    told = {address for message in mail.outbox for address in message.to}
    assert cast.investigator.email in told
    assert (cast.auditor.email in told) == (who != "auditor")
    words = "".join(message.subject + message.body for message in mail.outbox)
    for secret in (sensitive_case.reference, sensitive_case.title, "Complaint", person.name):
        assert secret not in words


@pytest.mark.parametrize("who", ["colleague", "viewer", "referral_officer", "administrator", "outsider"])
def test_it_breaks_no_glass_for_others(cast, sensitive_case, who):
    with pytest.raises(NotFound):
        actions.break_glass(sensitive_case, actor=getattr(cast, who), reason="Curious")
    assert not CaseGrant.objects.exists()


def test_it_breaks_no_glass_without_reason_or_need(cast, case, sensitive_case):
    with pytest.raises(Invalid):
        actions.break_glass(sensitive_case, actor=cast.auditor, reason=" ")
    actions.break_glass(case, actor=cast.auditor, reason="Look")
    with pytest.raises(Conflict):
        actions.break_glass(case, actor=cast.auditor, reason="Again")


@pytest.mark.parametrize(
    "act",
    [
        lambda case, cast: granted(cast, case),
        lambda case, cast: actions.set_sensitivity(case, actor=cast.investigator, sensitive=False, reason="x"),
        lambda case, cast: actions.assign_person(case, actor=cast.investigator, user=cast.colleague),
        lambda case, cast: actions.break_glass(case, actor=cast.investigator, reason="x"),
    ],
)
def test_it_does_none_of_this_with_a_token(cast, sensitive_case, act):
    cast.investigator.token_scopes = {"read", "write"}
    with pytest.raises(StepUpRequired):
        act(sensitive_case, SimpleNamespace(**vars(cast)))
