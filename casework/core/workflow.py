"""The one place where a state changes.

Each app declares its states and a table of transitions; `perform` carries one out: it opens the transaction,
locks and re-reads the row, checks access, source state and reason, writes, and records the audit event. Buttons, the
API's list of actions and the documentation are read from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import refusal
from casework.core.errors import Conflict, Invalid, StepUpRequired

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Transition:
    """One way a record may go from one state to another.

    `allowed(user, obj)` is the access rule. `step_up` marks acts that need a fresh proof of identity: they are never
    done with an API token. `guard(obj, actor)` raises a domain error when a rule of the field stands in the way.
    """

    name: str
    label: Any
    sources: frozenset[str]
    target: str
    allowed: Callable[[Any, Any], bool]
    event: Event
    needs_reason: bool = False
    step_up: bool = False
    guard: Callable[[Any, Any], None] | None = None


@dataclass(frozen=True)
class Workflow:
    """The states of one model and every transition between them; `name` is how the docs and the API call it."""

    name: str
    states: type[models.TextChoices]
    transitions: tuple[Transition, ...]
    initial: str
    by_name: dict[str, Transition] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {transition.name: transition for transition in self.transitions})

    def __getitem__(self, name: str) -> Transition:
        return self.by_name[name]

    def available(self, obj: Any, user: Any) -> list[Transition]:
        """What `user` could do with `obj` as it stands: the buttons to show."""
        return [t for t in self.transitions if obj.state in t.sources and t.allowed(user, obj)]


def perform(
    obj: Row,
    transition: Transition,
    *,
    actor: Any,
    reason: str = "",
    changes: dict[str, Any] | None = None,
    effect: Callable[[Row], None] | None = None,
    detail: dict[str, Any] | None = None,
) -> Row:
    """Carry out `transition` on `obj` and return the fresh row.

    `changes` are field values written together with the state; `effect(row)` runs after the write, in the same
    transaction, with the row locked. Raises NotAllowed, StepUpRequired, Conflict, Invalid or what the guard raises;
    then nothing was written.
    """
    with transaction.atomic():
        row = lock(obj)
        if not transition.allowed(actor, row):
            raise refusal(actor, row, transition.name)
        if transition.step_up and getattr(actor, "token_scopes", None) is not None:
            raise StepUpRequired(_("This must be done by a person at the page, not with an API token."))
        if row.state not in transition.sources:  # type: ignore[attr-defined]
            raise Conflict(
                _("This is now “%(state)s”, so it cannot be done any more. Reload the page to see what changed.")
                % {"state": row.get_state_display()}  # type: ignore[attr-defined]
            )
        if transition.needs_reason and not reason.strip():
            raise Invalid(_("Say why."), fields={"reason": [_("Say why.")]})
        if transition.guard:
            transition.guard(row, actor)
        before = row.state  # type: ignore[attr-defined]
        row.state = transition.target  # type: ignore[attr-defined]
        _write(row, {"state", *_assign(row, changes or {})})
        if effect:
            effect(row)
        record(
            transition.event,
            actor=actor,
            obj=row,
            reason=reason.strip(),
            detail={"from": before, "to": transition.target, **(detail or {})},
        )
    return row


def lock(obj: Row) -> Row:
    """The same row, re-read and locked until the end of the transaction. The row's joins are not locked."""
    return type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)


def require_unchanged(row: models.Model, expected: Any) -> None:
    """Refuse a stale edit: `expected` is the `updated_at` that the person saw (ISO text or datetime), or None."""
    if expected in (None, ""):
        return
    seen = expected if isinstance(expected, str) else expected.isoformat()
    if row.updated_at.isoformat() != seen:  # type: ignore[attr-defined]
        raise Conflict(
            _("Somebody changed this record after you opened it. What you typed is kept; compare and save again."),
            code="stale_edit",
        )


def change(row: models.Model, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Write `values` to `row` where they differ and return what changed as {field: [before, after]} in JSON types.

    Never a state: that is `perform`'s.
    """
    if "state" in values:
        raise ValueError("a state changes only through perform()")
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    changed = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in differing.items()}
    if differing:
        _write(row, _assign(row, differing))
    return changed


def _assign(row: models.Model, values: dict[str, Any]) -> set[str]:
    for name, value in values.items():
        setattr(row, name, value)
    return set(values)


def _write(row: models.Model, names: Iterable[str]) -> None:
    names = set(names)
    if any(f.name == "updated_at" for f in row._meta.concrete_fields):
        row.updated_at = clock.now()  # type: ignore[attr-defined]
        names.add("updated_at")
    row.save(update_fields=sorted(names))


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return str(value)
