"""Who sees which pairs: whoever sees both items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from casework.evidence.querysets import visible_item

if TYPE_CHECKING:
    import uuid

    from casework.accounts.models import User


class PairQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> PairQuerySet:
        if not user.is_active:
            return self.none()
        return self.filter(visible_item(user, "first__"), visible_item(user, "second__"))

    def of(self, *items: uuid.UUID) -> PairQuerySet:
        """Pairs that one of the items is in."""
        return self.filter(Q(first__in=items) | Q(second__in=items))

    def undecided(self) -> PairQuerySet:
        return self.filter(verdict="")

    def standing(self) -> PairQuerySet:
        """Pairs that nobody refused."""
        return self.exclude(verdict="different")


class PairPartQuerySet(models.QuerySet):
    """Rows that belong to one pair."""

    def visible_to(self, user: User) -> PairPartQuerySet:
        if not user.is_active:
            return self.none()
        return self.filter(visible_item(user, "pair__first__"), visible_item(user, "pair__second__"))
