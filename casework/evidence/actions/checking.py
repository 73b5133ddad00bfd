"""The proof that stored bytes are still what was received, and what follows when they are not.

A file whose check fails is in quarantine: it is given out to nobody, no finding is proposed or approved on it and no
referral that discloses it goes on. The first check that finds it so, and the first that finds it sound again, are
written into the custody of every item that holds it, and into the audit, and a mail goes to those who watch the store.
A check that finds what the one before it found leaves its time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.evidence import store
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import Blob, CustodyEvent, Item
from casework.evidence.queue import queue_alert, queue_mended

MOST_TRIES = 3
"""How often bytes are read again because somebody mended them, or checked them, meanwhile."""
_FOUND = {store.CheckResult.OK: Blob.Check.MATCHES, store.CheckResult.MISSING: Blob.Check.MISSING}


def recheck(blob: Blob, *, on_piece: Callable[[int], None] | None = None) -> Blob.Check:
    """Hash the stored bytes again, write down what was found and when, and return it. Reads the whole file: call it
    outside of any transaction that may be rolled back. `on_piece` is told of every piece read, in bytes."""
    for _again in range(MOST_TRIES):
        blob.refresh_from_db(fields=["checked_at", "check_result"])
        found = _FOUND.get(store.check(blob.sha256, blob.size, on_piece=on_piece), Blob.Check.MISMATCH)
        same = Blob.objects.filter(pk=blob.pk, check_result=found).update(checked_at=clock.now())
        if same or _note_change(blob.pk, found, blob.checked_at):
            break
    blob.refresh_from_db()
    return found


def blob_is_sound(blob: Blob) -> bool:
    """Whether the stored bytes are, now, what they were when received. Reads them all: for before a package is made."""
    return recheck(blob) is Blob.Check.MATCHES


class _Overtaken(Exception):
    """Somebody else looked at the same bytes meanwhile, and wrote down what they found."""


def _note_change(sha256: str, found: Blob.Check, known_at: Any) -> bool:
    """Into quarantine or out of it. False, and nothing written, when another check or a repair was written down since
    the bytes began to be read: they may be others now."""
    sound = found is Blob.Check.MATCHES
    act = CustodyEvent.Act.MENDED if sound else CustodyEvent.Act.QUARANTINED
    now = clock.now()
    try:
        with transaction.atomic():
            # Items before the blob, as an upload locks them, in the order of their keys.
            for item in Item.objects.filter(files__blob=sha256).distinct().order_by("pk"):
                append_custody(item, act, actor=None, sha256=sha256, detail={"result": str(found)})
            row = Blob.objects.select_for_update(of=("self",), no_key=True).get(pk=sha256)
            if row.checked_at != known_at or row.check_result == found:
                raise _Overtaken
            before, row.check_result, row.checked_at = row.check_result, found, now
            row.unsound_since = None if sound else row.unsound_since or now
            row.told_at = None
            row.save(update_fields=["check_result", "checked_at", "unsound_since", "told_at"])
            event = Event.FILE_SOUND_AGAIN if sound else Event.FILE_QUARANTINED
            record(event, actor=None, obj=row, detail={"sha256": sha256, "result": str(found), "before": str(before)})
            if not sound:
                queue_alert()
    except _Overtaken:
        return False
    return True


def note_repair(blob: Blob, *, set_aside: str) -> None:
    """Bytes that were damaged or missing are whole again, received once more; in the caller's transaction. In nobody's
    name: whoever sent them does not learn that they were here before. The items that hold them hear of it afterwards,
    because the caller holds one of them locked already."""
    before = blob.check_result if blob.check_result != Blob.Check.MATCHES else Blob.Check.MISMATCH
    blob.check_result, blob.checked_at = Blob.Check.MATCHES, clock.now()
    blob.unsound_since = blob.told_at = None
    blob.save(update_fields=["check_result", "checked_at", "unsound_since", "told_at"])
    detail = {"sha256": blob.sha256, "before": str(before), "set_aside": set_aside}
    record(Event.FILE_REPAIRED, actor=None, obj=blob, detail=detail)
    queue_mended(blob)


def note_mended(sha256: str) -> None:
    """Say in the custody of every item that was told of the damage that the file is sound again. Twice says it once."""
    sound = Blob.objects.filter(pk=sha256, check_result=Blob.Check.MATCHES).exists()
    for item in Item.objects.filter(files__blob=sha256).distinct().order_by("pk") if sound else ():
        with transaction.atomic():
            Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
            told = item.custody.filter(sha256=sha256, act__in=[CustodyEvent.Act.QUARANTINED, CustodyEvent.Act.MENDED])
            last = told.order_by("-position").first()
            if last is not None and last.act == CustodyEvent.Act.QUARANTINED:
                detail = {"result": str(Blob.Check.MATCHES), "how": "received again"}
                append_custody(item, CustodyEvent.Act.MENDED, actor=None, sha256=sha256, detail=detail)
