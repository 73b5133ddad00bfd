"""Who may count, and who may record what others counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role

if TYPE_CHECKING:
    from casework.accounts.models import User


def can_read_figures(user: User, obj: object = None) -> bool:
    """People who read cases count what they see; auditors count the whole office, without opening a case."""
    return bool(user.reading_teams) or user.is_auditor


def counts_whole_office(user: User) -> bool:
    """Whether figures cover every team."""
    return user.is_auditor


def can_record_issuer_figure(user: User, obj: object = None) -> bool:
    """Investigators, reviewers and referral officers of any team."""
    return bool(user.teams_as(Role.INVESTIGATOR, Role.REVIEWER, Role.REFERRAL_OFFICER))
