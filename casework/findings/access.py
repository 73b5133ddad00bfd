"""Who may do what with findings. Four eyes is a rule of the field, not of access: see workflow.py.

Each rule presumes that the person may see the case; actions check that first and answer 404 otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role
from casework.cases.models import Case

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.findings.models import Finding


def sees_case(user: User, case: Case) -> bool:
    """Whether the person may open the case at all. Costs a query."""
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()


def can_propose_finding(user: User, case: Case) -> bool:
    """Investigators of the case's team, on an open case."""
    return case.state == Case.State.OPEN and user.has_role(Role.INVESTIGATOR, case.team_id)


def can_assess_elements(user: User, case: Case) -> bool:
    """Those who may propose."""
    return can_propose_finding(user, case)


def can_resubmit_finding(user: User, finding: Finding) -> bool:
    """The person who proposed it: were it anyone else, the first author could approve their own words."""
    return finding.proposed_by_id == user.pk and can_propose_finding(user, finding.case)


def can_withdraw_finding(user: User, finding: Finding) -> bool:
    """Investigators of the team, so that a proposal does not wait for somebody who has left."""
    return user.has_role(Role.INVESTIGATOR, finding.case.team_id)


def can_review_finding(user: User, finding: Finding) -> bool:
    """Reviewers of the case's team."""
    return user.has_role(Role.REVIEWER, finding.case.team_id)
