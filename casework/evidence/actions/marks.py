"""Marking moments of recordings. Marks are words about evidence, never a part of it: the bytes stay as they are."""

from __future__ import annotations

import copy
import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, not_found, refuse_unknown, require_reason, tidy
from casework.core.errors import Invalid
from casework.core.workflow import change, lock, require_unchanged
from casework.evidence.actions.common import take_item
from casework.evidence.models import EvidenceFile, FileFacts, Item, Mark
from casework.evidence.moments import can_mark_item
from casework.evidence.timecodes import LONGEST, timecode

MOST_MARKS = 500
FIELDS = frozenset({"at", "until", "text"})


def add_mark(file: EvidenceFile, *, actor: User, at: Decimal, text: str, until: Decimal | None = None) -> Mark:
    """Mark a moment, or a span, of a recording. Raises Invalid when it lies outside of the recording."""
    with transaction.atomic():
        item = take_item(file.item, actor, can_mark_item)
        if item.marks.filter(removed_at=None).count() >= MOST_MARKS:
            message = _("An item holds at most %(most)s marked moments.") % {"most": MOST_MARKS}
            raise Invalid(message, fields={"text": [message]})
        mark = Mark(item=item, file=file, made_by=actor, updated_at=clock.now())
        values = _checked(file, {"at": at, "until": until, "text": tidy(text)})
        apply(mark, values)
        mark.save(force_insert=True)
        record(Event.MARK_ADDED, actor=actor, obj=mark, detail={"file": str(file.pk), "at": mark.seconds})
    return mark


def change_mark(mark: Mark, *, actor: User, expected: datetime.datetime | str | None = None, **fields: Any) -> Mark:
    """Change when or what; the history keeps what it said before. Raises Conflict when it was changed since."""
    refuse_unknown(fields, FIELDS)
    with transaction.atomic():
        row = _taken(mark, actor)
        require_unchanged(row, expected)
        values = {name: tidy(value) for name, value in fields.items()}
        whole = {name: values.get(name, getattr(row, name)) for name in FIELDS}
        apply(copy.copy(row), _checked(row.file, whole))
        changed = change(row, values)
        if changed:
            change(row, {"updated_at": clock.now()})
            record(Event.MARK_CHANGED, actor=actor, obj=row, detail={"fields": sorted(changed)})
    return row


def remove_mark(mark: Mark, *, actor: User, reason: str) -> Mark:
    """Take a mark away. The row stays, hidden, with its history; citations of the moment stay good."""
    why = require_reason(reason)
    with transaction.atomic():
        row = _taken(mark, actor)
        change(row, {"removed_at": clock.now()})
        record(Event.MARK_REMOVED, actor=actor, obj=row, reason=why, detail={"at": row.seconds})
    return row


def _taken(mark: Mark, actor: User) -> Mark:
    item: Item = take_item(mark.item, actor, can_mark_item)
    row = lock(mark)
    if row.removed_at is not None:
        raise not_found()
    row.item = item
    return row


def _checked(file: EvidenceFile, values: dict[str, Any]) -> dict[str, Any]:
    """The values, when the moment lies in the recording as far as its length is known."""
    if not file.blob.media_type.startswith(("video/", "audio/")):
        message = _("Moments can be marked on video and sound only.")
        raise Invalid(message, fields={"file": [message]})
    at, until = values["at"], values["until"]
    facts = FileFacts.objects.filter(blob=file.blob_id).values_list("facts", flat=True).first() or {}
    end = Decimal(str(facts["duration"])) + 1 if facts.get("duration") else LONGEST
    for name, moment in (("at", at), ("until", until)):
        if moment is not None and not 0 <= moment <= end:
            message = _("The recording is %(length)s long.") % {"length": timecode(max(end - 1, Decimal(0)))}
            raise Invalid(message, fields={name: [message]})
    if until is not None and until <= at:
        message = _("The end lies after the beginning.")
        raise Invalid(message, fields={"until": [message]})
    if not values["text"]:
        message = _("Say what is seen or heard.")
        raise Invalid(message, fields={"text": [message]})
    return values
