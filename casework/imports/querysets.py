"""Who sees which imports: the readers of the team, and of an import for a case those who may see the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.cases.models import Case
from casework.evidence.querysets import visible_item

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_import(user: User, path: str = "") -> Q:
    """The predicate for imports; `path` leads from the filtered model to the import, e.g. "batch__"."""
    seen = Case.objects.visible_to(user).filter(pk=OuterRef(f"{path}case_id"))
    return Q(**{f"{path}team_id__in": user.reading_teams}) & Q(Q(**{f"{path}case": None}) | Q(Exists(seen)))


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ImportQuerySet:
        return self.filter(visible_import(user)) if user.is_active else self.none()


class ImportPartQuerySet(models.QuerySet):
    """Rows that belong to one import by their `batch` foreign key."""

    def visible_to(self, user: User) -> ImportPartQuerySet:
        return self.filter(visible_import(user, "batch__")) if user.is_active else self.none()


class ImportedQuerySet(models.QuerySet):
    """What items came with: seen by whoever sees the item and the import."""

    def visible_to(self, user: User) -> ImportedQuerySet:
        if not user.is_active:
            return self.none()
        return self.filter(visible_import(user, "batch__") & visible_item(user, "item__"))
