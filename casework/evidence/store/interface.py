"""What every store of bytes can do, wherever it keeps them: the local side, `incoming/`, is the same for all."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import secrets
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from django.conf import settings

from casework.core.errors import IntegrityFailure
from casework.evidence.store.receiving import PIECE, Incoming, Received
from casework.evidence.store.refusals import storage_errors, storage_full, too_large

DIGEST = re.compile(r"[0-9a-f]{64}")
TOKEN = re.compile(r"[0-9a-f]{32}\.part")
ORPHAN_AGE = timedelta(hours=24)
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


class AnyArea(ABC):
    """Write-once bytes by their SHA-256. Whatever is on its way in lies under `root/incoming/` on a local disk, hashed
    and fsynced; where it is kept is the business of the areas themselves."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self.incoming = self.root / "incoming"

    # Receiving

    def prepare(self, expected_size: int = 0) -> None:
        """Make the folders; raise StorageFull when `expected_size` bytes would plainly not fit."""
        for folder in (self.root, self.incoming):
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

    @abstractmethod
    def keep(self, received: Received, *, on_repair: Callable[[str], None] | None = None) -> str:
        """Give received bytes their permanent name and return their SHA-256; the caller's transaction comes next.

        The same bytes kept before are hashed anew. Sound ones are left as they are, and their day of grace before a
        sweep starts anew; damaged ones are set aside and replaced by those received, and `on_repair` is told under
        which name they lie there.
        """

    def discard(self, received: Received) -> None:
        """Remove received bytes that will not be kept, and the temporary name of those that were."""
        with suppress(FileNotFoundError):
            os.unlink(self._incoming_path(received.token))

    # Reading

    @abstractmethod
    def open(self, sha256: str) -> io.RawIOBase:
        """The stored bytes, read-only, unbuffered, seekable. Raises IntegrityFailure when they are missing."""

    @abstractmethod
    def open_file(self, sha256: str) -> io.FileIO:
        """The stored bytes as an open file of this machine, for a reader in a process of its own."""

    @abstractmethod
    def size(self, sha256: str) -> int:
        """Bytes stored. Raises IntegrityFailure when they are missing."""

    @abstractmethod
    def iterate(self) -> Iterator[str]:
        """Every stored hash, in order."""

    @abstractmethod
    def set_aside(self) -> list[str]:
        """The names of damaged files that were replaced: each the hash that it no longer has, and a mark."""

    def head(self, sha256: str, length: int = 64 * 1024) -> bytes:
        """The first bytes, for sniffing."""
        with self.open(sha256) as blob:
            return blob.read(length) or b""

    def check(
        self, sha256: str, size: int | None = None, *, on_piece: Callable[[int], None] | None = None
    ) -> CheckResult:
        """Hash the stored bytes again, as they lie in the store, against their name and size. `on_piece` is told how
        many bytes were read, piece by piece, and may hold the reading up."""
        try:
            if size is not None and self.size(sha256) != size:
                return CheckResult.SIZE
            blob = self.open(sha256)
        except IntegrityFailure:
            return CheckResult.MISSING
        with blob:
            self._forget_cached(blob)
            digest, buffer = hashlib.sha256(), memoryview(bytearray(PIECE))
            try:
                while count := blob.readinto(buffer):
                    digest.update(buffer[:count])
                    if on_piece is not None:
                        on_piece(count)
            except (OSError, IntegrityFailure):
                return CheckResult.DIGEST
        return CheckResult.OK if digest.hexdigest() == sha256 else CheckResult.DIGEST

    @abstractmethod
    def _forget_cached(self, blob: io.RawIOBase) -> None:
        """Have the bytes read anew where somebody might keep a copy of them."""

    # Housekeeping

    def sweep(self, *, is_known: Callable[[str], bool], older_than: timedelta = ORPHAN_AGE) -> Swept:
        """Remove temporary files and unreferenced blobs older than `older_than`.

        `is_known(sha256)` says whether a committed row mentions the blob. It is asked, and the age looked at again,
        under a lock that no `keep` can hold meanwhile: bytes kept a moment ago are young and stay.
        """
        before = time.time() - older_than.total_seconds()
        incoming = sum(remove_if_older(self.incoming / name, before) for name in names(self.incoming))
        blobs = 0
        for sha256 in self.iterate():
            if not self._older(sha256, before) or is_known(sha256):
                continue
            with self._lock(fcntl.LOCK_EX):
                if not is_known(sha256) and self._older(sha256, before):
                    blobs += self._remove_orphan(sha256)
        return Swept(incoming, blobs)

    @abstractmethod
    def _older(self, sha256: str, before: float) -> bool:
        """Whether the bytes were last kept before that time, in seconds since 1970."""

    @abstractmethod
    def _remove_orphan(self, sha256: str) -> bool:
        """Let go of bytes that no record mentions; whether they are gone."""

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


def checked(sha256: str) -> str:
    """A hash that may become part of a path or key: anything else raises ValueError."""
    if not isinstance(sha256, str) or not DIGEST.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return sha256


def names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_older(path: Path, before: float) -> bool:
    try:
        return path.lstat().st_mtime < before
    except FileNotFoundError:
        return False


def remove_if_older(path: Path, before: float) -> bool:
    if not is_older(path, before):
        return False
    with suppress(FileNotFoundError):
        os.unlink(path)
    return True
