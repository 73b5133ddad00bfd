"""Who may do what with a case and what hangs on it.

Each rule presumes that the person may see the case; actions check that first and answer 404 otherwise. A grant to a
case opens it for reading. Writing belongs to the investigators of the case's team, and what widens or narrows the
circle of those who may read belongs to the case's lead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casework.accounts.models import Role

if TYPE_CHECKING:
    from casework.accounts.models import Team, User
    from casework.cases.models import Case, CaseAssignment, CaseGrant, Task


def can_create_case(user: User, team: Team | None) -> bool:
    """Investigators, in their own team. Without a team: whether the person could anywhere."""
    if team is None:
        return bool(user.teams_as(Role.INVESTIGATOR))
    return user.has_role(Role.INVESTIGATOR, team.pk)


def can_work_case(user: User, case: Case) -> bool:
    """Investigators of the case's team, whatever the case's state."""
    return user.has_role(Role.INVESTIGATOR, case.team_id)


def can_edit_case(user: User, case: Case) -> bool:
    """Investigators of the case's team, while it is open."""
    return case.state == "open" and can_work_case(user, case)


def can_close_case(user: User, case: Case) -> bool:
    """Investigators of the case's team; the workflow asks for a reason and an open case."""
    return can_work_case(user, case)


def can_reopen_case(user: User, case: Case) -> bool:
    """Those who may close it."""
    return can_work_case(user, case)


def is_lead(user: User, case: Case) -> bool:
    """Whether the person leads the case now. Costs a query unless the page has read the assignments."""
    lead = lead_of(case)
    return lead is not None and lead.user_id == user.pk


def lead_of(case: Case) -> CaseAssignment | None:
    """The open assignment of the case's lead, if there is one."""
    known = getattr(case, "open_assignments", None)
    if known is None:
        return case.assignments.filter(ended_at=None, part="lead").select_related("user").first()
    return next((found for found in known if found.part == "lead"), None)


def can_manage_access(user: User, case: Case) -> bool:
    """The lead. When nobody leads, or the lead's account is disabled, any investigator of the team who sees it."""
    if not can_work_case(user, case):
        return False
    lead = lead_of(case)
    return lead is None or lead.user_id == user.pk or not lead.user.is_active


def can_grant_case(user: User, case: Case) -> bool:
    """Whoever manages access. Administrators do not read cases and so do not open them to others."""
    return can_manage_access(user, case)


def can_set_sensitivity(user: User, case: Case) -> bool:
    """Whoever manages access."""
    return can_manage_access(user, case)


def can_assign_person(user: User, case: Case) -> bool:
    """On a sensitive case an assignment opens it, so only its lead assigns; else any investigator of the team."""
    return can_manage_access(user, case) if case.sensitive else can_edit_case(user, case)


def can_end_assignment(user: User, assignment: CaseAssignment) -> bool:
    """Those who may assign."""
    return can_assign_person(user, assignment.case)


def can_end_grant(user: User, grant: CaseGrant) -> bool:
    """Whoever manages access to the case, and the person whose access it is."""
    return grant.user_id == user.pk or can_manage_access(user, grant.case)


def can_break_glass(user: User, case: Case) -> bool:
    """Auditors, and reviewers of the team who are shut out of a sensitive case."""
    return user.is_auditor or (case.sensitive and user.has_role(Role.REVIEWER, case.team_id))


def can_try_break_glass(user: User, _: Any = None) -> bool:
    """Whether the person may open anything by break-glass at all."""
    return user.is_auditor or bool(user.teams_as(Role.REVIEWER))


def can_note_case(user: User, case: Case) -> bool:
    """Investigators, reviewers and referral officers of the team, while the case is open."""
    roles = (Role.INVESTIGATOR, Role.REVIEWER, Role.REFERRAL_OFFICER)
    return case.state == "open" and any(user.has_role(role, case.team_id) for role in roles)


def can_do_task(user: User, task: Task) -> bool:
    """The person it is given to, and investigators of the case's team; also after the case was closed."""
    return task.assignee_id == user.pk or can_work_case(user, task.case)


def can_change_task(user: User, task: Task) -> bool:
    """Investigators of the case's team, while the case is open."""
    return can_edit_case(user, task.case)


def can_export_cases(user: User, _: Any = None) -> bool:
    """Everyone who reads a team's cases exports what they see; viewers only look."""
    return bool(user.teams_as(Role.INVESTIGATOR, Role.REVIEWER, Role.REFERRAL_OFFICER))
