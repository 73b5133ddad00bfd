"""The chain of custody of each item: append, and walk."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from casework.audit import chain, clock
from casework.audit.record import ChainReport
from casework.core.workflow import lock
from casework.evidence.models import CustodyEvent, Item


def append_custody(
    item: Item, act: str, *, actor: Any | None, sha256: str = "", detail: Mapping[str, Any] | None = None
) -> CustodyEvent:
    """Add one link to the item's chain, in the caller's transaction, with the item's row locked until its end.

    `actor` is a user or None for the system. `detail` holds JSON values without personal data; an act that tells of
    cases names them, as `{"case": "<uuid>"}` or `{"cases": [...]}`, so that it is shown only to those who may know of
    them. Append to several items in the order of their keys, and before any audit event of the same transaction.
    """
    with transaction.atomic():
        lock(item)
        last = CustodyEvent.objects.filter(item_id=item.pk).order_by("-position").first()
        event = _link_after(last, item, act, actor, sha256, detail or {})
        event.save(force_insert=True)
    return event


def first_custody(
    item: Item, acts: Iterable[tuple[str, Mapping[str, Any]]], *, actor: Any | None
) -> list[CustodyEvent]:
    """The beginning of the chain of an item that is being made, not yet saved: each act with its detail."""
    events: list[CustodyEvent] = []
    for act, detail in acts:
        events.append(_link_after(events[-1] if events else None, item, act, actor, "", detail))
    return events


def _link_after(
    last: CustodyEvent | None, item: Item, act: str, actor: Any | None, sha256: str, detail: Mapping[str, Any]
) -> CustodyEvent:
    event = CustodyEvent(
        item_id=item.pk,
        position=last.position + 1 if last else 1,
        at=clock.now(),
        act=act,
        actor_id=getattr(actor, "pk", None),
        actor_label=str(getattr(actor, "audit_label", "") or "")[:200],
        sha256=sha256,
        detail=dict(detail),
        previous=bytes(last.hash) if last else chain.GENESIS,
    )
    event.hash = chain.link(bytes(event.previous), event.payload())
    return event


def verify_custody(item: Item) -> ChainReport:
    """Walk one item's chain from its first link; stops at the first that does not hold."""
    return walk(item.custody.order_by("position"))


def walk(links: Iterable[CustodyEvent]) -> ChainReport:
    """Check the links of one item, given in order."""
    previous, count = chain.GENESIS, 0
    for event in links:
        count += 1
        if event.position != count:
            return ChainReport(count, previous, count, f"custody link {count} is missing")
        if not hmac.compare_digest(bytes(event.previous), previous):
            return ChainReport(count, previous, count, f"custody link {count} does not follow the one before")
        if not hmac.compare_digest(bytes(event.hash), chain.link(previous, event.payload())):
            return ChainReport(count, previous, count, f"custody link {count} was altered")
        previous = bytes(event.hash)
    return ChainReport(count, previous)
