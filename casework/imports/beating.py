"""Saying how far the work is, at most once a second, so that a page can tell it and nobody waits for a dead worker."""

from __future__ import annotations

import time

from casework.audit import clock
from casework.imports.models import Import

EVERY_SECONDS = 1.0


class Beat:
    """Progress of one stage, in steps: rows while reading, bytes while copying."""

    def __init__(self, batch: Import, stage: str = "") -> None:
        self._pk = batch.pk
        self._last = 0.0
        if stage:
            Import.objects.filter(pk=batch.pk).update(stage=stage, steps_done=0, steps=0, beat_at=clock.now())

    def at(self, done: int, total: int) -> None:
        """Write down how far it is, unless that was done a moment ago. Not inside a transaction."""
        now = time.monotonic()
        if now - self._last >= EVERY_SECONDS:
            self._last = now
            Import.objects.filter(pk=self._pk).update(steps_done=done, steps=total, beat_at=clock.now())
