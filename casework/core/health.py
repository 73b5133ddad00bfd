"""Two questions for whoever watches the machine: is it alive, and can it do its work. Neither tells a secret."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# A worker reports every ten seconds.
WORKER_SEEN_WITHIN = timedelta(seconds=60)
ROOM_BYTES = 64 * 1024 * 1024


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part by name, true or false; 503 when one is false."""
    parts = {"database": False, "migrations": False, "worker": False, "store": store_writable()}
    try:
        parts["database"] = _database_answers()
        parts["migrations"] = migrations_applied()
        parts["worker"] = worker_seen()
    except DatabaseError:
        # Which of them failed is in the answer; why is for the log of the database.
        connection.close()
    ready = all(parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def migrations_applied() -> bool:
    """Whether the database has every table and column that this code expects."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def worker_seen() -> bool:
    """Whether a worker reported lately, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - %s)",
            [WORKER_SEEN_WITHIN],  # type: ignore[list-item]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def store_writable(folder: Path | None = None) -> bool:
    """Whether evidence can be written: the store (before its first file, the folder above) is open and has room."""
    folder = Path(folder or settings.CASEWORK_STORE)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        return False
    return shutil.disk_usage(folder).free >= ROOM_BYTES
