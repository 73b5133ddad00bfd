"""Who works on a case, who else may open it, and break-glass."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import READING_ROLES, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_assign_person, can_break_glass, can_end_grant, can_grant_case
from casework.cases.actions.common import not_found, refuse_token, require_open, require_reason, take_case
from casework.cases.jobs import tell_of_break_glass
from casework.cases.models import Case, CaseAssignment, CaseGrant, Task
from casework.core.access import require
from casework.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_GRANT = datetime.timedelta(days=366)
BREAK_GLASS = datetime.timedelta(hours=1)


def assign_person(case: Case, *, actor: User, user: User, part: str = "member") -> CaseAssignment:
    """Put a person of the case's team to work on it; a new lead makes the former one a member.

    On a sensitive case this opens it to them, so an API token cannot do it.
    """
    if part not in CaseAssignment.Part.values:
        raise Invalid(_("Choose a part."), fields={"part": [_("Choose a part.")]})
    with transaction.atomic():
        row = take_case(case, actor, can_assign_person)
        require_open(row)
        if row.sensitive:
            refuse_token(actor)
        _check_in_team(row, user)
        now = clock.now()
        current = list(row.assignments.filter(ended_at=None))
        mine = next((found for found in current if found.user_id == user.pk), None)
        if mine is not None and mine.part == part:
            return mine
        if part == CaseAssignment.Part.LEAD:
            _step_down((found for found in current if found.part == part), actor)
        if mine is not None:
            mine.part = part
            mine.save(update_fields=["part"])
        else:
            mine = CaseAssignment.objects.create(case=row, user=user, part=part, assigned_by=actor, assigned_at=now)
        record(Event.PERSON_ASSIGNED, actor=actor, obj=row, detail={"user": str(user.pk), "part": part})
    return mine


def end_assignment(assignment: CaseAssignment, *, actor: User) -> CaseAssignment:
    """Take a person off a case. The lead is replaced by assigning another, never merely taken off."""
    with transaction.atomic():
        row = take_case(assignment.case, actor, can_assign_person)
        current = row.assignments.select_for_update().filter(pk=assignment.pk, ended_at=None).first()
        if current is None:
            raise not_found()
        if current.part == CaseAssignment.Part.LEAD:
            raise Conflict(_("A case needs a lead. Make somebody else its lead first."))
        current.ended_at = clock.now()
        current.save(update_fields=["ended_at"])
        record(Event.ASSIGNMENT_ENDED, actor=actor, obj=row, detail={"user": str(current.user_id)})
    return current


def grant_access(case: Case, *, actor: User, user: User, reason: str, ends_at: datetime.datetime) -> CaseGrant:
    """Open one case for reading to a person who could not open it, with a reason and an end, at most a year away."""
    refuse_token(actor)
    with transaction.atomic():
        row = take_case(case, actor, can_grant_case)
        why = require_reason(reason)
        now = clock.now()
        if not now < ends_at <= now + LONGEST_GRANT:
            message = _("Choose an end after now and within a year.")
            raise Invalid(message, fields={"ends_at": [message]})
        _check_may_receive(row, actor, user)
        grant = CaseGrant.objects.create(
            case=row, user=user, granted_by=actor, granted_at=now, reason=why, ends_at=ends_at
        )
        record(
            Event.CASE_ACCESS_GRANTED,
            actor=actor,
            obj=row,
            reason=why,
            detail={"user": str(user.pk), "ends_at": ends_at.isoformat()},
        )
    return grant


def end_access(grant: CaseGrant, *, actor: User) -> CaseGrant:
    """End a grant before its time."""
    with transaction.atomic():
        row = take_case(grant.case, actor)
        current = row.grants.select_for_update().filter(pk=grant.pk, ends_at__gt=clock.now()).first()
        if current is None:
            raise not_found()
        current.case = row
        require(can_end_grant, actor, current)
        current.ends_at = clock.now()
        current.save(update_fields=["ends_at"])
        record(Event.CASE_ACCESS_ENDED, actor=actor, obj=row, detail={"user": str(current.user_id)})
    return current


def break_glass(case: Case, *, actor: User, reason: str) -> CaseGrant:
    """Open a case that is hidden from the actor, for one hour. The lead and the auditors are told.

    Raises NotFound for anyone who may not, so that it tells nobody which cases exist.
    """
    refuse_token(actor)
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).first()
        if row is None or not can_break_glass(actor, row):
            raise not_found()
        why = require_reason(reason)
        if Case.objects.visible_to(actor).filter(pk=row.pk).exists():
            raise Conflict(_("You can already open this case."))
        now = clock.now()
        grant = CaseGrant.objects.create(
            case=row,
            user=actor,
            granted_by=actor,
            granted_at=now,
            reason=why,
            ends_at=now + BREAK_GLASS,
            break_glass=True,
        )
        lead = row.assignments.filter(ended_at=None, part="lead").select_related("user").first()
        _leave_task(row, actor, lead.user if lead else None)
        record(Event.BROKE_GLASS, actor=actor, obj=row, reason=why, detail={"ends_at": grant.ends_at.isoformat()})
        tell_of_break_glass.defer(grant_id=str(grant.pk))
    return grant


def _leave_task(case: Case, actor: User, lead: User | None) -> None:
    """A task for the lead: the case was opened from outside its circle."""
    title = _("Look at the break-glass access opened by %(name)s and talk to them or to an auditor") % {
        "name": actor.name
    }
    now = clock.now()
    task = Task.objects.create(
        case=case,
        title=title[:200],
        assignee=lead,
        due_on=clock.today(),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    record(Event.TASK_ADDED, actor=actor, obj=task, detail={"assignee": str(lead.pk) if lead else None})


def _step_down(leads: Iterable[CaseAssignment], actor: User) -> None:
    for former in leads:
        former.part = CaseAssignment.Part.MEMBER
        former.save(update_fields=["part"])
        record(
            Event.PERSON_ASSIGNED, actor=actor, obj=former.case, detail={"user": str(former.user_id), "part": "member"}
        )


def _check_in_team(case: Case, user: User) -> None:
    if not user.is_active or case.team_id not in user.reading_teams:
        message = _("This person does not work in the case's team. Grant them access instead.")
        raise Invalid(message, fields={"user": [message]})


def _check_may_receive(case: Case, actor: User, user: User) -> None:
    message = ""
    if user.pk == actor.pk:
        message = _("Nobody grants access to themselves.")
    elif not user.is_active or not user.teams_as(*READING_ROLES):
        message = _("This person holds no role that reads cases.")
    elif Case.objects.visible_to(user).filter(pk=case.pk).exists():
        message = _("This person can already open the case.")
    if message:
        raise Invalid(message, fields={"user": [message]})
