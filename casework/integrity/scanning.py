"""Having stored bytes looked at for malware, and remembering what was said, by which scanner and with which signatures.

Without a scanner nothing is pretended: every file is “not scanned”. A file that is longer than the scanner takes is
“not fully scanned”. While the scanner does not answer a file stays what it was, and is asked about again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet

from casework.audit import clock
from casework.core.errors import IntegrityFailure
from casework.evidence import store
from casework.evidence.actions.malware import note_scan
from casework.evidence.models import Blob, Scan
from casework.integrity.clamd import PIECE, Scanner, ScannerUnreachable, TooLong, Version

MOST_AT_ONCE = 100
FIRST_WAIT = datetime.timedelta(minutes=5)
LONGEST_WAIT = datetime.timedelta(hours=6)
"""After each silence of the scanner a file waits twice as long, up to this."""
_log = structlog.get_logger("casework.integrity")


def scanner() -> Scanner | None:
    """The scanner that the settings name, None for none."""
    return Scanner(settings.CASEWORK_CLAMD) if settings.CASEWORK_CLAMD else None


def scan(sha256: str, *, by: Scanner | None = None) -> Scan | None:
    """Have one blob scanned and write down the answer. None without a scanner, for unknown bytes, and for bytes that
    are missing: fixity tells of those."""
    by = by or scanner()
    blob = Blob.objects.filter(pk=sha256).first()
    if by is None or blob is None:
        return None
    try:
        version = by.version()
        return _ask(blob, by, version)
    except ScannerUnreachable as error:
        return _note_silence(blob, str(error))
    except (IntegrityFailure, store.StoreUnreachable):
        return None


def scan_waiting() -> int:
    """Scan what waits, oldest first, until the scanner falls silent; returns how many it answered about."""
    by, answered = scanner(), 0
    if by is None:
        return 0
    for sha256 in _waiting().values_list("pk", flat=True)[:MOST_AT_ONCE]:
        result = scan(sha256, by=by)
        if result is not None and result.attempts:
            break
        answered += result is not None
    return answered


def _waiting() -> QuerySet[Blob]:
    """Never asked about, not answered about and due for another try, or scanned so long ago that newer signatures may
    find more. Those in quarantine wait until they are whole."""
    now = clock.now()
    old = now - datetime.timedelta(days=settings.CASEWORK_CLAMD_DAYS)
    due = Q(scan=None) | Q(scan__attempts=0, scan__scanned_at__lt=old)
    for attempts, wait in _waits():
        due |= Q(scan__attempts=attempts, scan__tried_at__lt=now - wait)
    due |= Q(scan__attempts__gt=attempts, scan__tried_at__lt=now - LONGEST_WAIT)
    return Blob.objects.filter(due, check_result=Blob.Check.MATCHES).order_by("scan__tried_at", "stored_at", "pk")


def _waits() -> Iterator[tuple[int, datetime.timedelta]]:
    attempts, wait = 1, FIRST_WAIT
    while wait < LONGEST_WAIT:
        yield attempts, wait
        attempts, wait = attempts + 1, wait * 2


def _ask(blob: Blob, by: Scanner, version: Version) -> Scan:
    said = {"engine": version.engine[:80], "database": version.database[:80], "scanned_at": clock.now()}
    try:
        signature = by.scan(_pieces(blob.sha256))
    except TooLong:
        words = "longer than the scanner takes"
        return note_scan(blob, {**said, "state": Scan.State.PARTIAL, "note": words})
    if signature:
        return note_scan(blob, {**said, "state": Scan.State.FOUND, "signature": signature})
    return note_scan(blob, {**said, "state": Scan.State.CLEAN})


def _pieces(sha256: str) -> Iterator[bytes]:
    with store.open_blob(sha256) as blob:
        while piece := blob.read(PIECE):
            yield piece


def _note_silence(blob: Blob, reason: str) -> Scan:
    """The scanner did not answer: what it said before stays, and the next try waits."""
    made, _new = Scan.objects.get_or_create(blob=blob)
    made.tried_at, made.attempts, made.note = clock.now(), made.attempts + 1, reason[:200]
    made.save(update_fields=["tried_at", "attempts", "note"])
    _log.warning("malware.scanner_silent", reason=reason, attempts=made.attempts)
    return made
