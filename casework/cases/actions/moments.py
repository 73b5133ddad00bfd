"""The capture-status timeline: ordered moments that decide which law protects the victims (GC III art. 4-5, 13)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max
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
from casework.cases.models import CaptureMoment, Case
from casework.core.errors import Invalid
from casework.core.workflow import change, require_unchanged

if TYPE_CHECKING:
    from casework.accounts.models import User

FIELDS = frozenset({"kind", "at", "note"})
MOST_MOMENTS = 200


def add_moment(
    case: Case, *, actor: User, kind: str, at: str = "", note: str = "", position: int | None = None
) -> CaptureMoment:
    """Add a moment at `position` (counted from 1; the later ones move down), or at the end."""
    with transaction.atomic():
        row = take_open_case(case, actor, can_work_case)
        last = row.moments.filter(removed_at=None).aggregate(last=Max("position"))["last"] or 0
        if last >= MOST_MOMENTS:
            message = _("A timeline holds at most %(most)s moments.") % {"most": MOST_MOMENTS}
            raise Invalid(message, fields={"kind": [message]})
        place = last + 1 if position is None else min(max(position, 1), last + 1)
        moment = CaptureMoment(case=row, position=place, created_by=actor, updated_at=clock.now())
        apply(moment, {"kind": kind, "at": tidy(at), "note": tidy(note)})
        row.moments.filter(removed_at=None, position__gte=place).update(position=F("position") + 1)
        moment.save(force_insert=True)
        record(Event.MOMENT_ADDED, actor=actor, obj=moment, detail={"kind": kind, "position": place})
    return moment


def change_moment(
    moment: CaptureMoment, *, actor: User, expected: Any = None, position: int | None = None, **fields: Any
) -> CaptureMoment:
    """Change a moment's kind, time or note, or move it to another place in the order."""
    refuse_unknown(fields, FIELDS)
    with transaction.atomic():
        row = take_part(moment, actor, can_work_case)
        require_unchanged(row, expected)
        values = {name: tidy(value) for name, value in fields.items()}
        apply(copy.copy(row), values)
        if position is not None:
            values["position"] = _move(row, position)
        changed = change(row, values)
        if changed:
            record(Event.MOMENT_CHANGED, actor=actor, obj=row, detail=change_detail(changed, {"kind", "position"}))
    return row


def remove_moment(moment: CaptureMoment, *, actor: User, reason: str) -> CaptureMoment:
    """Take a moment off the timeline. The row stays, hidden, with its history."""
    with transaction.atomic():
        row = take_part(moment, actor, can_work_case)
        why = require_reason(reason)
        change(row, {"removed_at": clock.now()})
        row.case.moments.filter(removed_at=None, position__gt=row.position).update(position=F("position") - 1)
        record(Event.MOMENT_REMOVED, actor=actor, obj=row, reason=why)
    return row


def _move(moment: CaptureMoment, position: int) -> int:
    """Make room for the moment at `position`, kept within the list; the place it gets."""
    others = moment.case.moments.filter(removed_at=None).exclude(pk=moment.pk)
    last = others.aggregate(last=Max("position"))["last"] or 0
    place = min(max(position, 1), max(last, moment.position))
    if place > moment.position:
        others.filter(position__gt=moment.position, position__lte=place).update(position=F("position") - 1)
    elif place < moment.position:
        others.filter(position__gte=place, position__lt=moment.position).update(position=F("position") + 1)
    return place
