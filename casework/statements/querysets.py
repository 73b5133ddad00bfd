"""Who sees which statements: the teams' own, as with cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casework.accounts.models import User


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> StatementQuerySet:
        return self.filter(team_id__in=user.reading_teams)
