"""What every write to an item begins with: the item locked, seen and permitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casework.cases.actions.common import not_found
from casework.core.access import require
from casework.core.workflow import lock
from casework.evidence.access import can_see_item
from casework.evidence.models import Item


def take_item(item: Item, actor: Any, rule: Callable[[Any, Item], bool] | None = None) -> Item:
    """The item, locked and re-read, if `actor` may see it and `rule` holds.

    Raises NotFound when it is hidden from them, NotAllowed when the rule refuses. Call it inside a transaction.
    """
    row = lock(item)
    if not can_see_item(actor, row):
        raise not_found()
    if rule is not None:
        require(rule, actor, row)
    return row
