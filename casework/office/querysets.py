"""Which words a person may search: those of the records that they may see, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from casework.cases.querysets import visible_case
from casework.evidence.querysets import visible_item

if TYPE_CHECKING:
    from casework.accounts.models import User


class SearchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SearchQuerySet:
        """By the rules of the record that a row speaks of."""
        if not user.is_active:
            return self.none()
        cases = Q(case__isnull=False) & visible_case(user, "case__")
        items = Q(item__isnull=False) & visible_item(user, "item__")
        statements = Q(statement__team_id__in=user.reading_teams)
        return self.filter(cases | items | statements)

    def people_visible_to(self, user: User) -> SearchQuerySet:
        """The same of rows that speak of people, who always belong to a case."""
        return self.filter(visible_case(user, "case__"))
