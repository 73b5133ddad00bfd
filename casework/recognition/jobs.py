"""What the worker does for recognition: read a file, compare it with all others, pair the items that hold them.

No job acts for a person or tells anybody anything: who may know of a match is asked when it is shown. Each may run
twice.
"""

from __future__ import annotations

from functools import cache

import structlog
from django.db.models import F
from procrastinate.contrib.django import app

from casework.core.errors import IntegrityFailure
from casework.evidence import store
from casework.evidence.sniffing import sniff
from casework.recognition import fingerprints
from casework.recognition.actions import keep_failure, keep_matches, keep_prints, pair_items
from casework.recognition.comparing import Common, compare_frames, compare_sound
from casework.recognition.frames import Hashed
from casework.recognition.memory import Memory, hashes_of, memory
from casework.recognition.models import Fingerprint, Prints
from casework.recognition.queue import RECOGNISE, queue_lost, queue_missing

_log = structlog.get_logger("casework.recognition")


@app.task(name=RECOGNISE, queue="recognition")
def recognise_file(sha256: str) -> None:
    """Read and compare these bytes unless that was done, then pair the items that hold them."""
    fingerprint = Fingerprint.objects.select_related("blob").filter(blob_id=sha256).first()
    if fingerprint is None:
        return
    if fingerprint.state == Fingerprint.State.WAITING:
        Fingerprint.objects.filter(pk=fingerprint.pk).update(attempts=F("attempts") + 1)
        try:
            read = fingerprints.read(sha256, sniff(store.head(sha256)))
        except (fingerprints.Unrecognisable, IntegrityFailure) as error:
            keep_failure(fingerprint, error.message)
            return
        # Known to others before it looks itself: of two files compared at once, one at least finds the other.
        if not keep_prints(fingerprint, read):
            return
        keep_matches(fingerprint, compare(fingerprint, read, memory()), read)
    pair_items(fingerprint.blob)


def compare(fingerprint: Fingerprint, read: fingerprints.Read, known: Memory) -> list[Common]:
    """What the file has in common with those in memory."""

    @cache
    def family(owner: int) -> str:
        # Empty for one that was let go of: an upload that nobody registered.
        return str(Fingerprint.objects.values_list("family", flat=True).filter(pk=owner).first() or "")

    def rows_of(owner: int) -> Hashed:
        return hashes_of(Prints.objects.only("hashes", "moments", "parts").get(pk=owner))

    seen = compare_frames(read.frames, fingerprint.pk, known, family, rows_of)
    return seen + compare_sound(known.listen(read.sound.marks, read.sound.moments), fingerprint.pk)


@app.periodic(cron="*/10 * * * *")
@app.task(name="casework.recognition.jobs.requeue", queue="upkeep", queueing_lock="recognition_requeue")
def requeue(timestamp: int) -> None:
    """Queue what was never compared, and again what was lost."""
    missing = queue_missing()
    queued, lost = queue_lost()
    if missing or queued or lost:
        _log.warning("recognition.requeued", never_compared=missing, queued=queued, given_up=lost)
