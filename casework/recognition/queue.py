"""What is asked of the worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from casework.core import queue
from casework.evidence import store
from casework.evidence.models import Blob, EvidenceFile
from casework.evidence.signals import blob_stored
from casework.evidence.sniffing import Sniffed, sniff
from casework.recognition.fingerprints import is_read
from casework.recognition.models import Fingerprint

RECOGNISE = "casework.recognition.jobs.recognise_file"
GIVEN_UP = "comparing it was begun three times and never ended"
_COMPARED = Q(media_type__startswith="video/") | Q(media_type__startswith="audio/")
_COMPARED |= Q(media_type__startswith="image/") | Q(media_type="application/pdf")


@receiver(blob_stored, dispatch_uid="recognition.blob_stored")
def on_blob_stored(blob: Blob, sniffed: Sniffed, **_: Any) -> None:
    """Have stored bytes compared. Bytes known before are asked about again: an item that now holds them is to be
    paired."""
    if is_read(sniffed):
        Fingerprint.objects.get_or_create(blob=blob, defaults={"family": str(sniffed.family)})
        _comparing(blob.pk).defer()


def _comparing(sha256: str) -> queue.Job:
    return queue.Job(RECOGNISE, {"sha256": sha256})


def queue_missing() -> int:
    """Queue files of items that were never compared: they came before this room. Returns how many."""
    held = Exists(EvidenceFile.objects.filter(blob=OuterRef("pk")))
    known = Exists(Fingerprint.objects.filter(blob=OuterRef("pk")))
    queued = 0
    for blob in Blob.objects.filter(_COMPARED, held, ~known, check_result=Blob.Check.MATCHES)[: queue.MOST_AT_ONCE]:
        sniffed = sniff(store.head(blob.pk))
        if is_read(sniffed):
            with transaction.atomic():
                on_blob_stored(blob, sniffed)
            queued += 1
    return queued


def queue_lost() -> tuple[int, int]:
    """Queue again the files whose job was lost. Returns how many were queued and how many given up."""
    waiting = Fingerprint.objects.filter(state=Fingerprint.State.WAITING)
    given_up = {"state": Fingerprint.State.FAILED, "note": GIVEN_UP}
    return queue.queue_lost(waiting, lambda row: _comparing(row.blob_id), given_up)
