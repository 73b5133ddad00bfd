"""Giving and ending roles."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts import access
from casework.accounts.actions.people import needed_reason
from casework.accounts.guards import keep_an_administrator
from casework.accounts.models import OFFICE_ROLES, Role, RoleGrant, Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict, Invalid

LONGEST = datetime.timedelta(days=5 * 366)


@transaction.atomic
def grant_role(
    user: User, *, actor: User, role: str, team: Team | None = None, reason: str, ends_at: datetime.datetime
) -> RoleGrant:
    """Give `role` to `user` until `ends_at`: in `team`, or in the office for administrators and auditors.

    Never to oneself. Administrator and auditor stand alone: who holds one holds nothing else. Raises Invalid for a
    role and team that do not fit or an end that is past or more than five years away, Conflict when the person
    is disabled, holds the role already, or holds one that does not go with it.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_grant_role, actor, user, _("Nobody gives a role to themselves."))
    reason = needed_reason(reason)
    _check_fit(role, team, ends_at)
    if not user.is_active:
        raise Conflict(_("This account is disabled. Enable it first."))
    _check_company(user, role, team)
    grant = RoleGrant.objects.create(
        user=user, role=role, team=team, granted_by=actor, granted_at=clock.now(), reason=reason, ends_at=ends_at
    )
    record(Event.ROLE_GRANTED, actor=actor, obj=user, reason=reason, detail=_detail(grant))
    return grant


def _check_fit(role: str, team: Team | None, ends_at: datetime.datetime) -> None:
    if role not in Role.values:
        raise Invalid(_("There is no such role."), fields={"role": [_("There is no such role.")]})
    if role in OFFICE_ROLES and team is not None:
        message = _("This role is held in the office as a whole: choose no team.")
        raise Invalid(message, fields={"team": [message]})
    if role not in OFFICE_ROLES and team is None:
        message = _("This role is held in one team: choose it.")
        raise Invalid(message, fields={"team": [message]})
    now = clock.now()
    if not now < ends_at <= now + LONGEST:
        message = _("The end has to be after today and within five years.")
        raise Invalid(message, fields={"ends_on": [message]})


def _check_company(user: User, role: str, team: Team | None) -> None:
    """Under the lock on the person, so that two grants at once come one after the other."""
    held = list(RoleGrant.objects.in_force().filter(user=user).values_list("role", "team_id"))
    if (role, team.pk if team else None) in held:
        raise Conflict(_("The person holds this role already. End it before giving it anew."))
    alone = access.STAND_ALONE
    others = {name for name, _team in held if name != role}
    if others and (role in alone or others & alone):
        raise Conflict(
            _("Administrator and auditor go with no other role: who keeps the accounts or the audit reads no cases.")
        )


@transaction.atomic
def end_role(grant: RoleGrant, *, actor: User, reason: str = "") -> RoleGrant:
    """End the role now. Raises Conflict when it has ended, or when no administrator would be left."""
    require(access.can_end_role, actor, grant)
    keep_an_administrator(without_grant=grant)
    grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    if not grant.in_force:
        raise Conflict(_("This role has ended already."))
    grant.ends_at, grant.ended_by = clock.now(), actor
    grant.save(update_fields=["ends_at", "ended_by"])
    record(Event.ROLE_ENDED, actor=actor, obj=grant.user, reason=reason, detail=_detail(grant))
    return grant


def _detail(grant: RoleGrant) -> dict[str, str | None]:
    return {
        "role": grant.role,
        "team": str(grant.team_id) if grant.team_id else None,
        "ends_at": grant.ends_at.isoformat(),
        "grant": str(grant.pk),
    }
