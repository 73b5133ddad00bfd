"""The one place that says what time it is.

Records, chains and deadlines ask here, so that the demonstration data can be laid down through the same
actions as real work, each on the day it is meant to have happened.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_travelled: ContextVar[datetime.datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime.datetime:
    """The present moment, UTC, aware."""
    return _travelled.get() or timezone.now()


def today() -> datetime.date:
    """Today's date in UTC, the day by which findings come into force and deadlines pass."""
    return now().astimezone(datetime.UTC).date()


@contextmanager
def travelling_to(moment: datetime.datetime) -> Iterator[None]:
    """Lay down demonstration data as of `moment`. Refused outside a demonstration or a test."""
    if not (settings.CASEWORK_DEMO or settings.CASEWORK_TESTING):
        raise RuntimeError("Only demonstration data may be written at another time than now.")
    token = _travelled.set(moment)
    try:
        yield
    finally:
        _travelled.reset(token)
