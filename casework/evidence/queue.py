"""What is asked of the worker."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from procrastinate.contrib.django import app

from casework.core.queue import Job, queue_lost
from casework.evidence.models import Blob, FileText, Item, Preview

PREVIEWS = "casework.evidence.jobs.make_previews"
COPIES = "casework.evidence.jobs.make_copies"
PROBE = "casework.evidence.jobs.probe_video"
TEXT = "casework.evidence.jobs.read_text"
MENDED = "casework.evidence.jobs.note_mended"
SCAN = "casework.integrity.jobs.scan_file"
ALERT = "casework.integrity.jobs.tell_of_damage"
ALERT_AFTER = datetime.timedelta(minutes=3)
"""Damage seldom comes alone: what is found within this time is told in one mail."""
MOST_MISSING = 20
SOON, LATER = 10, -10
"""Covers go before words, and words before the copies that take long, whatever came first."""
GIVEN_UP = "making it was begun three times and never ended"


def queue_previews(blob: Blob) -> None:
    """Have previews made, unless that was asked for before."""
    _waiting, new = Preview.objects.get_or_create(blob=blob, kind=Preview.Kind.POSTER)
    if new:
        _making(Preview.Kind.POSTER, blob.pk).defer()


def queue_copies(blob: Blob, kind: str) -> None:
    """Have the copies made that take long, unless that was asked for before; `kind` is the one that stands for them."""
    number = 1 if kind == Preview.Kind.PAGE else 0
    _waiting, new = Preview.objects.get_or_create(blob=blob, kind=kind, number=number)
    if new:
        _making(kind, blob.pk).defer()


def _making(kind: str, sha256: str) -> Job:
    task, priority = (PREVIEWS, SOON) if kind == Preview.Kind.POSTER else (COPIES, LATER)
    return Job(task, {"sha256": sha256}, priority)


def queue_lost_previews() -> tuple[int, int]:
    """Queue again the covers and copies whose job was lost. Returns how many were queued and how many given up."""
    waiting = Preview.objects.filter(state=Preview.State.WAITING)
    given_up = {"state": Preview.State.FAILED, "note": GIVEN_UP}
    return queue_lost(waiting, lambda preview: _making(preview.kind, preview.blob_id), given_up)


def queue_missing(kinds: dict[str, str]) -> int:
    """Queue what an earlier version did not make: copies of files whose covers are ready, a few at a time. `kinds`
    gives by media type the kind that stands for their copies."""
    ready = Preview.objects.filter(kind=Preview.Kind.POSTER, state=Preview.State.READY)
    queued = 0
    for media_type, kind in kinds.items():
        made = Preview.objects.filter(blob=OuterRef("pk"), kind=kind)
        lacking = Blob.objects.filter(~Exists(made), media_type=media_type, pk__in=ready.values("blob_id"))
        for blob in lacking.order_by("pk")[:MOST_MISSING]:
            with transaction.atomic():
                queue_copies(blob, kind)
            queued += 1
    return queued


def queue_texts(hashes: list[str]) -> None:
    """Have the words of these blobs read, and hold their rows until the caller's transaction ends: a file that is
    added while its words are being written is then seen by whoever writes last."""
    for sha256 in sorted(set(hashes)):
        _waiting, new = FileText.objects.get_or_create(blob_id=sha256)
        if new:
            Job(TEXT, {"sha256": sha256}).defer()
        else:
            FileText.objects.select_for_update().get(pk=sha256)


def queue_lost_texts(*, able: bool) -> int:
    """Queue again the texts whose job was lost and, on a machine that is `able` to recognise text, those that were left
    unread for want of it. Returns how many were queued."""
    if able:
        FileText.objects.filter(state=FileText.State.UNREAD).update(state=FileText.State.WAITING, attempts=0)
    waiting = FileText.objects.filter(state=FileText.State.WAITING)
    given_up = {"state": FileText.State.FAILED, "note": GIVEN_UP}
    queued, _lost = queue_lost(waiting, lambda text: Job(TEXT, {"sha256": text.pk}), given_up)
    return queued


def queue_probe(item: Item) -> None:
    """Have a video's duration, frame size and codecs read from its file."""
    Job(PROBE, {"item_id": str(item.pk)}).defer()


def queue_scan(blob: Blob) -> None:
    """Have stored bytes looked at by the malware scanner, where there is one."""
    if settings.CASEWORK_CLAMD:
        Job(SCAN, {"sha256": blob.pk}).defer()


def queue_mended(blob: Blob) -> None:
    """Have the items that hold these bytes told that they are sound again."""
    Job(MENDED, {"sha256": blob.pk}).defer()


def queue_alert() -> None:
    """Have auditors and administrators told, shortly, that stored files were found damaged."""
    app.configure_task(ALERT, schedule_in={"seconds": int(ALERT_AFTER.total_seconds())}).defer()
