"""Which words a person may search: those of the records that they may see, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q

from casework.cases.querysets import AnyOf, opened_cases, visible_case

if TYPE_CHECKING:
    from casework.accounts.models import User


class SearchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SearchQuerySet:
        """Exactly the rows of cases, items and statements that the person sees, told without a look at the record.

        Either a reading team of theirs all sees it, or it hangs on one of the few cases opened to them by name; those
        are read once, and only when a row of no such team is met.
        """
        if not user.is_active:
            return self.none()
        links = apps.get_model("evidence", "EvidenceLink").objects.present()
        items = ArraySubquery(links.filter(AnyOf(F("case_id"), opened_cases(user))).order_by().values("item_id"))
        return self.filter(
            Q(teams__overlap=user.reading_teams)
            | Q(AnyOf(F("case_id"), opened_cases(user)))
            | Q(AnyOf(F("item_id"), items))
        )

    def people_visible_to(self, user: User) -> SearchQuerySet:
        """The same of rows that speak of people, who always belong to a case."""
        return self.filter(visible_case(user, "case__"))
