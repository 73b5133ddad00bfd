"""What is known already of material that is just arriving, told before its record is finished.

Rooms that recognise something register a function here: the same bytes, the same post, the same footage. Each tells
only what the person may know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import EvidenceFile, Item


@dataclass(frozen=True)
class Arrival:
    """What has arrived and has no record yet: hashes of stored bytes, addresses of posts as they were typed."""

    sha256s: Sequence[str] = ()
    addresses: Sequence[str] = ()


class Strength(IntEnum):
    """How sure a recognition is; the surest is shown first."""

    SAME = 3
    LIKELY = 2
    POSSIBLE = 1


@dataclass(frozen=True)
class Hint:
    """One thing that the arrival seems to repeat. `reason` says in words why; `item` is one that the person sees, None
    when only that something exists may be told; `pair` are the covered files to be set side by side."""

    strength: Strength
    label: Any
    reason: Any
    item: Item | None = None
    pair: tuple[EvidenceFile, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recognised:
    """What one room found, and whether it is still looking."""

    hints: Sequence[Hint] = ()
    still_looking: bool = False


Provider = Callable[[Arrival, "User"], Recognised]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Let a room recognise what arrives; called from an AppConfig's `ready`."""
    _providers[room] = provider


def recognise(arrival: Arrival, user: User) -> Recognised:
    """All that the rooms recognise, the surest first; still looking while one of them is."""
    answers = [provider(arrival, user) for provider in _providers.values()]
    hints: Iterable[Hint] = (hint for answer in answers for hint in answer.hints)
    ordered = sorted(hints, key=lambda hint: -hint.strength)
    return Recognised(ordered, any(answer.still_looking for answer in answers))
