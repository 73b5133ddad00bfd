"""Who sees which statements: the teams' own, as with cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casework.accounts.models import User


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> StatementQuerySet:
        return self.filter(team_id__in=user.reading_teams)

    def made_in(self, year: int) -> StatementQuerySet:
        """Those whose dates touch the year."""
        return self.filter(made_earliest__year__lte=year, made_latest__year__gte=year)

    def by_speaker_kind(self) -> dict[str, int]:
        """How many there are of each kind of speaker. Officials and military groups are never added together."""
        rows = self.order_by().values("speaker_kind").annotate(number=models.Count("pk"))
        return {row["speaker_kind"]: row["number"] for row in rows}
