"""What is asked of the worker, and what it is asked again because a worker died over it."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit import clock
from casework.imports.models import Import

CARRY_ON = "casework.imports.jobs.carry_on"
UNDER_WAY = (Import.State.RECEIVED, Import.State.READING, Import.State.RUNNING)
WORKER_SILENT = datetime.timedelta(minutes=2)
"""A worker tells every ten seconds that it lives."""


def queue_import(batch: Import) -> None:
    """Have the import's next stage done. The job is a row of the caller's transaction."""
    app.configure_task(CARRY_ON).defer(import_id=str(batch.pk))


def queue_lost_imports() -> int:
    """Queue again what is under way although no job will carry it on. Returns how many."""
    queued = 0
    for pk in Import.objects.filter(state__in=UNDER_WAY).values_list("pk", flat=True):
        with transaction.atomic():
            row = Import.objects.select_for_update(skip_locked=True).filter(pk=pk, state__in=UNDER_WAY).first()
            if row is not None and not _is_carried(pk):
                queue_import(row)
                queued += 1
    return queued


def _is_carried(pk: Any) -> bool:
    alive = Q(status="todo") | Q(status="doing", worker__last_heartbeat__gte=clock.now() - WORKER_SILENT)
    return ProcrastinateJob.objects.filter(alive, task_name=CARRY_ON, args__import_id=str(pk)).exists()
