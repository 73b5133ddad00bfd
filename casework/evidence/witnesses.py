"""Who may look at who a witness is, and who records a withdrawal of consent. The rules of evidence are in access.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role
from casework.evidence.access import can_see_identity, can_see_item
from casework.evidence.models import Item
from casework.evidence.models.items import Kind

if TYPE_CHECKING:
    from casework.accounts.models import User


def can_see_witness(user: User, item: Item) -> bool:
    """Whether the person may look, on record, at who the witness is."""
    return item.kind == Kind.TESTIMONY and can_see_identity(user, item)


def can_withdraw_consent(user: User, item: Item) -> bool:
    """A withdrawal is recorded by whoever hears of it: those who change the record, and those who refer it."""
    roles = (Role.INVESTIGATOR, Role.REFERRAL_OFFICER)
    return item.kind == Kind.TESTIMONY and can_see_item(user, item) and item.team_id in user.teams_as(*roles)


def withholds_words(user: User, item: Item) -> bool:
    """Whether the words of the item's files are kept from this person: what a witness said tells who they are."""
    return item.kind == Kind.TESTIMONY and not can_see_identity(user, item)
