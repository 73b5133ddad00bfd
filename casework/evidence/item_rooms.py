"""What other rooms add to the page of an item: integrity, recognition, imports.

A room registers its panels when it is ready; each is drawn where it asks to be, with what its `facts` found. A panel
whose facts are None is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item


@dataclass(frozen=True)
class Panel:
    """A part of the item's page. `facts` costs a constant number of queries and tells only what the person may know;
    `template` gets them as `panel`, beside `item`. `aside` puts it at the side, else it follows the files."""

    key: str
    order: int
    template: str
    facts: Callable[[Item, User], Mapping[str, Any] | None]
    aside: bool = False


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Let a room add to the page of an item; called from an AppConfig's `ready`."""
    _panels[panel.key] = panel


def panels(item: Item, user: User) -> list[tuple[Panel, Mapping[str, Any]]]:
    """What the rooms have to show this person about the item, in order."""
    found = [(panel, panel.facts(item, user)) for panel in sorted(_panels.values(), key=lambda each: each.order)]
    return [(panel, facts) for panel, facts in found if facts is not None]
