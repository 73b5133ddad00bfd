"""Reviewers who click at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from casework.core.errors import Conflict
from casework.findings.actions import approve_finding, propose_finding, return_finding, withdraw_finding
from casework.findings.models import Finding
from tests.factories import person
from tests.findings.conftest import proposal_of

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[str]:
    """Carry out all acts at once, each on its own connection; the class of each outcome."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            start.wait(10)
            act()
        except Conflict:
            return "conflict"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.fixture
def second_reviewer(cast):  # type: ignore[no-untyped-def]
    return person("Rita Reviewer", "reviewer", team=cast.team)


def test_it_is_approved_once(cast, case, proposal, second_reviewer) -> None:
    finding = propose_finding(case, actor=cast.investigator, **proposal)
    outcomes = together(
        lambda: approve_finding(finding, actor=cast.reviewer), lambda: approve_finding(finding, actor=second_reviewer)
    )
    assert outcomes == ["conflict", "done"]
    assert Finding.objects.get().state == "approved"


def test_it_is_approved_or_returned_or_withdrawn(cast, case, proposal, second_reviewer) -> None:
    finding = propose_finding(case, actor=cast.investigator, **proposal)
    outcomes = together(
        lambda: approve_finding(finding, actor=cast.reviewer),
        lambda: return_finding(finding, actor=second_reviewer, code="other", note="No."),
        lambda: withdraw_finding(finding, actor=cast.investigator, reason="Mistake."),
    )
    # A returned finding may still be withdrawn; every other pair excludes itself.
    state = Finding.objects.get().state
    assert outcomes in (["conflict", "conflict", "done"], ["conflict", "done", "done"])
    assert outcomes.count("done") == 1 or state == "withdrawn"


def test_it_is_proposed_once(cast, case, proposal) -> None:
    outcomes = together(
        lambda: propose_finding(case, actor=cast.investigator, **proposal),
        lambda: propose_finding(case, actor=cast.colleague, **proposal),
    )
    assert outcomes == ["conflict", "done"]


def test_it_supersedes_one_finding_with_one(cast, case, link, proposal, second_reviewer) -> None:
    first = approve_finding(propose_finding(case, actor=cast.investigator, **proposal), actor=cast.reviewer)
    later = propose_finding(case, actor=cast.colleague, **proposal_of(link))
    assert together(
        lambda: approve_finding(later, actor=cast.reviewer), lambda: approve_finding(later, actor=second_reviewer)
    ) == ["conflict", "done"]
    first.refresh_from_db()
    assert [first.is_in_force, Finding.objects.get(pk=later.pk).is_in_force] == [False, True]
