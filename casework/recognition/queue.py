"""What is asked of the worker. A job is a row of the caller's transaction: it runs after its commit or never."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import receiver
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit import clock
from casework.evidence import store
from casework.evidence.models import Blob, EvidenceFile
from casework.evidence.signals import blob_stored
from casework.evidence.sniffing import Sniffed, sniff
from casework.recognition.fingerprints import is_read
from casework.recognition.models import Fingerprint

RECOGNISE = "casework.recognition.jobs.recognise_file"
MOST_ATTEMPTS, MOST_AT_ONCE = 3, 500
GIVEN_UP = "comparing it was begun three times and never ended"
WORKER_SILENT = datetime.timedelta(minutes=2)
_COMPARED = Q(media_type__startswith="video/") | Q(media_type__startswith="audio/")
_COMPARED |= Q(media_type__startswith="image/") | Q(media_type="application/pdf")


@receiver(blob_stored, dispatch_uid="recognition.blob_stored")
def on_blob_stored(blob: Blob, sniffed: Sniffed, **_: Any) -> None:
    """Have stored bytes compared. Bytes known before are asked about again: an item that now holds them is to be
    paired."""
    if is_read(sniffed):
        Fingerprint.objects.get_or_create(blob=blob, defaults={"family": str(sniffed.family)})
        _queue(blob.pk)


def _queue(sha256: str) -> None:
    app.configure_task(RECOGNISE).defer(sha256=sha256)


def queue_missing() -> int:
    """Queue files of items that were never compared: they came before this room. Returns how many."""
    held = Exists(EvidenceFile.objects.filter(blob=OuterRef("pk")))
    known = Exists(Fingerprint.objects.filter(blob=OuterRef("pk")))
    queued = 0
    for blob in Blob.objects.filter(_COMPARED, held, ~known, check_result=Blob.Check.MATCHES)[:MOST_AT_ONCE]:
        sniffed = sniff(store.head(blob.pk))
        if is_read(sniffed):
            with transaction.atomic():
                on_blob_stored(blob, sniffed)
            queued += 1
    return queued


def queue_lost() -> tuple[int, int]:
    """Queue again what waits although no job will compare it. Returns how many were queued and how many given up."""
    queued, lost = 0, 0
    waiting = Fingerprint.objects.filter(state=Fingerprint.State.WAITING)
    for key in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=key).first()
            if row is None or _jobs_alive(row.blob_id).exists():
                continue
            if row.attempts >= MOST_ATTEMPTS:
                waiting.filter(pk=key).update(state=Fingerprint.State.FAILED, note=GIVEN_UP)
                lost += 1
            else:
                _queue(row.blob_id)
                queued += 1
    return queued, lost


def _jobs_alive(sha256: str) -> QuerySet[ProcrastinateJob]:
    beating = clock.now() - WORKER_SILENT
    alive = Q(status="todo") | Q(status="doing", worker__last_heartbeat__gte=beating)
    return ProcrastinateJob.objects.filter(alive, task_name=RECOGNISE, args__sha256=sha256)
