"""Who may read what proves the office's records. A True says nothing of the records themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.accounts.models import User


def can_read_integrity(user: User, _: Any = None) -> bool:
    """The state of the store: auditors. They read of hashes, counts and days; of an item its reference, and only when
    they may open it."""
    return user.is_active and user.is_auditor


def can_read_heads(user: User, _: Any = None) -> bool:
    """Heads, time-stamps and where they went: auditors, and administrators, who keep the key and the addresses."""
    return user.is_active and (user.is_auditor or user.is_administrator)


def can_extract_custody(user: User, _: Any = None) -> bool:
    """One item's whole custody: auditors, whose right to it does not depend on what is hidden (docs/decisions/0014)."""
    return user.is_active and user.is_auditor
