"""The rolling schedule by which every stored file is hashed again: within 90 days, what was disclosed within 30.

Every few minutes a slice reads some files, those whose time comes first. How much it may read follows from how much is
stored: a constant stream of bytes that would have gone round in four fifths of the time, so that nights without power
and files of many gigabytes find room. What a slice reads beyond its allowance the next ones wait for; what is overdue
is read in any case. Each file is a step of its own: a slice that is killed loses the file it was reading.

No two workers read the same file at once: whoever reads it holds a lock of the database session under its hash, which
goes with the session.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.evidence import store
from casework.evidence.actions.checking import recheck
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, FixityDay

SLICE_SECONDS = 30.0
"""How long a slice goes on beginning files. The worker does other things in between, one at a time."""
EARLY = 0.8
"""The part of the time in which a round is to be over."""
AT_ONCE = 200
"""Files looked up at a time."""
_DAY = datetime.timedelta(days=1)
_LOCK_CLASS = 0x0F1C
_log = structlog.get_logger("casework.integrity")


@dataclass(frozen=True)
class Plan:
    """What there is to read, in bytes, and in how many days; `disclosed` is the part that was disclosed."""

    total: int
    disclosed: int

    @property
    def a_day(self) -> float:
        """Bytes to read each day so that the round is over in good time."""
        plain = (self.total - self.disclosed) / (settings.CASEWORK_FIXITY_DAYS * EARLY)
        return plain + self.disclosed / (settings.CASEWORK_FIXITY_DAYS_DISCLOSED * EARLY)

    @property
    def most_a_day(self) -> float:
        """Bytes that the slices can read in a day at the pace of the settings."""
        return settings.CASEWORK_FIXITY_PACE * 1e6 * SLICE_SECONDS * (_DAY / SLICE_EVERY)


SLICE_EVERY = datetime.timedelta(minutes=5)


def plan() -> Plan:
    """What is stored now. Two queries."""
    total = Blob.objects.aggregate(size=Sum("size", default=0))["size"]
    return Plan(total, disclosed().aggregate(size=Sum("size", default=0))["size"])


def disclosed() -> QuerySet[Blob]:
    """The bytes of items that were disclosed to anybody."""
    went = CustodyEvent.objects.filter(item=OuterRef("item"), act=CustodyEvent.Act.DISCLOSED)
    return Blob.objects.filter(pk__in=EvidenceFile.objects.filter(Exists(went)).values("blob"))


@dataclass
class Slice:
    """What one slice did. `ended` says why it stopped: done, allowance, time, unreachable."""

    files: int = 0
    bytes: int = 0
    damaged: int = 0
    ended: str = "done"
    passed: set[str] = field(default_factory=set)


def run_slice(
    *,
    seconds: float = SLICE_SECONDS,
    timer: Callable[[], float] = time.monotonic,
    rest: Callable[[float], Any] = time.sleep,
) -> Slice:
    """Check what the allowance permits and what is overdue, oldest first, for at most about `seconds`: a file that was
    begun is read to its end. `timer` and `rest` are the clock and the pause that hold the pace."""
    _note_past_days()
    left = _allow(clock.now())
    pace = Pacer(settings.CASEWORK_FIXITY_PACE * 1e6, timer, rest)
    done, begun = Slice(), clock.now()
    for blob, gone_by in _in_order(begun, done.passed):
        if done.bytes >= left and gone_by < 1:
            done.ended = "allowance"
            break
        if timer() - pace.begun >= seconds:
            done.ended = "time"
            break
        try:
            _take(blob, done, pace)
        except store.StoreUnreachable:
            _log.warning("fixity.store_unreachable")
            done.ended = "unreachable"
            break
    if done.files:
        _log.info("fixity.slice", files=done.files, bytes=done.bytes, damaged=done.damaged, ended=done.ended)
    return done


def check(blob: Blob, *, pace: Pacer | None = None, scheduled: bool = False) -> Blob.Check:
    """Hash a file again, write down what was found, and count it among the day's checks."""
    found = recheck(blob, on_piece=pace)
    day, _new = FixityDay.objects.get_or_create(day=clock.today())
    FixityDay.objects.filter(pk=day.pk).update(
        files=F("files") + 1,
        bytes=F("bytes") + blob.size,
        damaged=F("damaged") + int(found != Blob.Check.MATCHES),
        scheduled=F("scheduled") + (blob.size if scheduled else 0),
    )
    return found


