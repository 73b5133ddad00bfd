"""Making and changing teams."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.accounts import access
from casework.accounts.models import Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Invalid

NAME_LONGEST = 80
DESCRIPTION_LONGEST = 2000


@transaction.atomic
def create_team(*, actor: User, name: str, description: str = "") -> Team:
    """A new compartment. Raises Invalid when the name is empty, too long or taken."""
    require(access.can_manage_teams, actor, None)
    team = Team(created_at=clock.now())
    _write(team, name, description)
    record(Event.TEAM_CREATED, actor=actor, obj=team)
    return team


@transaction.atomic
def change_team(team: Team, *, actor: User, name: str, description: str = "") -> Team:
    """Another name or description; who sees what does not change."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    require(access.can_manage_teams, actor, team)
    before = team.name
    _write(team, name, description)
    record(Event.TEAM_CHANGED, actor=actor, obj=team, detail={"from": before, "to": team.name})
    return team


def _write(team: Team, name: str, description: str) -> None:
    name, description = name.strip(), description.strip()
    if not 0 < len(name) <= NAME_LONGEST:
        message = _("Give the team a name of at most 80 characters.")
        raise Invalid(message, fields={"name": [message]})
    if len(description) > DESCRIPTION_LONGEST:
        message = _("Keep the description within 2,000 characters.")
        raise Invalid(message, fields={"description": [message]})
    team.name, team.description = name, description
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        message = _("There is a team of this name already.")
        raise Invalid(message, fields={"name": [message]}) from error
