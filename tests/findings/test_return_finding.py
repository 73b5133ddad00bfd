"""Returning, proposing again, withdrawing, and every step that does not exist."""

from __future__ import annotations

import pytest

from casework.core.errors import Blocked, Conflict, Invalid, NotAllowed, StepUpRequired
from casework.findings.actions import (
    approve_finding,
    propose_finding,
    resubmit_finding,
    return_finding,
    withdraw_finding,
)
from casework.findings.models import Finding
from casework.findings.snapshots import changed_fields
from casework.findings.workflow import FINDING_WORKFLOW
from tests.factories import grant
from tests.findings.conftest import cite, proposal_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding(cast, case, proposal):  # type: ignore[no-untyped-def]
    return propose_finding(case, actor=cast.investigator, **proposal)


def test_it_returns_with_a_code_and_a_note(cast, finding) -> None:
    returned = return_finding(finding, actor=cast.reviewer, code="count", note="Three are seen, not two.")
    assert (returned.state, returned.returned_code, returned.returned_by) == ("returned", "count", cast.reviewer)


@pytest.mark.parametrize(
    ("given", "blamed"),
    [
        ({"code": "", "note": "x"}, "code"),
        ({"code": "mood", "note": "x"}, "code"),
        ({"code": "count", "note": " "}, "note"),
    ],
)
def test_it_needs_a_code_and_a_note(cast, finding, given, blamed) -> None:
    with pytest.raises(Invalid) as caught:
        return_finding(finding, actor=cast.reviewer, **given)
    assert list(caught.value.fields) == [blamed]


def test_it_is_not_returned_to_oneself(cast, finding) -> None:
    grant(cast.investigator, "reviewer", cast.team)
    with pytest.raises(Blocked):
        return_finding(finding, actor=cast.investigator, code="count", note="No.")


def test_it_is_proposed_again_beside_the_version_before(cast, case, link, finding) -> None:
    returned = return_finding(finding, actor=cast.reviewer, code="count", note="Three are seen.")
    report = cite(case, cast.colleague, data=b"a report", title="Report")
    again = resubmit_finding(
        returned, actor=cast.investigator, **proposal_of(link, counts={"captured": (3, 3)}, links=[link, report])
    )
    assert (again.state, again.returned_code, again.returned_by) == ("proposed", "", None)
    assert again.previous_version["counts"] == {"captured": [2, 3]}
    assert again.previous_version["returned_note"] == "Three are seen."
    assert changed_fields(again) == ["counts", "cited"]
    assert again.cited.count() == 2
    assert approve_finding(again, actor=cast.reviewer).state == Finding.State.APPROVED


def test_it_is_proposed_again_by_its_author_only(cast, link, finding) -> None:
    returned = return_finding(finding, actor=cast.reviewer, code="count", note="No.")
    with pytest.raises(NotAllowed):
        resubmit_finding(returned, actor=cast.colleague, **proposal_of(link))


def test_it_keeps_a_returned_finding_when_the_new_version_is_wrong(cast, link, finding) -> None:
    returned = return_finding(finding, actor=cast.reviewer, code="count", note="No.")
    with pytest.raises(Invalid):
        resubmit_finding(returned, actor=cast.investigator, **proposal_of(link, counts={}))
    returned.refresh_from_db()
    assert returned.state == "returned"
    assert returned.cited.count() == 1


def test_it_is_withdrawn_with_a_reason_by_the_team(cast, case, link, finding) -> None:
    with pytest.raises(Invalid):
        withdraw_finding(finding, actor=cast.colleague, reason=" ")
    assert withdraw_finding(finding, actor=cast.colleague, reason="Wrong case.").state == "withdrawn"
    assert propose_finding(case, actor=cast.colleague, **proposal_of(link)).state == "proposed"


def bring_to(state: str, finding: Finding, cast) -> Finding:  # type: ignore[no-untyped-def]
    if state == "approved":
        return approve_finding(finding, actor=cast.reviewer)
    if state == "returned":
        return return_finding(finding, actor=cast.reviewer, code="other", note="Again.")
    if state == "withdrawn":
        return withdraw_finding(finding, actor=cast.investigator, reason="Mistake.")
    return finding


ACTS = {
    "approve": lambda finding, cast, link: approve_finding(finding, actor=cast.reviewer),
    "return": lambda finding, cast, link: return_finding(finding, actor=cast.reviewer, code="other", note="Again."),
    "resubmit": lambda finding, cast, link: resubmit_finding(finding, actor=cast.investigator, **proposal_of(link)),
    "withdraw": lambda finding, cast, link: withdraw_finding(finding, actor=cast.investigator, reason="Mistake."),
}
DISALLOWED = [
    (transition.name, state)
    for transition in FINDING_WORKFLOW.transitions
    for state in Finding.State.values
    if state not in transition.sources
]
ALLOWED = [
    (transition.name, state) for transition in FINDING_WORKFLOW.transitions for state in sorted(transition.sources)
]


def test_it_tries_every_transition() -> None:
    assert set(ACTS) == set(FINDING_WORKFLOW.by_name)


@pytest.mark.parametrize(("name", "state"), DISALLOWED)
def test_it_refuses_every_step_that_does_not_exist(cast, link, finding, name, state) -> None:
    moved = bring_to(state, finding, cast)
    with pytest.raises(Conflict):
        ACTS[name](moved, cast, link)
    moved.refresh_from_db()
    assert moved.state == state


@pytest.mark.parametrize(("name", "state"), ALLOWED)
def test_it_takes_every_step_that_exists(cast, link, finding, name, state) -> None:
    moved = bring_to(state, finding, cast)
    assert ACTS[name](moved, cast, link).state == FINDING_WORKFLOW[name].target


def test_it_lets_a_token_return_but_not_approve(cast, finding) -> None:
    cast.reviewer.token_scopes = {"read", "write"}
    with pytest.raises(StepUpRequired):
        approve_finding(finding, actor=cast.reviewer)
    assert return_finding(finding, actor=cast.reviewer, code="other", note="No.").state == "returned"
