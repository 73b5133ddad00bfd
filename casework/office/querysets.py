"""Which words a person may search: those of the records that they may see, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q

from casework.cases.querysets import AnyOf, opened_cases

if TYPE_CHECKING:
    from casework.accounts.models import User


class SearchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SearchQuerySet:
        """Exactly the rows whose record the person sees, told without a look at the record.

        Either a reading team of theirs all sees it, or it hangs on one of the few cases opened to them by name; those
        are read once, and only when a row of no such team is met.
        """
        if not user.is_active:
            return self.none()
        opened = opened_cases(user)
        links = apps.get_model("evidence", "EvidenceLink").objects.present().filter(AnyOf(F("case_id"), opened))
        return self.filter(
            Q(teams__overlap=user.reading_teams)
            | Q(AnyOf(F("case_id"), opened))
            | Q(AnyOf(F("item_id"), ArraySubquery(links.order_by().values("item_id"))))
        )
