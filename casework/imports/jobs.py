"""What the worker does for imports: the next stage of each. A job may run twice, or be killed and run again, without
harm. It acts as the person who asked, whose rights are asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from casework.core.errors import DomainError
from casework.imports.actions import fail_import, read_import, run_import
from casework.imports.models import Import
from casework.imports.queue import CARRY_ON, UNDER_WAY, queue_lost_imports

MOST_ATTEMPTS = 5
_log = structlog.get_logger("casework.imports")


@app.task(name=CARRY_ON, queue="imports")
def carry_on(import_id: str) -> None:
    """Read what was received, or bring in what was confirmed, whichever the import waits for."""
    with _alone(import_id) as first:
        batch = Import.objects.filter(pk=import_id, state__in=UNDER_WAY).first() if first else None
        if batch is None:
            return
        Import.objects.filter(pk=batch.pk).update(attempts=F("attempts") + 1)
        if batch.attempts >= MOST_ATTEMPTS:
            fail_import(
                batch,
                reason=_("It was begun five times and never ended. Nothing was imported. Tell the administrator."),
            )
            return
        _work(batch)


def _work(batch: Import) -> None:
    try:
        if batch.state == Import.State.RUNNING:
            run_import(batch)
        else:
            read_import(batch)
    except DomainError as error:
        _give_up(batch, error.message)
    except (OperationalError, InterfaceError):
        # The database went away: the stage is begun again once it answers.
        raise
    except Exception as error:
        defect = not isinstance(error, DatabaseError)
        _log.exception("imports.failed", import_reference=batch.reference, defect=defect)
        _give_up(batch, _("Something went wrong on our side. Nothing was imported. Tell the administrator."))


def _give_up(batch: Import, reason: str) -> None:
    batch.refresh_from_db()
    if batch.state in UNDER_WAY:
        fail_import(batch, reason=reason)


@contextmanager
def _alone(import_id: str) -> Iterator[bool]:
    """Whether no other worker carries this import on; the lock goes with the connection when a worker is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", [import_id])
        (first,) = cursor.fetchone()
    try:
        yield bool(first)
    finally:
        if first and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 1))", [import_id])


@app.periodic(cron="* * * * *")
@app.task(name="casework.imports.jobs.requeue_imports", queue="upkeep", queueing_lock="requeue_imports")
def requeue_imports(timestamp: int) -> None:
    """Queue again the imports whose worker died."""
    if queued := queue_lost_imports():
        _log.warning("imports.requeued", queued=queued)
