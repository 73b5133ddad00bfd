"""The write-once store of evidence bytes, addressed by their SHA-256. No other module opens evidence files.

The order of an upload is what makes an acknowledged file durable:

    receive   a temporary file on the same file system, hashed while it is written, flushed and fsynced
    keep      a hard link to sha256/ab/cd/<hash> that never overwrites, then fsync of the directories
    caller    one database transaction: blob, evidence, custody, audit

A process killed before the transaction leaves at most bytes that no row mentions; `sweep` removes those after a day.
Paths are made from validated hashes alone, never from anything a person typed. Storing bytes that are already there
answers exactly as storing new ones, so that nobody learns what another team holds.

Two areas share this code: `originals()`, immutable, and `derived()`, previews that may be thrown away and made again.
"""

from __future__ import annotations

import errno
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
from queue import Queue
from threading import Thread
from typing import Protocol, Self

from blake3 import blake3
from django.conf import settings
from django.utils.translation import gettext as _

from casework.core.errors import DomainError, IntegrityFailure, Invalid, StorageFull, TooLarge

PIECE = 1 << 20
DIGEST = re.compile(r"[0-9a-f]{64}")
TOKEN = re.compile(r"[0-9a-f]{32}\.part")
ORPHAN_AGE = timedelta(hours=24)

# Below this size one thread hashes as fast as three; above it each digest gets a thread of its own.
_THREAD_FROM = 4 * PIECE
_QUEUE_PIECES = 8
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
# Left free for the database, logs and the temporary files of others on the same disk.
_HEADROOM = 64 * PIECE


class EmptyFile(Invalid):
    """A file of 0 bytes: there is nothing to preserve."""

    status = 422
    code = "empty_file"


class CheckResult(StrEnum):
    """What a re-hash of stored bytes found. `DIGEST` includes bytes that the disk can no longer read."""

    OK = "ok"
    MISSING = "missing"
    SIZE = "size"
    DIGEST = "digest"


@dataclass(frozen=True)
class Received:
    """Bytes that are on disk and fsynced under `incoming/`, not yet kept. `size` in bytes; `token` names the file."""

    sha256: str
    blake3: str
    size: int
    token: str


@dataclass(frozen=True)
class Swept:
    """How many stale temporary files and how many unreferenced blobs a sweep removed."""

    incoming: int
    blobs: int


class Digest(Protocol):
    """What hashlib and blake3 have in common."""

    def update(self, piece: bytes, /) -> object: ...
    def hexdigest(self) -> str: ...


class Readable(Protocol):
    """Anything with `read(size) -> bytes`."""

    def read(self, size: int = ..., /) -> bytes: ...


