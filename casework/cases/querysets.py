"""Who sees which cases and what hangs on them. Visibility is one SQL predicate; children join their case's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Expression, F, Lookup, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from casework.audit import clock

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_case(user: User, path: str = "") -> Q:
    """The predicate: a case of one's team unless it is sensitive and one is not named on it, or an explicit grant.

    `path` is the way from the filtered model to the case, e.g. "case__".

    Its form decides the speed. Grants are few and are read once, as an array that an index can be searched for, so
    that the planner's estimate stays right. Being named is looked up row by row, only for sensitive cases: an EXISTS
    would be turned into a hash of all assignments a person ever had.
    """
    if not user.is_active:
        return Q(pk__in=[])
    own_team = Q(**{f"{path}team_id__in": user.reading_teams})
    open_to_team = Q(**{f"{path}sensitive": False}) | Q(_named(user, path))
    return (own_team & open_to_team) | Q(_granted(user, path))


def _named(user: User, path: str) -> Expression:
    assignments = apps.get_model("cases", "CaseAssignment").objects.filter(
        case_id=OuterRef(f"{path}pk"), user_id=user.pk, ended_at=None
    )
    named = Subquery(assignments.order_by().values(found=Value(True))[:1], output_field=models.BooleanField())
    return Coalesce(named, Value(False))


def _granted(user: User, path: str) -> Lookup:
    return AnyOf(F(f"{path}pk"), ArraySubquery(_grants(user)))


def _grants(user: User) -> models.QuerySet[Any]:
    now = clock.now()
    grants = apps.get_model("cases", "CaseGrant").objects.filter(user_id=user.pk, granted_at__lte=now, ends_at__gt=now)
    return grants.order_by().values("case_id")


def opened_cases(user: User) -> ArraySubquery:
    """The keys of the few cases that the person sees though not everybody of the team does: by a grant in force, or
    because they are named on a sensitive case. With the cases of the reading teams that are not sensitive, these are
    all that `visible_case` lets through."""
    assignments = apps.get_model("cases", "CaseAssignment").objects.filter(user_id=user.pk, ended_at=None)
    named = assignments.filter(case__sensitive=True, case__team_id__in=user.reading_teams)
    return ArraySubquery(_grants(user).union(named.order_by().values("case_id"), all=True))


class AnyOf(Lookup):  # type: ignore[type-arg]
    """`column = ANY (array)`, which PostgreSQL can answer from an index when the array is read once."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, column_params = self.process_lhs(compiler, connection)
        array, array_params = self.process_rhs(compiler, connection)
        return f"{column} = ANY ({array})", (*column_params, *array_params)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CaseQuerySet:
        return self.filter(visible_case(user))

    def open(self) -> CaseQuerySet:
        return self.filter(state="open")


class CasePartQuerySet(models.QuerySet):
    """Rows that belong to one case by their `case` foreign key."""

    def visible_to(self, user: User) -> Self:
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
