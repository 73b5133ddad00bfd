"""Making and changing teams."""

from __future__ import annotations

from typing import Any

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
def create_team(*, actor: User, name: str, description: str = "", tells_of_related: bool = False) -> Team:
    """A new compartment. Raises Invalid when the name is empty, too long or taken."""
    require(access.can_manage_teams, actor, None)
    team = Team(created_at=clock.now(), tells_of_related=tells_of_related)
    _write(team, name, description)
    record(Event.TEAM_CREATED, actor=actor, obj=team)
    return team


@transaction.atomic
def change_team(
    team: Team, *, actor: User, name: str, description: str = "", tells_of_related: bool | None = None
) -> Team:
    """Another name or description, or another word on whether others may learn that it holds related footage. Who sees
    what does not change."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    require(access.can_manage_teams, actor, team)
    before, told = team.name, team.tells_of_related
    team.tells_of_related = told if tells_of_related is None else tells_of_related
    _write(team, name, description)
    detail: dict[str, Any] = {"from": before, "to": team.name}
    if team.tells_of_related != told:
        detail["tells_of_related"] = team.tells_of_related
    record(Event.TEAM_CHANGED, actor=actor, obj=team, detail=detail)
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
