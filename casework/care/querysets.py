"""Whose rows a person may see here: their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casework.accounts.models import User


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OwnQuerySet:
        """One's own rows. Totals for a lead are made in reading.py, by their own rule."""
        return self.filter(user_id=user.pk) if user.is_active else self.none()
