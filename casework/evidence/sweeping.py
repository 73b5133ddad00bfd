"""Taking away what no record mentions: remains of uploads that were killed, uploads that nobody went
on with, previews that were made anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog
from django.db.models import QuerySet

from casework.audit import clock
from casework.core.errors import Conflict, NotAllowed
from casework.evidence import store
from casework.evidence.actions.uploads import drop_upload
from casework.evidence.models import Blob, Preview, Upload
from casework.evidence.store import resuming

MOST_AT_ONCE = 1000
_log = structlog.get_logger(__name__)


def sweep(*, older_than: timedelta = store.ORPHAN_AGE) -> store.Swept:
    """Remove temporary files and stored bytes older than `older_than` that no committed row mentions.

    Returns how many of each, originals and previews together. May run beside uploads: see `store.Area.sweep`.
    """
    originals = store.originals().sweep(is_known=_asking(Blob.objects.all(), "sha256"), older_than=older_than)
    previews = store.derived().sweep(is_known=_asking(Preview.objects.all(), "derived"), older_than=older_than)
    swept = store.Swept(originals.incoming + previews.incoming, originals.blobs + previews.blobs)
    if swept.incoming or swept.blobs:
        _log.info("evidence.swept", incoming=swept.incoming, blobs=swept.blobs)
    return swept


def sweep_uploads() -> int:
    """Let go of uploads whose time is over, and forget those that ended; returns how many were let go of."""
    overdue = Upload.objects.waiting().filter(expires_at__lte=clock.now())
    expired = 0
    for upload in overdue.order_by("expires_at")[:MOST_AT_ONCE]:
        # Busy, or gone on with just now: another time.
        with suppress(Conflict, NotAllowed):
            drop_upload(upload, actor=None)
            expired += 1
    ended = Upload.objects.filter(state__in=[Upload.State.TAKEN, Upload.State.DROPPED])
    ended.filter(expires_at__lte=clock.now()).delete()
    living = frozenset(Upload.objects.receiving().values_list("pk", flat=True))
    removed = resuming.sweep(store.originals(), living=living)
    if expired or removed:
        _log.info("evidence.uploads_swept", expired=expired, files=removed)
    return expired


def _asking(rows: QuerySet[Blob] | QuerySet[Preview], column: str) -> Callable[[str], bool]:
    """Whether a row mentions a hash. Hashes come in order: all rows with the same beginning are read at once, and only
    a hash that was not among them is asked for by itself, each time anew."""
    beginning, known = "", frozenset[str]()

    def is_known(sha256: str) -> bool:
        nonlocal beginning, known
        if sha256[:2] != beginning:
            beginning = sha256[:2]
            # A plain range, which the index answers: no hash with this beginning sorts after it and a "g".
            found = rows.filter(**{f"{column}__gte": beginning, f"{column}__lt": beginning + "g"})
            known = frozenset(found.values_list(column, flat=True))
        return sha256 in known or rows.filter(**{column: sha256}).exists()

    return is_known
