"""A file on its way in: written under `incoming/`, hashed while it is written, fsynced before anybody is told."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from blake3 import blake3
from django.utils.translation import gettext as _

from casework.core.errors import Invalid
from casework.evidence.store.hashing import Hashing
from casework.evidence.store.refusals import EmptyFile, storage_errors, too_large

PIECE = 256 << 10
WRITEBACK = 32 << 20
_SYNC_FILE_RANGE_WRITE = 2
_sync_file_range = getattr(ctypes.CDLL(None), "sync_file_range", None)


@dataclass(frozen=True)
class Received:
    """Bytes that are on disk and fsynced under `incoming/`, not yet kept. `size` in bytes; `token` names the file."""

    sha256: str
    blake3: str
    size: int
    token: str


class Incoming:
    """One file on its way in: `write` pieces, then `finish` or `abort`. As a context it aborts what is not finished.

    Constant memory. `limit` and `expected_size` in bytes. Raises TooLarge past the limit or past what was declared,
    Invalid when less came than was declared, EmptyFile for 0 bytes, StorageFull when the disk has no room; whichever
    it is, the temporary file is gone afterwards.
    """

    def __init__(self, folder: Path, *, limit: int, expected_size: int | None = None) -> None:
        self.limit, self.expected_size, self.size = limit, expected_size, 0
        self.token = f"{secrets.token_hex(16)}.part"
        self._path, self._fd = folder / self.token, -1
        self._buffer = bytearray()
        self._written = 0
        self._sha256, self._blake3 = Hashing(hashlib.sha256(), "sha256"), Hashing(blake3(), "blake3")
        with storage_errors():
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.abort()

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes. Small chunks are put together to pieces of 256 KiB."""
        self.size += len(chunk)
        if self.size > self.limit or (self.expected_size is not None and self.size > self.expected_size):
            self.abort()
            raise too_large(self.limit if self.size > self.limit else self.expected_size or 0)
        if not self._buffer and len(chunk) >= PIECE:
            self._put(bytes(chunk))
            return
        self._buffer += chunk
        if len(self._buffer) >= PIECE:
            self._drain()

    def finish(self) -> Received:
        """Fsync, close and name what came. The bytes survive a power cut from here on, though under `incoming/`."""
        try:
            if self.size == 0:
                raise EmptyFile(_("The file is empty: it holds 0 bytes. Choose the file again."))
            if self.expected_size is not None and self.size < self.expected_size:
                raise Invalid(_("Fewer bytes arrived than were announced. Send the file again."), code="incomplete")
            self._drain()
            with storage_errors():
                os.fchmod(self._fd, 0o400)
                os.fsync(self._fd)
            received = Received(self._sha256.finish(), self._blake3.finish(), self.size, self.token)
        except BaseException:
            self.abort()
            raise
        os.close(self._fd)
        self._fd = -1
        return received

    def abort(self) -> None:
        """Remove what came. Does nothing after `finish`; may be called again."""
        if self._fd < 0:
            return
        os.close(self._fd)
        self._fd = -1
        self._buffer.clear()
        self._sha256.stop()
        self._blake3.stop()
        with suppress(FileNotFoundError):
            os.unlink(self._path)

    def _drain(self) -> None:
        if self._buffer:
            piece = bytes(self._buffer)
            self._buffer.clear()
            self._put(piece)

    def _put(self, piece: bytes) -> None:
        self._sha256.update(piece)
        self._blake3.update(piece)
        try:
            with storage_errors():
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
            self._written += len(piece)
            if self._written % WRITEBACK < len(piece):
                start_writeback(self._fd)
        except BaseException:
            self.abort()
            raise


def start_writeback(fd: int) -> None:
    """Have the kernel begin to write what it holds of the file, so that the fsync at the end finds little to do.

    A hint: whether it was taken does not matter, and errors of the disk are told by fsync.
    """
    if _sync_file_range is not None:
        _sync_file_range(fd, ctypes.c_int64(0), ctypes.c_int64(0), _SYNC_FILE_RANGE_WRITE)
