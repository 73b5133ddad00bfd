"""Which items are not independent of an item, as the rooms above tell it: copies of its footage, reposts of its post.

A repost never counts as corroboration: credibility 1 needs a source outside of everything these rooms name.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.evidence.models import Item

Provider = Callable[["Item"], Iterable[uuid.UUID]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Let a room say which items repeat an item; called from an AppConfig's `ready`."""
    _providers[room] = provider


def dependent_on(item: Item) -> set[uuid.UUID]:
    """The keys of all items that repeat this one or are repeated by it, as far as any room knows. Not for showing:
    items that a person does not see are among them."""
    return {key for provider in _providers.values() for key in provider(item)}
