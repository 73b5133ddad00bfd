"""The audit as it is printed: who, what, to which object, with as much of the circumstances as the reader may know."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.office.access import can_read_audit_details

if TYPE_CHECKING:
    from casework.accounts.models import User

OFFICE_ROOMS = ("accounts.", "office.", "access.")
COLUMNS = (
    "position",
    "at",
    "event",
    "actor",
    "object",
    "object_label",
    "case",
    "reason",
    "detail",
    "request_id",
    "hash",
)


@dataclass(frozen=True)
class Line:
    """One event as a reader sees it."""

    event: AuditEvent
    case_reference: str
    reason: str
    detail: str
    withheld: bool

    @property
    def hash(self) -> str:
        return bytes(self.event.hash).hex()


def lines(events: Iterable[AuditEvent], reader: User) -> list[Line]:
    """The events of one page. One query for the references of the cases they are about."""
    events = list(events)
    ids = {event.case_id for event in events if event.case_id}
    references = dict(Case.objects.filter(pk__in=ids).values_list("pk", "reference"))
    return [_line(event, references, reader) for event in events]


def _line(event: AuditEvent, references: dict[uuid.UUID, str], reader: User) -> Line:
    shown = can_read_audit_details(reader) or (event.case_id is None and event.event.startswith(OFFICE_ROOMS))
    detail = json.dumps(event.detail, ensure_ascii=False, indent=1, sort_keys=True) if event.detail else ""
    reference = references.get(event.case_id, "") if event.case_id else ""
    return Line(
        event,
        reference,
        event.reason if shown else "",
        detail if shown else "",
        withheld=not shown and bool(event.reason or event.detail),
    )


def export_rows(events: Any, reader: User) -> Iterator[Sequence[Any]]:
    """Rows for CSV, first to last, read in batches."""
    batch: list[AuditEvent] = []
    for event in events.order_by("position").iterator(chunk_size=2000):
        batch.append(event)
        if len(batch) == 2000:
            yield from _rows(batch, reader)
            batch = []
    yield from _rows(batch, reader)


def _rows(batch: list[AuditEvent], reader: User) -> Iterator[Sequence[Any]]:
    for line in lines(batch, reader):
        event = line.event
        yield (
            event.position, event.at.isoformat(), event.event, event.actor_label, event.object_type, event.object_label,
            line.case_reference, line.reason, json.dumps(event.detail, ensure_ascii=False, sort_keys=True),
            event.request_id, line.hash,
        )  # fmt: skip
