"""Who may register and correct public statements. Reading follows the team, as with cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role

if TYPE_CHECKING:
    from casework.accounts.models import Team, User
    from casework.statements.models import Statement


def can_register_statement(user: User, team: Team | None) -> bool:
    """Investigators, in their own team. Without a team: whether the person could anywhere."""
    if team is None:
        return bool(user.teams_as(Role.INVESTIGATOR))
    return user.has_role(Role.INVESTIGATOR, team.pk)


def can_change_statement(user: User, statement: Statement) -> bool:
    """Investigators of its team."""
    return user.has_role(Role.INVESTIGATOR, statement.team_id)