def _take(blob: Blob, done: Slice, pace: Pacer) -> None:
    with claimed(blob.pk) as mine:
        if not mine or Blob.objects.get(pk=blob.pk).checked_at != blob.checked_at:
            done.passed.add(blob.pk)
            return
        found = check(blob, pace=pace, scheduled=True)
    done.files += 1
    done.bytes += blob.size
    done.damaged += int(found != Blob.Check.MATCHES)


class Pacer:
    """Holds reading up so that it stays below `most` bytes a second on average. Called with each piece's size."""

    def __init__(self, most: float, timer: Callable[[], float], rest: Callable[[float], Any]) -> None:
        self.most, self.timer, self.rest = most, timer, rest
        self.begun, self.read = timer(), 0

    def __call__(self, count: int) -> None:
        self.read += count
        ahead = self.read / self.most - (self.timer() - self.begun)
        if ahead > 0.02:
            self.rest(ahead)


@contextmanager
def claimed(sha256: str) -> Iterator[bool]:
    """Whether these bytes are ours to read now; others that ask meanwhile hear that they are not."""
    key = int.from_bytes(bytes.fromhex(sha256[:8]), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, key])


def _in_order(begun: datetime.datetime, passed: set[str]) -> Iterator[tuple[Blob, float]]:
    """The files not looked at since `begun`, each with the part of its days that went by since its last check: first
    the one of which most went by, so that what is read more often takes no turn from the others; above 1 it is overdue.
    What somebody else is reading is `passed` over."""
    plain = datetime.timedelta(days=settings.CASEWORK_FIXITY_DAYS)
    sooner = datetime.timedelta(days=settings.CASEWORK_FIXITY_DAYS_DISCLOSED)
    while True:
        found: dict[str, tuple[Blob, float]] = {}
        for rows, period in ((Blob.objects.all(), plain), (disclosed(), sooner)):
            waiting = rows.filter(checked_at__lt=begun).exclude(pk__in=passed).order_by("checked_at", "sha256")
            found |= {blob.pk: (blob, (begun - blob.checked_at) / period) for blob in waiting[:AT_ONCE]}
        if not found:
            return
        yield from sorted(found.values(), key=lambda pair: (-pair[1], pair[0].pk))[:AT_ONCE]


def _allow(now: datetime.datetime) -> int:
    """How many bytes this slice may read: the stream since the last one, with what is owed or ahead."""
    stream = plan().a_day
    with transaction.atomic():
        FixityDay.objects.get_or_create(day=now.astimezone(datetime.UTC).date())
        rows = list(FixityDay.objects.select_for_update().order_by("-day")[:2])
        today, before = rows[0], rows[1] if len(rows) > 1 else None
        if today.last_at is None:
            today.allowance = before.allowance - before.scheduled if before else 0
        last = today.last_at or (before.last_at if before else None) or now - SLICE_EVERY
        since = min(_DAY, max(datetime.timedelta(), now - last))
        most = today.scheduled + int(stream)
        today.allowance = min(most, today.allowance + int(stream * (since / _DAY)))
        today.last_at = now
        today.save(update_fields=["allowance", "last_at"])
    return today.allowance - today.scheduled


def _note_past_days() -> None:
    """One line in the audit for each day on which files were checked, once the day is over."""
    with transaction.atomic():
        over = FixityDay.objects.filter(day__lt=clock.today(), noted_at=None).order_by("day")
        for row in over.select_for_update(skip_locked=True):
            if row.files:
                detail = {"day": row.day.isoformat(), "files": row.files, "bytes": row.bytes, "damaged": row.damaged}
                record(Event.FILES_CHECKED, actor=None, detail=detail)
            FixityDay.objects.filter(pk=row.pk).update(noted_at=clock.now())
