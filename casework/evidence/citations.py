"""Where an item is cited, as the rooms above tell it: findings, referrals, statements.

Each of those rooms registers, when it is ready, a function that lists what cites an item, as far as this person may
see it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item


@dataclass(frozen=True)
class Citation:
    """One place that cites the item: its reference, address and state in words."""

    label: Any
    url: str
    note: Any = ""
    day: datetime.date | None = None


Provider = Callable[["Item", "User"], Iterable[Citation]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Let a room tell where items are cited; called from an AppConfig's `ready`. It should cost one query."""
    _providers[room] = provider


def citations(item: Item, user: User) -> list[Citation]:
    """Everything that cites the item and that the person may see."""
    return [citation for provider in _providers.values() for citation in provider(item, user)]
