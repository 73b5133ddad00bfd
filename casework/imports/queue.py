"""What is asked of the worker, and what it is asked again because a worker died over it."""

from __future__ import annotations

from casework.core.queue import Job, queue_lost
from casework.imports.models import Import

CARRY_ON = "casework.imports.jobs.carry_on"
UNDER_WAY = (Import.State.RECEIVED, Import.State.READING, Import.State.RUNNING)


def queue_import(batch: Import) -> None:
    """Have the import's next stage done."""
    _carrying_on(batch).defer()


def queue_lost_imports() -> int:
    """Queue again what is under way although no job will carry it on. Returns how many."""
    queued, _lost = queue_lost(Import.objects.filter(state__in=UNDER_WAY), _carrying_on)
    return queued


def _carrying_on(batch: Import) -> Job:
    return Job(CARRY_ON, {"import_id": str(batch.pk)})
