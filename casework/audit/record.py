"""Writing the audit, and proving that it is whole.

`record` is called inside the transaction of the act, so an act and its event stand or fall together. Links are
made one after the other under a transaction lock, held only from here to the commit.
"""

from __future__ import annotations

import datetime
import hmac
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from casework.audit import chain, clock
from casework.audit.events import Event
from casework.audit.models import AuditEvent

# Any constant known to no other user of advisory locks in this database.
CHAIN_LOCK = 0x0A0D17
TOGETHER = 1000
"""Rows written at once when many acts are recorded."""
_request_id: ContextVar[str] = ContextVar("audit_request_id", default="")


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Put `request_id` on every event recorded inside."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def record(
    event: Event,
    *,
    actor: Any | None,
    obj: models.Model | None = None,
    case_id: uuid.UUID | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to the chain, in the caller's transaction.

    `actor` is a user or None (before sign-in, or the system). The object's label is its `audit_label` when it has
    one (a reference, never a name). `detail` holds JSON values and no personal data.
    """
    act = Act(event, obj, case_id, reason, detail or {})
    with transaction.atomic():
        position, previous = _take_chain()
        entry = _entry(act, actor, position, previous)
        entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class Act:
    """One of many acts that are recorded together; the fields are those of `record`."""

    event: Event
    obj: models.Model | None = None
    case_id: uuid.UUID | None = None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def record_all(acts: Iterable[Act], *, actor: Any | None) -> int:
    """`record` for many acts of one person, in order, in the caller's transaction. Returns how many."""
    count = 0
    with transaction.atomic():
        position, previous = _take_chain()
        remaining = iter(acts)
        while batch := list(islice(remaining, TOGETHER)):
            entries = []
            for act in batch:
                entries.append(_entry(act, actor, position, previous))
                position, previous = position + 1, bytes(entries[-1].hash)
            AuditEvent.objects.bulk_create(entries)
            count += len(entries)
    return count


def _take_chain() -> tuple[int, bytes]:
    """The next position and the hash before it, with the chain locked until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        cursor.execute("SELECT position, hash FROM audit_auditevent ORDER BY position DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0] + 1, bytes(row[1])) if row else (1, chain.GENESIS)


def _entry(act: Act, actor: Any | None, position: int, previous: bytes) -> AuditEvent:
    entry = AuditEvent(
        position=position,
        at=clock.now().astimezone(datetime.UTC),
        event=act.event.value,
        actor_id=getattr(actor, "pk", None),
        actor_label=str(getattr(actor, "audit_label", "") or "")[:200],
        object_type=act.obj._meta.label_lower if act.obj is not None else "",
        object_id=str(act.obj.pk) if act.obj is not None else "",
        object_label=_label(act.obj),
        case_id=act.case_id if act.case_id is not None else _case_of(act.obj),
        reason=act.reason,
        detail=dict(act.detail),
        request_id=_request_id.get(),
        previous=previous,
    )
    entry.hash = chain.link(previous, entry.payload())
    return entry


def _label(obj: models.Model | None) -> str:
    if obj is None:
        return ""
    return str(getattr(obj, "audit_label", None) or getattr(obj, "reference", "") or "")[:200]


def _case_of(obj: models.Model | None) -> uuid.UUID | None:
    """The case an object belongs to, so that a case's history can be found without spanning tables."""
    if obj is None:
        return None
    if obj._meta.label_lower == "cases.case":
        return obj.pk
    value = getattr(obj, "case_id", None)
    return value if isinstance(value, uuid.UUID) else None


@dataclass(frozen=True)
class ChainReport:
    """Outcome of walking a chain: how many links were read and, when broken, where and how."""

    length: int
    head: bytes
    broken_at: int | None = None
    problem: str = ""

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify(*, upto: int | None = None) -> ChainReport:
    """Walk the audit from its first row and stop at the first link that does not hold."""
    rows = AuditEvent.objects.order_by("position")
    if upto is not None:
        rows = rows.filter(position__lte=upto)
    previous, count = chain.GENESIS, 0
    for row in rows.iterator(chunk_size=2000):
        count += 1
        if row.position != count:
            return ChainReport(count, previous, count, f"row {count} is missing")
        if not hmac.compare_digest(bytes(row.previous), previous):
            return ChainReport(count, previous, count, f"row {count} does not follow row {count - 1}")
        row.at = row.at.astimezone(datetime.UTC)
        if not hmac.compare_digest(bytes(row.hash), chain.link(previous, row.payload())):
            return ChainReport(count, previous, count, f"row {count} was altered")
        previous = bytes(row.hash)
    return ChainReport(count, previous)
