"""Jobs that wait for a worker, and rows whose job was lost with one.

A job is a row of the caller's transaction: it runs after its commit or never.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit import clock

Row = TypeVar("Row", bound=models.Model)
WORKER_SILENT = datetime.timedelta(minutes=2)
"""A worker tells every ten seconds that it lives."""
MOST_ATTEMPTS = 3
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Job:
    """A task by its name with what it is told; of two that wait, the one of higher priority goes first."""

    task: str
    told: dict[str, str]
    priority: int = 0

    def defer(self) -> None:
        """Put it into the queue."""
        app.configure_task(self.task, priority=self.priority).defer(**self.told)

    def is_alive(self) -> bool:
        """Whether one that will do, or is doing, the same is in the queue: a job begun is alive while its worker is."""
        beating = Q(status="doing", worker__last_heartbeat__gte=clock.now() - WORKER_SILENT)
        told = {f"args__{name}": value for name, value in self.told.items()}
        return ProcrastinateJob.objects.filter(Q(status="todo") | beating, task_name=self.task, **told).exists()


def queue_lost(
    waiting: models.QuerySet[Row], job_of: Callable[[Row], Job], given_up: dict[str, Any] | None = None
) -> tuple[int, int]:
    """Queue again what waits although no job will do it: its worker was killed, or its row is gone from the queue.

    Rows whose making was begun MOST_ATTEMPTS times and never ended, which a worker does not survive, are written with
    `given_up` instead; without it all are queued. Returns how many were queued and how many given up.
    """
    queued = lost = 0
    for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
            if row is None or job_of(row).is_alive():
                continue
            if given_up and row.attempts >= MOST_ATTEMPTS:  # type: ignore[attr-defined]
                waiting.filter(pk=pk).update(**given_up)
                lost += 1
            else:
                job_of(row).defer()
                queued += 1
    return queued, lost
