"""Alleged perpetrators of a case: a person or a unit, the degree of involvement, and what that rests on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_work_case
from casework.cases.actions.common import (
    apply,
    change_detail,
    refuse_unknown,
    require_reason,
    take_open_case,
    take_part,
    tidy,
)
from casework.cases.models import Case, Perpetrator
from casework.core.errors import Invalid
from casework.core.text import skeleton
from casework.core.workflow import change, require_unchanged

if TYPE_CHECKING:
    from casework.accounts.models import User

FIELDS = frozenset({"kind", "name", "unit", "party", "rank", "involvement", "basis"})
PLAIN = frozenset({"kind", "party", "involvement"})


def add_perpetrator(case: Case, *, actor: User, **fields: Any) -> Perpetrator:
    """Add an alleged perpetrator (HURIDOCS micro-thesaurus 18 for the involvement) to an open case."""
    refuse_unknown(fields, FIELDS)
    _require_given(fields)
    with transaction.atomic():
        row = take_open_case(case, actor, can_work_case)
        now = clock.now()
        perpetrator = Perpetrator(case=row, created_by=actor, created_at=now, updated_at=now)
        _fill(perpetrator, fields)
        perpetrator.save(force_insert=True)
        detail = {"kind": perpetrator.kind, "involvement": perpetrator.involvement}
        record(Event.PERPETRATOR_ADDED, actor=actor, obj=perpetrator, detail=detail)
    return perpetrator


def change_perpetrator(perpetrator: Perpetrator, *, actor: User, expected: Any = None, **fields: Any) -> Perpetrator:
    """Change what is recorded about an alleged perpetrator."""
    refuse_unknown(fields, FIELDS)
    with transaction.atomic():
        row = take_part(perpetrator, actor, can_work_case)
        require_unchanged(row, expected)
        trial = copy.copy(row)
        names = _fill(trial, fields)
        changed = change(row, {name: getattr(trial, name) for name in names})
        changed.pop("name_key", None)
        if changed:
            record(Event.PERPETRATOR_CHANGED, actor=actor, obj=row, detail=change_detail(changed, PLAIN))
    return row


def remove_perpetrator(perpetrator: Perpetrator, *, actor: User, reason: str) -> Perpetrator:
    """Take an alleged perpetrator off an open case. The row stays, hidden, with its history."""
    with transaction.atomic():
        row = take_part(perpetrator, actor, can_work_case)
        why = require_reason(reason)
        change(row, {"removed_at": clock.now()})
        record(Event.PERPETRATOR_REMOVED, actor=actor, obj=row, reason=why)
    return row


def _require_given(fields: Mapping[str, Any]) -> None:
    missing = [name for name in ("kind", "involvement", "basis") if not fields.get(name)]
    if missing:
        message = _("This is needed.")
        raise Invalid(_("Some of the input is missing."), fields={name: [message] for name in missing})


def _fill(perpetrator: Perpetrator, fields: Mapping[str, Any]) -> set[str]:
    columns = {name: tidy(value) for name, value in fields.items()}
    apply(perpetrator, columns)
    if perpetrator.kind == Perpetrator.Kind.UNIT and perpetrator.unit_id is None and not perpetrator.name:
        message = _("Choose the unit, or write how it is called.")
        raise Invalid(message, fields={"unit": [message]})
    perpetrator.name_key = skeleton(perpetrator.name)[:240]
    return {*columns, "name_key"}
