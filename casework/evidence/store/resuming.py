"""Files that arrive in pieces, over days if need be: `resuming/<key>.part`, one for each unfinished upload.

The committed offset is kept by the caller, in the database. The order of a piece is what makes it durable:

    write     at the committed offset, whatever lies behind it being cut off first
    sync      fsync; only then does the caller commit the new offset
    seal      when all has arrived: fsync, the whole file read again from the disk and hashed, a second name under
              incoming/ for `Area.keep`. The name under resuming/ goes when the caller's transaction is committed.

One process or thread at a time holds a file: an exclusive lock that ends with its holder, however that ends. Once all
bytes are there nothing is written any more, so that a file which already shares its bytes with the store is never
touched.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Self

from blake3 import blake3
from django.utils.translation import gettext as _

from casework.core.errors import Conflict, IntegrityFailure
from casework.evidence.store.hashing import Hashing
from casework.evidence.store.interface import ORPHAN_AGE, AnyArea
from casework.evidence.store.receiving import PIECE, WRITEBACK, Received, start_writeback
from casework.evidence.store.refusals import storage_errors

_READ = 1 << 20


class Busy(Conflict):
    """Another request is writing to this file at the moment."""

    code = "upload_busy"


class Partial:
    """One unfinished file, held alone while the context lasts. Raises Busy when somebody else holds it.

    `written` is how many bytes the file has. A file that is gone is begun anew: its caller sees `written` at 0.
    """

    def __init__(self, area: AnyArea, key: uuid.UUID) -> None:
        self._area, self._key = area, key
        self._path = folder_of(area) / f"{key.hex}.part"
        self._fd = -1
        self._unsynced = 0
        self.written = 0

    def __enter__(self) -> Self:
        with storage_errors():
            self._fd = _open(self._path)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._close()
            raise busy() from None
        if not self._is_named():
            self._close()
            raise busy()
        self.written = os.fstat(self._fd).st_size
        return self

    def __exit__(self, *_exc: object) -> None:
        self._close()

    def cut(self, offset: int) -> int:
        """Take away what lies behind the committed offset; returns how many bytes there really are, which is less only
        when the disk has lost some, or when a file that was sealed already is to be written to again (after the
        database was set back): that one may be the store's, and another is begun in its place."""
        if self.written > offset:
            found = os.fstat(self._fd)
            with storage_errors():
                if found.st_nlink > 1 or not found.st_mode & stat.S_IWUSR:
                    self._begin_anew()
                else:
                    os.ftruncate(self._fd, offset)
            self.written = os.fstat(self._fd).st_size
        os.lseek(self._fd, self.written, os.SEEK_SET)
        return self.written

    def write(self, piece: bytes) -> None:
        """Add bytes at the end. Raises StorageFull; then the caller cuts back to what is committed."""
        with storage_errors():
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        self.written += len(piece)
        self._unsynced += len(piece)
        if self._unsynced >= WRITEBACK:
            self._unsynced = 0
            start_writeback(self._fd)

    def sync(self) -> int:
        """Fsync; returns the offset that may be committed now."""
        with storage_errors():
            os.fsync(self._fd)
        return self.written

    def seal(self, size: int) -> Received:
        """Read the whole file again, hash it, and give it a name under `incoming/`, where `Area.keep` finds it.

        Raises IntegrityFailure when there are not `size` bytes. May be repeated after an interruption at any point.
        """
        with storage_errors():
            os.fsync(self._fd)
            if os.fstat(self._fd).st_size != size:
                raise IntegrityFailure(_("Bytes of this upload are gone from the disk. Send the file again."))
            os.fchmod(self._fd, 0o400)
            # Its days of grace before a sweep begin now, however long ago the last byte came.
            os.utime(self._path)
            sha256, blake, length = self._hashes()
            if length != size:
                raise IntegrityFailure(_("Bytes of this upload are gone from the disk. Send the file again."))
            received = Received(sha256, blake, size, f"{self._key.hex}.part")
            self._area.prepare()
            self._area.discard(received)
            os.link(self._path, self._area.incoming / received.token)
        return received

    def remove(self) -> None:
        """Let go of the file, or of its name here once the store has it under its hash."""
        with suppress(FileNotFoundError):
            os.unlink(self._path)

    def _begin_anew(self) -> None:
        self.remove()
        self._close()
        self._fd = _open(self._path)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_named(self) -> bool:
        """Whether the file held is still the one of this name."""
        try:
            return os.stat(self._path).st_ino == os.fstat(self._fd).st_ino
        except FileNotFoundError:
            return False

    def _hashes(self) -> tuple[str, str, int]:
        """SHA-256, BLAKE3 and length of what is on the disk, not of what the memory holds of it."""
        os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.lseek(self._fd, 0, os.SEEK_SET)
        sha256, blake = Hashing(hashlib.sha256(), "sha256"), Hashing(blake3(), "blake3")
        length = 0
        try:
            while piece := os.read(self._fd, _READ):
                sha256.update(piece)
                blake.update(piece)
                length += len(piece)
        except OSError as error:
            sha256.stop()
            blake.stop()
            raise IntegrityFailure(_("The disk cannot read this upload again. Tell the administrator.")) from error
        return sha256.finish(), blake.finish(), length

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def busy() -> Busy:
    """The refusal of a second writer."""
    return Busy(_("Another part of this file is arriving. Wait, and ask how far it is."))


def folder_of(area: AnyArea) -> Path:
    """Where the unfinished files of an area lie: on its own file system."""
    return area.root / "resuming"


def create(area: AnyArea, key: uuid.UUID, size: int) -> None:
    """Make the empty file of a new upload. Raises StorageFull when `size` bytes would plainly not fit."""
    folder = folder_of(area)
    with storage_errors():
        area.prepare(size)
        folder.mkdir(mode=0o700, exist_ok=True)
        os.close(_open(folder / f"{key.hex}.part"))
        _sync_folder(folder)


def sweep(area: AnyArea, *, living: frozenset[uuid.UUID], older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove files of uploads that are not among `living` and were not touched for `older_than`; returns how many."""
    before, removed = time.time() - older_than.total_seconds(), 0
    kept = {f"{key.hex}.part" for key in living}
    try:
        names = os.listdir(folder_of(area))
    except FileNotFoundError:
        return 0
    for name in sorted(set(names) - kept):
        path = folder_of(area) / name
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < before:
                os.unlink(path)
                removed += 1
    return removed


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except PermissionError:
        # Sealed, and then interrupted: it is only read from now on.
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


__all__ = ["PIECE", "Busy", "Partial", "create", "folder_of", "sweep"]
