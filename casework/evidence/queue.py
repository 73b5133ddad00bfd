"""What is asked of the worker. A job is a row of the caller's transaction: it runs after its commit or never."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit import clock
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
MOST_ATTEMPTS = 3
MOST_AT_ONCE = 500
MOST_MISSING = 20
SOON, LATER = 10, -10
"""Covers go before words, and words before the copies that take long, whatever came first."""
GIVEN_UP = "making it was begun three times and never ended"
WORKER_SILENT = datetime.timedelta(minutes=2)
"""A worker tells every ten seconds that it lives."""


def queue_previews(blob: Blob) -> None:
    """Have previews made, unless that was asked for before."""
    _waiting, new = Preview.objects.get_or_create(blob=blob, kind=Preview.Kind.POSTER)
    if new:
        app.configure_task(PREVIEWS, priority=SOON).defer(sha256=blob.pk)


def queue_copies(blob: Blob, kind: str) -> None:
    """Have the copies made that take long, unless that was asked for before; `kind` is the one that stands for them."""
    number = 1 if kind == Preview.Kind.PAGE else 0
    _waiting, new = Preview.objects.get_or_create(blob=blob, kind=kind, number=number)
    if new:
        app.configure_task(COPIES, priority=LATER).defer(sha256=blob.pk)


def queue_lost_previews() -> tuple[int, int]:
    """Queue again what waits although no job will make it: its worker was killed, or its row is gone from the queue.

    Returns how many were queued and how many given up: files whose making was begun three times and never ended, which
    a worker does not survive.
    """
    queued, lost = 0, 0
    waiting = Preview.objects.filter(state=Preview.State.WAITING)
    for preview in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=preview).first()
            if row is None:
                continue
            task = PREVIEWS if row.kind == Preview.Kind.POSTER else COPIES
            if _jobs_alive(task, row.blob_id).exists():
                continue
            if row.attempts >= MOST_ATTEMPTS:
                waiting.filter(pk=row.pk).update(state=Preview.State.FAILED, note=GIVEN_UP)
                lost += 1
            else:
                app.configure_task(task, priority=SOON if task == PREVIEWS else LATER).defer(sha256=row.blob_id)
                queued += 1
    return queued, lost


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
            app.configure_task(TEXT).defer(sha256=sha256)
        else:
            FileText.objects.select_for_update().get(pk=sha256)


def queue_lost_texts(*, able: bool) -> int:
    """Queue again the texts that wait although no job will read them and, on a machine that is `able` to recognise
    text, those that were left unread for want of it."""
    queued = 0
    if able:
        FileText.objects.filter(state=FileText.State.UNREAD).update(state=FileText.State.WAITING, attempts=0)
    waiting = FileText.objects.filter(state=FileText.State.WAITING)
    for sha256 in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=sha256).first()
            if row is None or _jobs_alive(TEXT, row.pk).exists():
                continue
            if row.attempts >= MOST_ATTEMPTS:
                waiting.filter(pk=row.pk).update(state=FileText.State.FAILED, note=GIVEN_UP)
            else:
                app.configure_task(TEXT).defer(sha256=row.pk)
                queued += 1
    return queued


def _jobs_alive(task: str, sha256: str) -> QuerySet[ProcrastinateJob]:
    """Jobs that will do, or are doing, this task for these bytes: a job begun is alive as long as its worker."""
    beating = clock.now() - WORKER_SILENT
    alive = Q(status="todo") | Q(status="doing", worker__last_heartbeat__gte=beating)
    return ProcrastinateJob.objects.filter(alive, task_name=task, args__sha256=sha256)


def queue_probe(item: Item) -> None:
    """Have a video's duration, frame size and codecs read from its file."""
    app.configure_task(PROBE).defer(item_id=str(item.pk))


def queue_scan(blob: Blob) -> None:
    """Have stored bytes looked at by the malware scanner, where there is one."""
    if settings.CASEWORK_CLAMD:
        app.configure_task(SCAN).defer(sha256=blob.pk)


def queue_mended(blob: Blob) -> None:
    """Have the items that hold these bytes told that they are sound again."""
    app.configure_task(MENDED).defer(sha256=blob.pk)


def queue_alert() -> None:
    """Have auditors and administrators told, shortly, that stored files were found damaged."""
    app.configure_task(ALERT, schedule_in={"seconds": int(ALERT_AFTER.total_seconds())}).defer()
