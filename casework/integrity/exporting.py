"""Heads leave the database as soon as they are made: to a file, and to an address on another host when there is one.

What is already in the file is read from the file, not from the database, so that a crash between the two neither
loses a head nor writes one twice. A file that holds a head which the office does not have is a finding, not a reason to
go on writing.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.chain import canonical
from casework.integrity import outgoing
from casework.integrity.models import Delivery, Head

_log = structlog.get_logger("casework.integrity")
AT_ONCE = 50
BLOCK = 64 * 1024
LONGEST_LINE = 64 << 20


class NotDelivered(Exception):
    """Why heads did not get to a place, in words for the page."""


def head_record(head: Head, **more: Any) -> dict[str, Any]:
    """A head as it leaves the office: what was signed, the signature, the public key; `more` beside them."""
    return {
        "head": head.said,
        "hash": bytes(head.hash).hex(),
        "signature": bytes(head.signature).hex(),
        "public_key": bytes(head.public_key).hex(),
        **more,
    }


def head_line(head: Head) -> bytes:
    """One line of a file of heads, with the list of the chains that moved."""
    return canonical(head_record(head, points=[point.listed() for point in head.points.order_by("id")])) + b"\n"


def heads_after(number: int, upto: int | None = None) -> Iterator[Head]:
    """Heads beyond `number` in their order, a few at a time, so that their lists never lie in memory together."""
    while heads := list(Head.objects.filter(number__gt=number).order_by("number")[:AT_ONCE]):
        for head in heads:
            if upto is not None and head.number > upto:
                return
            yield head
        number = heads[-1].number


def deliver_to_file() -> bool:
    """Add every head to the file that is not in it yet; forced to the disk. Whether the file is up to date."""
    return _deliver(Delivery.FILE, _append)


def deliver_to_address() -> bool:
    """Send the heads that the address has not acknowledged, oldest first. True when it has all, or there is none."""
    return not settings.CASEWORK_HEADS_URL or _deliver(Delivery.ADDRESS, _send)


def _deliver(place: str, act: Callable[[Delivery], int]) -> bool:
    """Run one delivery at a time for a place, when its pause is over; note how far it got."""
    with transaction.atomic():
        row = taken(place)
        if row.rests:
            return False
        try:
            reached = act(row)
        except NotDelivered as error:
            note_failure(row, str(error))
            return False
        note_success(row, reached)
        return True


def taken(place: str) -> Delivery:
    """The row of a place, locked until the transaction ends."""
    Delivery.objects.get_or_create(place=place)
    return Delivery.objects.select_for_update().get(place=place)


def note_failure(row: Delivery, problem: str) -> None:
    """Leave the place alone for a while, longer each time."""
    row.failures += 1
    row.problem = problem[:300]
    row.next_try_at = clock.now() + outgoing.pause(row.failures)
    row.save()
    _log.warning("integrity.not_delivered", failures=row.failures, reason=row.problem)


def note_success(row: Delivery, reached: int) -> None:
    """It answered; nothing is written when nothing changed."""
    if reached != row.last_number or row.failures or row.done_at is None:
        row.last_number, row.done_at, row.failures, row.problem = reached, clock.now(), 0, ""
        row.save()


def _append(row: Delivery) -> int:
    path = Path(settings.CASEWORK_HEADS_FILE)
    try:
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(descriptor, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last = _last_in(file)
            for head in heads_after(last):
                file.write(head_line(head))
                last = head.number
            os.fsync(file.fileno())
        if new:
            _sync_folder(path.parent)
    except OSError as error:
        raise NotDelivered(_("The file cannot be written: %(reason)s.") % {"reason": error.strerror}) from None
    return last


def _last_in(file: Any) -> int:
    """The number of the last head in the file, after taking away a line that a crash cut off."""
    size, tail = os.fstat(file.fileno()).st_size, b""
    begins = size
    while begins and tail.count(b"\n") < 2 and len(tail) < LONGEST_LINE:
        begins = max(begins - BLOCK, 0)
        tail = os.pread(file.fileno(), size - begins, begins)
    whole, _newline, cut = tail.rpartition(b"\n")
    if cut:
        os.ftruncate(file.fileno(), size - len(cut))
    if not whole:
        return 0
    try:
        line = json.loads(whole.rpartition(b"\n")[2])
        number, digest = int(line["head"]["number"]), bytes.fromhex(line["hash"])
    except (ValueError, KeyError, TypeError):
        raise NotDelivered(_("The last line of the file is no head. Nothing was added.")) from None
    if not Head.objects.filter(number=number, hash=digest).exists():
        raise NotDelivered(
            _("The file holds head %(number)s, which this office does not have. Nothing was added.")
            % {"number": number}
        )
    return number


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _send(row: Delivery) -> int:
    last = row.last_number
    for sent, head in enumerate(heads_after(last)):
        if sent == AT_ONCE:
            break
        try:
            outgoing.post(settings.CASEWORK_HEADS_URL, head_line(head), "application/json")
        except outgoing.CallFailed as error:
            row.last_number = last
            raise NotDelivered(_("The address %(reason)s.") % {"reason": error}) from None
        last = head.number
    return last
