"""Who sees which cases and what hangs on them. Visibility is one SQL predicate; children join their case's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.audit import clock

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_case(user: User, path: str = "") -> Q:
    """The predicate: a case of one's team unless it is sensitive and one is not named on it, or an explicit grant.

    `path` is the way from the filtered model to the case, e.g. "case__".
    """
    if not user.is_active:
        return Q(pk__in=[])
    now = clock.now()
    case_id = OuterRef(f"{path}pk" if path else "pk")
    named = Exists(
        apps.get_model("cases", "CaseAssignment").objects.filter(case_id=case_id, user_id=user.pk, ended_at=None)
    )
    granted = Exists(
        apps.get_model("cases", "CaseGrant").objects.filter(
            case_id=case_id, user_id=user.pk, granted_at__lte=now, ends_at__gt=now
        )
    )
    own_team = Q(**{f"{path}team_id__in": user.reading_teams})
    return (own_team & (Q(**{f"{path}sensitive": False}) | Q(named))) | Q(granted)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CaseQuerySet:
        return self.filter(visible_case(user))

    def open(self) -> CaseQuerySet:
        return self.filter(state="open")


class CasePartQuerySet(models.QuerySet):
    """Rows that belong to one case by their `case` foreign key."""

    def visible_to(self, user: User) -> CasePartQuerySet:
        return self.filter(visible_case(user, "case__"))


class GrantQuerySet(CasePartQuerySet):
    def in_force(self) -> GrantQuerySet:
        now = clock.now()
        return self.filter(granted_at__lte=now, ends_at__gt=now)


class RemovableQuerySet(CasePartQuerySet):
    """Rows that are hidden, not deleted, when they are taken off a case."""

    def present(self) -> RemovableQuerySet:
        return self.filter(removed_at=None)


class VictimQuerySet(RemovableQuerySet):
    """Victims and alleged perpetrators."""


class TaskQuerySet(CasePartQuerySet):
    def open(self) -> TaskQuerySet:
        return self.filter(state="open")

    def overdue(self) -> TaskQuerySet:
        return self.open().filter(due_on__lt=clock.today())


class ReferenceQuerySet(models.QuerySet):
    """Reference data: known to everyone who is signed in."""

    def visible_to(self, user: User) -> ReferenceQuerySet:
        return self if user.is_active else self.none()
