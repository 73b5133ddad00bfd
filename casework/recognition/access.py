"""Who may do what with pairs. False unless a rule says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role
from casework.recognition.models import Pair

if TYPE_CHECKING:
    from casework.accounts.models import User

JUDGING_ROLES = (Role.INVESTIGATOR, Role.REVIEWER)


def can_see_pair(user: User, pair: Pair) -> bool:
    return Pair.objects.visible_to(user).filter(pk=pair.pk).exists()


def can_judge_pair(user: User, pair: Pair) -> bool:
    """Investigators and reviewers of a team that one of the items is of, who see both."""
    teams = {pair.first.team_id, pair.second.team_id}
    return bool(teams & set(user.teams_as(*JUDGING_ROLES))) and can_see_pair(user, pair)
