"""Changing, closing and reopening a case, and every step that its workflow does not have."""

from __future__ import annotations

import itertools

import pytest

from casework.audit.models import AuditEvent
from casework.cases import actions
from casework.cases.models import Case, Party, Region, Tag, Task
from casework.cases.workflow import CASE_WORKFLOW, TASK_WORKFLOW
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_it_writes_what_differs_and_says_which_fields(cast, case):
    changed = actions.change_case(
        case, actor=cast.colleague, title="Ivan Canarenko", victims_party=Party.objects.get(pk="UA"), priority="normal"
    )
    assert changed.title == "Ivan Canarenko"
    event = AuditEvent.objects.get(event="cases.case_changed")
    assert event.detail == {"fields": ["title", "victims_party"], "changes": {"victims_party": [None, "UA"]}}


def test_it_records_nothing_when_nothing_changes(cast, case):
    before = case.updated_at
    assert actions.change_case(case, actor=cast.investigator, title=case.title).updated_at == before
    assert not AuditEvent.objects.filter(event="cases.case_changed").exists()


def test_it_keeps_plain_line_ends(cast, case):
    changed = actions.change_case(case, actor=cast.investigator, summary="one\r\ntwo\r\n")
    assert changed.summary == "one\ntwo"


def test_it_changes_tags_with_the_version(cast, case):
    before = case.updated_at
    changed = actions.change_case(case, actor=cast.investigator, tags=[Tag.objects.first()])
    assert changed.updated_at > before
    assert AuditEvent.objects.get(event="cases.case_changed").detail["fields"] == ["tags"]


def test_it_refuses_a_stale_version_and_keeps_the_first_change(cast, case):
    seen = case.updated_at
    actions.change_case(case, actor=cast.colleague, expected=seen, title="First")
    with pytest.raises(Conflict) as refused:
        actions.change_case(case, actor=cast.investigator, expected=seen, title="Second")
    assert refused.value.code == "stale_edit"
    case.refresh_from_db()
    assert case.title == "First"


def test_it_checks_the_whole_case(cast, case):
    actions.change_case(case, actor=cast.investigator, region=Region.objects.get(pk="UA-14"))
    with pytest.raises(Invalid) as refused:
        actions.change_case(case, actor=cast.investigator, country="RU")
    assert "region" in refused.value.fields
    case.refresh_from_db()
    assert case.country == "UA"


@pytest.mark.parametrize("who", ["reviewer", "referral_officer", "viewer"])
def test_it_is_forbidden_to_those_who_only_read(cast, case, who):
    with pytest.raises(NotAllowed):
        actions.change_case(case, actor=getattr(cast, who), title="No")


@pytest.mark.parametrize("who", ["administrator", "auditor", "outsider"])
@pytest.mark.parametrize(
    "act",
    [
        lambda case, actor: actions.change_case(case, actor=actor, title="No"),
        lambda case, actor: actions.close_case(case, actor=actor, reason="No"),
        lambda case, actor: actions.set_sensitivity(case, actor=actor, sensitive=True, reason="No"),
        lambda case, actor: actions.assign_person(case, actor=actor, user=actor),
        lambda case, actor: actions.add_victim(case, actor=actor),
        lambda case, actor: actions.add_note(case, actor=actor, text="No"),
        lambda case, actor: actions.add_task(case, actor=actor, title="No"),
        lambda case, actor: actions.add_moment(case, actor=actor, kind="shot"),
    ],
)
def test_it_does_not_exist_for_those_who_may_not_see_it(cast, case, who, act):
    with pytest.raises(NotFound):
        act(case, getattr(cast, who))


def test_it_is_not_found_by_team_members_not_named_on_a_sensitive_case(cast, sensitive_case):
    with pytest.raises(NotFound):
        actions.change_case(sensitive_case, actor=cast.colleague, title="No")
    with pytest.raises(NotFound):
        actions.close_case(sensitive_case, actor=cast.colleague, reason="No")


def test_it_closes_and_reopens_with_reasons(cast, case):
    closed = actions.close_case(case, actor=cast.colleague, reason="  All referred ")
    assert closed.state == "closed"
    event = AuditEvent.objects.get(event="cases.case_closed")
    assert (event.reason, event.detail) == ("All referred", {"from": "open", "to": "closed"})
    with pytest.raises(Conflict):
        actions.change_case(case, actor=cast.investigator, title="No")
    with pytest.raises(Conflict):
        actions.add_victim(case, actor=cast.investigator)
    assert actions.reopen_case(case, actor=cast.investigator, reason="New video").state == "open"


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_asks_why(cast, case, reason):
    with pytest.raises(Invalid):
        actions.close_case(case, actor=cast.investigator, reason=reason)


CASE_ACTS = {"close": actions.close_case, "reopen": actions.reopen_case}
TASK_ACTS = {"complete": actions.complete_task, "reopen": actions.reopen_task}


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (state, transition.name)
        for state, transition in itertools.product(Case.State.values, CASE_WORKFLOW.transitions)
        if state not in transition.sources
    ],
)
def test_it_takes_no_step_from_a_state_that_has_none(cast, case, state, name):
    Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Conflict):
        CASE_ACTS[name](case, actor=cast.investigator, reason="Try")
    case.refresh_from_db()
    assert case.state == state


@pytest.mark.parametrize(("state", "name"), [("done", "complete"), ("open", "reopen")])
def test_it_takes_no_such_step_with_a_task(cast, case, state, name):
    assert set(TASK_ACTS) == {transition.name for transition in TASK_WORKFLOW.transitions}
    task = actions.add_task(case, actor=cast.investigator, title="Ask")
    Task.objects.filter(pk=task.pk).update(state=state)
    with pytest.raises(Conflict):
        TASK_ACTS[name](task, actor=cast.investigator)
