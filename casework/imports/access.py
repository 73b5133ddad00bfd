"""Who may bring material in: investigators of the team; into a case, those who may put evidence into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role
from casework.evidence.access import can_register_item
from casework.imports.models import Import

if TYPE_CHECKING:
    from casework.accounts.models import Team, User


def can_import_into(user: User, team: Team) -> bool:
    return can_register_item(user, team)


def can_see_import(user: User, batch: Import) -> bool:
    return Import.objects.visible_to(user).filter(pk=batch.pk).exists()


def can_work_on_import(user: User, batch: Import) -> bool:
    """Whether the person may confirm, cancel or repeat it, or have it read. Whether anything may come into its case is
    asked of the case when it is confirmed, and when it is written."""
    return can_see_import(user, batch) and user.has_role(Role.INVESTIGATOR, batch.team_id)


def can_be_noted(user: User, batch: Import) -> bool:
    """That an import failed is written down whoever asked for it and whatever they may do by now."""
    return True