class _Hashing:
    """One digest beside the writer: in the same thread while the file is small, in its own from then on.

    SHA-256 takes about as long as writing, and both digests let go of the interpreter while they work. The queue
    holds eight pieces at most, so a fast sender waits for the digest instead of filling the memory.
    """

    def __init__(self, digest: Digest, name: str) -> None:
        self._digest, self._name = digest, name
        self._queue: Queue[bytes | None] | None = None
        self._thread: Thread | None = None
        self._failure: Exception | None = None
        self._size = 0

    def update(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._queue is None and self._size > _THREAD_FROM:
            self._queue = Queue(_QUEUE_PIECES)
            self._thread = Thread(target=self._work, args=(self._queue,), name=f"store-{self._name}", daemon=True)
            self._thread.start()
        if self._queue is None:
            self._digest.update(piece)
        else:
            self._queue.put(piece)

    def _work(self, queue: Queue[bytes | None]) -> None:
        while (piece := queue.get()) is not None:
            try:
                self._digest.update(piece)
            except (MemoryError, ValueError) as error:
                # Kept for `finish`; the queue is still emptied, or the writer would wait for ever.
                self._failure = error

    def finish(self) -> str:
        """Wait for what is queued. The digest in hexadecimal; raises what went wrong in the thread."""
        if self._queue is not None and self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._queue = self._thread = None
        if self._failure is not None:
            raise self._failure
        return self._digest.hexdigest()

    def stop(self) -> None:
        """End the thread; the digest is not wanted."""
        self._failure = None
        self.finish()


class Incoming:
    """One file on its way in: `write` pieces, then `finish` or `abort`. As a context it aborts what is not finished.

    Constant memory. `limit` and `expected_size` in bytes. Raises TooLarge past the limit or past what was declared,
    Invalid when less came than was declared, EmptyFile for 0 bytes, StorageFull when the disk has no room; whichever
    it is, the temporary file is gone afterwards.
    """

    def __init__(self, area: Area, *, limit: int, expected_size: int | None = None) -> None:
        self.limit, self.expected_size, self.size = limit, expected_size, 0
        self.token = f"{secrets.token_hex(16)}.part"
        self._area, self._fd = area, -1
        self._buffer = bytearray()
        self._sha256, self._blake3 = _Hashing(hashlib.sha256(), "sha256"), _Hashing(blake3(), "blake3")
        if expected_size is not None and expected_size > limit:
            raise too_large(limit)
        with _storage_errors():
            area.prepare(expected_size or 0)
            self._fd = os.open(area.incoming / self.token, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.abort()

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take the next bytes. They are written in pieces of a mebibyte, whatever the size of the chunks."""
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
            with _storage_errors():
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
            os.unlink(self._area.incoming / self.token)

    def _drain(self) -> None:
        if self._buffer:
            piece = bytes(self._buffer)
            self._buffer.clear()
            self._put(piece)

    def _put(self, piece: bytes) -> None:
        self._sha256.update(piece)
        self._blake3.update(piece)
        try:
            with _storage_errors():
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
        except BaseException:
            self.abort()
            raise


class Area:
    """A folder of blobs: `sha256/ab/cd/<hash>` and `incoming/`. `replaceable` areas let go of a blob when asked."""

    def __init__(self, root: Path, *, replaceable: bool = False) -> None:
        self.root, self.replaceable = Path(root), replaceable
        self.incoming, self.blobs = self.root / "incoming", self.root / "sha256"

    # Receiving

    def prepare(self, expected_size: int = 0) -> None:
        """Make the folders; raise StorageFull when `expected_size` bytes would plainly not fit."""
        for folder in (self.root, self.incoming, self.blobs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if expected_size and self.free_bytes() < expected_size + _HEADROOM:
            raise storage_full()

    def begin(self, *, limit: int | None = None, expected_size: int | None = None) -> Incoming:
        """A writer for one file; `limit` in bytes, the configured one when left out."""
        return Incoming(
            self, limit=settings.CASEWORK_MAX_UPLOAD if limit is None else limit, expected_size=expected_size
        )

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

    def keep(self, received: Received) -> str:
        """Give received bytes their permanent name and return their SHA-256; the caller's transaction comes next.

        The same bytes kept before are left as they are, and their day of grace before a sweep starts anew. Raises
        IntegrityFailure when what is stored under the hash has another size.
        """
        target, source = self._path(received.sha256), self._incoming_path(received.token)
        with _storage_errors(), self._lock(fcntl.LOCK_SH):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except FileExistsError:
                if target.lstat().st_size != received.size:
                    raise IntegrityFailure(
                        _("The store is damaged and did not take the file. Tell the administrator.")
                    ) from None
                os.utime(target)
            # Every level each time: another thread may have made the folder or the link and not yet synced it.
            for folder in (target.parent, target.parent.parent, self.blobs):
                _sync_folder(folder)
        self.discard(received)
        return received.sha256

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


def originals() -> Area:
    """The immutable originals, under CASEWORK_STORE."""
    return Area(settings.CASEWORK_STORE)


def derived() -> Area:
    """Previews, under CASEWORK_STORE/derived: the same addressing, each replaceable by making it again."""
    return Area(Path(settings.CASEWORK_STORE) / "derived", replaceable=True)


def begin(*, limit: int | None = None, expected_size: int | None = None) -> Incoming:
    """`Area.begin` of the originals."""
    return originals().begin(limit=limit, expected_size=expected_size)


def receive(
    source: Readable | Iterable[bytes], *, limit: int | None = None, expected_size: int | None = None
) -> Received:
    """`Area.receive` of the originals."""
    return originals().receive(source, limit=limit, expected_size=expected_size)


def keep(received: Received) -> str:
    """`Area.keep` of the originals."""
    return originals().keep(received)


def discard(received: Received) -> None:
    """`Area.discard` of the originals."""
    originals().discard(received)


def open_blob(sha256: str) -> io.FileIO:
    """`Area.open` of the originals."""
    return originals().open(sha256)


def head(sha256: str, length: int = 64 * 1024) -> bytes:
    """`Area.head` of the originals."""
    return originals().head(sha256, length)


def size(sha256: str) -> int:
    """`Area.size` of the originals."""
    return originals().size(sha256)


def check(sha256: str, size: int | None = None) -> CheckResult:
    """`Area.check` of the originals."""
    return originals().check(sha256, size)


def iterate() -> Iterator[str]:
    """`Area.iterate` of the originals."""
    return originals().iterate()


def sweep(*, is_known: Callable[[str], bool], older_than: timedelta = ORPHAN_AGE) -> Swept:
    """`Area.sweep` of the originals."""
    return originals().sweep(is_known=is_known, older_than=older_than)


def is_writable() -> bool:
    """`Area.is_writable` of the originals."""
    return originals().is_writable()


def too_large(limit: int) -> TooLarge:
    """The refusal of more bytes than permitted or announced."""
    return TooLarge(_("The file is larger than permitted or announced (%(limit)s bytes).") % {"limit": limit})


def storage_full() -> StorageFull:
    """The refusal for want of room."""
    return StorageFull(_("The store has no room for the file. Nothing was recorded. Tell the administrator."))


def missing() -> IntegrityFailure:
    """The refusal to go on without bytes that ought to be there."""
    return IntegrityFailure(_("The stored file is missing or damaged. Tell the administrator."))


@contextmanager
def _storage_errors() -> Iterator[None]:
    """A full disk or quota as the domain's own error; any other failure of the disk stays what it is."""
    try:
        yield
    except DomainError:
        raise
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise storage_full() from error
        raise


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
