"""A folder of blobs by their SHA-256: what was received is kept, read, checked and, when nobody knows it, swept."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from casework.core.errors import IntegrityFailure
from casework.evidence.store.receiving import PIECE, Incoming, Received
from casework.evidence.store.refusals import missing, storage_errors, storage_full, too_large

DIGEST = re.compile(r"[0-9a-f]{64}")
TOKEN = re.compile(r"[0-9a-f]{32}\.part")
ORPHAN_AGE = timedelta(hours=24)
_log = structlog.get_logger("casework.evidence.store")
# Left free for the database, logs and the temporary files of others on the same disk.
_HEADROOM = 64 * PIECE


class CheckResult(StrEnum):
    """What a re-hash of stored bytes found. `DIGEST` includes bytes that the disk can no longer read."""

    OK = "ok"
    MISSING = "missing"
    SIZE = "size"
    DIGEST = "digest"


@dataclass(frozen=True)
class Swept:
    """How many stale temporary files and how many unreferenced blobs a sweep removed."""

    incoming: int
    blobs: int


class Readable(Protocol):
    """Anything with `read(size) -> bytes`."""

    def read(self, size: int = ..., /) -> bytes: ...


class Area:
    """A folder of blobs: `sha256/ab/cd/<hash>`, `incoming/`, and `damaged/` with what was replaced, which nothing
    removes. `replaceable` areas let go of a blob when asked."""

    def __init__(self, root: Path, *, replaceable: bool = False) -> None:
        self.root, self.replaceable = Path(root), replaceable
        self.incoming, self.blobs = self.root / "incoming", self.root / "sha256"
        self.damaged = self.root / "damaged"

    # Receiving

    def prepare(self, expected_size: int = 0) -> None:
        """Make the folders; raise StorageFull when `expected_size` bytes would plainly not fit."""
        for folder in (self.root, self.incoming, self.blobs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if expected_size and self.free_bytes() < expected_size + _HEADROOM:
            raise storage_full()

    def begin(self, *, limit: int | None = None, expected_size: int | None = None) -> Incoming:
        """A writer for one file; `limit` in bytes, the configured one when left out. Raises TooLarge and StorageFull
        when it is plain at once that the file cannot be taken."""
        limit = settings.CASEWORK_MAX_UPLOAD if limit is None else limit
        if expected_size is not None and expected_size > limit:
            raise too_large(limit)
        with storage_errors():
            self.prepare(expected_size or 0)
        return Incoming(self.incoming, limit=limit, expected_size=expected_size)

    def receive(
        self, source: Readable | Iterable[bytes], *, limit: int | None = None, expected_size: int | None = None
    ) -> Received:
        """Read a stream, or an iterable of chunks, to its end. Raises as `Incoming` does."""
        read = getattr(source, "read", None)
        chunks: Iterable[bytes] = iter(lambda: read(PIECE), b"") if read else source  # type: ignore[assignment]
        with self.begin(limit=limit, expected_size=expected_size) as incoming:
            for chunk in chunks:
                incoming.write(chunk)
            return incoming.finish()

    def keep(self, received: Received, *, on_repair: Callable[[str], None] | None = None) -> str:
        """Give received bytes their permanent name and return their SHA-256; the caller's transaction comes next.

        The same bytes kept before are hashed anew. Sound ones are left as they are, and their day of grace before a
        sweep starts anew; damaged ones are set aside in `damaged/` and replaced by those received, and `on_repair` is
        told under which name they lie there. Raises IntegrityFailure when what has the name is no file.
        """
        target, source = self._path(received.sha256), self._incoming_path(received.token)
        damaged = 0
        with storage_errors(), self._lock(fcntl.LOCK_SH):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except FileExistsError:
                damaged = self._damaged_inode(received)
                if not damaged:
                    os.utime(target)
            # Every level each time: another thread may have made the folder or the link and not yet synced it.
            for folder in (target.parent, target.parent.parent, self.blobs):
                _sync_folder(folder)
        if damaged:
            name = self._replace(received, damaged)
            if name and on_repair:
                on_repair(name)
        self.discard(received)
        return received.sha256

    def _damaged_inode(self, received: Received) -> int:
        """The number of the stored file when its bytes are not those of its name, else 0."""
        try:
            with self.open(received.sha256) as blob:
                inode = os.fstat(blob.fileno()).st_ino
        except IntegrityFailure:
            raise IntegrityFailure(
                _("The store is damaged and did not take the file. Tell the administrator.")
            ) from None
        return 0 if self.check(received.sha256, received.size) is CheckResult.OK else inode

    def _replace(self, received: Received, inode: int) -> str:
        """Put received bytes in the place of the damaged file `inode`, which keeps another name; returns that name.

        Alone in the store meanwhile. Whoever comes second finds another file there and does nothing. At no moment is
        the hash without a file, and the damaged one has its new name before it loses the old.
        """
        target, spare = self._path(received.sha256), self.incoming / f"{secrets.token_hex(16)}.part"
        with storage_errors(), self._lock(fcntl.LOCK_EX):
            if target.lstat().st_ino != inode:
                return ""
            self.damaged.mkdir(mode=0o700, exist_ok=True)
            name = f"{received.sha256}.{secrets.token_hex(4)}"
            os.link(target, self.damaged / name)
            _sync_folder(self.damaged)
            _sync_folder(self.root)
            os.link(self._incoming_path(received.token), spare)
            os.rename(spare, target)
            _sync_folder(target.parent)
        _log.error("evidence.damaged_file_replaced", set_aside=name)
        return name

    def discard(self, received: Received) -> None:
        """Remove received bytes that will not be kept, and the temporary name of those that were."""
        with suppress(FileNotFoundError):
            os.unlink(self._incoming_path(received.token))

    # Reading

    def open(self, sha256: str) -> io.FileIO:
        """The stored bytes, read-only and unbuffered. Raises IntegrityFailure when they are missing."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            fd = os.open(self._path(sha256), flags)
        except OSError as error:
            raise missing() from error
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise missing()
        return io.FileIO(fd, "rb", closefd=True)

    def head(self, sha256: str, length: int = 64 * 1024) -> bytes:
        """The first bytes, for sniffing."""
        with self.open(sha256) as blob:
            return blob.read(length)

    def size(self, sha256: str) -> int:
        """Bytes stored. Raises IntegrityFailure when they are missing."""
        with self.open(sha256) as blob:
            return os.fstat(blob.fileno()).st_size

    def check(self, sha256: str, size: int | None = None) -> CheckResult:
        """Hash the stored bytes again, from the disk rather than the page cache, against their name and size."""
        try:
            blob = self.open(sha256)
        except IntegrityFailure:
            return CheckResult.MISSING
        with blob:
            fd = blob.fileno()
            if size is not None and os.fstat(fd).st_size != size:
                return CheckResult.SIZE
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            digest, buffer = hashlib.sha256(), memoryview(bytearray(PIECE))
            try:
                while count := blob.readinto(buffer):
                    digest.update(buffer[:count])
            except OSError:
                return CheckResult.DIGEST
        return CheckResult.OK if digest.hexdigest() == sha256 else CheckResult.DIGEST

    def iterate(self) -> Iterator[str]:
        """Every stored hash, in order."""
        for first in _names(self.blobs):
            for second in _names(self.blobs / first):
                for name in _names(self.blobs / first / second):
                    if DIGEST.fullmatch(name) and name.startswith(first + second):
                        yield name

    def set_aside(self) -> list[str]:
        """The names of damaged files that were replaced: each the hash that it no longer has, and a mark."""
        return _names(self.damaged)

    # Housekeeping

    def sweep(self, *, is_known: Callable[[str], bool], older_than: timedelta = ORPHAN_AGE) -> Swept:
        """Remove temporary files and unreferenced blobs older than `older_than`.

        `is_known(sha256)` says whether a committed row mentions the blob. It is asked, and the age looked at again,
        under a lock that no `keep` can hold meanwhile: bytes kept a moment ago are young and stay.
        """
        before = time.time() - older_than.total_seconds()
        incoming = sum(_remove_if_older(self.incoming / name, before) for name in _names(self.incoming))
        blobs = 0
        for sha256 in self.iterate():
            path = self._path(sha256)
            if not _older(path, before) or is_known(sha256):
                continue
            with self._lock(fcntl.LOCK_EX):
                if not is_known(sha256):
                    blobs += _remove_if_older(path, before)
        return Swept(incoming, blobs)

    def remove(self, sha256: str) -> None:
        """Let go of a derived blob that will be made again. Originals are never removed: raises TypeError."""
        if not self.replaceable:
            raise TypeError("originals are write-once")
        with suppress(FileNotFoundError):
            os.unlink(self._path(sha256))

    def is_writable(self) -> bool:
        """Whether a file can be written, linked, synced and removed now: the steps that every upload needs."""
        token = f"{secrets.token_hex(16)}.part"
        path, linked = self.incoming / token, self.incoming / f"{token}.link"
        try:
            self.prepare()
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(fd, b"casework")
                os.fsync(fd)
            finally:
                os.close(fd)
            os.link(path, linked)
        except OSError:
            return False
        finally:
            for name in (path, linked):
                with suppress(OSError):
                    os.unlink(name)
        return True

    def free_bytes(self) -> int:
        """Bytes free on the store's file system for this process."""
        return shutil.disk_usage(self.root).free

    def _path(self, sha256: str) -> Path:
        if not isinstance(sha256, str) or not DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.blobs / sha256[:2] / sha256[2:4] / sha256

    def _incoming_path(self, token: str) -> Path:
        if not TOKEN.fullmatch(token):
            raise ValueError("not a token of this store")
        return self.incoming / token

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        fd = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, kind)
            yield
        finally:
            os.close(fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _older(path: Path, before: float) -> bool:
    try:
        return path.lstat().st_mtime < before
    except FileNotFoundError:
        return False


def _remove_if_older(path: Path, before: float) -> bool:
    if not _older(path, before):
        return False
    with suppress(FileNotFoundError):
        os.unlink(path)
    return True
