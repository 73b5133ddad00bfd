"""Asking who may see and who may do. The rules themselves live in each app's querysets.py and access.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.errors import NotAllowed

Row = TypeVar("Row", bound=models.Model)


def visible(model: type[Row], user: Any) -> models.QuerySet[Row]:
    """The rows of `model` that `user` may know of. Every read starts here; the rule is SQL, never a list of ids."""
    queryset: models.QuerySet[Row] = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
    return queryset


def visible_or_404(source: type[Row] | models.QuerySet[Row], user: Any, **lookup: Any) -> Row:
    """The one visible row that matches, or 404: hidden and nonexistent answer alike."""
    queryset = source if isinstance(source, models.QuerySet) else source._default_manager.all()
    try:
        return queryset.visible_to(user).get(**lookup)  # type: ignore[attr-defined,no-any-return]
    except (ObjectDoesNotExist, ValidationError, ValueError, OverflowError):
        raise Http404 from None


def require(rule: Callable[[Any, Any], bool], user: Any, obj: Any, message: str = "") -> None:
    """Raise `NotAllowed` unless `rule(user, obj)` holds; the refusal is recorded outside the failing transaction."""
    if not rule(user, obj):
        raise refusal(user, obj, rule.__name__, message)


def refusal(user: Any, obj: Any, attempted: str, message: str = "") -> NotAllowed:
    """The error for a refused act. `NotAllowed` rolls the act back; whoever catches it records `note_refusal`."""
    error = NotAllowed(message or _("You may see this but not do that with it. Ask your team lead who can."))
    error.refused = (user, obj, attempted)  # type: ignore[attr-defined]
    return error


def note_refusal(error: NotAllowed) -> None:
    """Record a refusal, after the rollback of what was refused. Called once, where errors become answers."""
    refused = getattr(error, "refused", None)
    if not refused:
        return
    user, obj, attempted = refused
    if not getattr(user, "is_authenticated", False):
        return
    record(
        Event.REFUSED,
        actor=user,
        obj=obj if isinstance(obj, models.Model) else None,
        detail={"attempted": attempted},
    )
