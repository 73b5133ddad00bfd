"""The directory of a ZIP archive, counted before it is read: its reader takes all of it into memory, whatever its size.

What the end of the archive claims is not believed. Its fields can say little where much follows, and the end for large
archives (ZIP64) can say something else again, so that the entries themselves are gone through.
"""

from __future__ import annotations

import io
import struct
from typing import Any

from django.utils.translation import gettext as _

from casework.core.errors import Invalid

MOST_MEMBERS = 300_000
LARGEST_DIRECTORY = 256 << 20
_LONGEST_COMMENT = 0xFFFF
_END, _END_64, _LOCATOR, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_END_BYTES, _END_64_BYTES, _LOCATOR_BYTES, _ENTRY_BYTES = 22, 56, 20, 46


class Refused(Invalid):
    """Material that is not imported at all; the message says why and what to do."""

    code = "import_refused"


def damaged() -> Refused:
    """The refusal of what is no archive."""
    return Refused(_("This is no whole ZIP archive. Send it again, or make it anew."))


def refuse_large_directory(file: Any) -> None:
    """Raise Refused when there are more entries, or more bytes of them, than may be; for what has no end, too."""
    size = file.seek(0, io.SEEK_END)
    end = _end_of(file, size)
    length, ends = _length(file, end)
    if length > LARGEST_DIRECTORY:
        raise _too_many()
    if length > ends:
        raise damaged()
    _count(file, ends - length, ends)
    file.seek(0)


def _end_of(file: Any, size: int) -> int:
    """Where the end record begins."""
    start = max(0, size - _END_BYTES - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(size - start)
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + _END_BYTES:
        raise damaged()
    return start + place


def _length(file: Any, end: int) -> tuple[int, int]:
    """How many bytes the directory has and where it ends. The end record for large archives is asked where the reader
    asks it: right before its locator, whether or not the short one points to it."""
    file.seek(end)
    (length,) = struct.unpack_from("<I", file.read(_END_BYTES), 12)
    large = end - _LOCATOR_BYTES - _END_64_BYTES
    if large < 0:
        return length, end
    file.seek(large)
    both = file.read(_END_64_BYTES + _LOCATOR_BYTES)
    if both[_END_64_BYTES : _END_64_BYTES + 4] != _LOCATOR or both[:4] != _END_64:
        return length, end
    return struct.unpack_from("<Q", both, 40)[0], large


def _count(file: Any, at: int, ends: int) -> None:
    """Go through the entries without keeping them."""
    file.seek(at)
    members = 0
    while at + _ENTRY_BYTES <= ends:
        entry = file.read(_ENTRY_BYTES)
        if entry[:4] != _ENTRY:
            raise damaged()
        beside = sum(struct.unpack_from("<3H", entry, 28))
        file.seek(beside, io.SEEK_CUR)
        at += _ENTRY_BYTES + beside
        members += 1
        if members > MOST_MEMBERS:
            raise _too_many()


def _too_many() -> Refused:
    return Refused(_("The archive holds more than %(most)s files. Export it in parts.") % {"most": MOST_MEMBERS})
