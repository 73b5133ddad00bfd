"""Tells the evidence room which public statements an item captures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from casework.evidence.citations import Citation, register
from casework.statements.models import Statement

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item


def statements_captured(item: Item, user: User) -> Iterator[Citation]:
    """The public statements that the item captures, as far as they are visible. One query."""
    for statement in Statement.objects.visible_to(user).filter(captures=item):
        url = reverse("statements:detail", args=[statement.pk])
        yield Citation(statement.reference, url, statement.get_kind_display(), statement.made_latest)


def register_citations() -> None:
    register("statements", statements_captured)
