"""A folder of blobs by their SHA-256: what was received is kept, read, checked and, when nobody knows it, swept."""

from __future__ import annotations

import fcntl
import io
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import structlog
from django.utils.translation import gettext as _

from casework.core.errors import IntegrityFailure
from casework.evidence.store.interface import DIGEST, AnyArea, CheckResult, checked, is_older, names
from casework.evidence.store.receiving import Received
from casework.evidence.store.refusals import missing, storage_errors

_log = structlog.get_logger("casework.evidence.store")


class Area(AnyArea):
    """A folder of blobs: `sha256/ab/cd/<hash>`, `incoming/`, and `damaged/` with what was replaced, which nothing
    removes. `replaceable` areas let go of a blob when asked."""

    def __init__(self, root: Path, *, replaceable: bool = False) -> None:
        super().__init__(root)
        self.replaceable = replaceable
        self.blobs, self.damaged = self.root / "sha256", self.root / "damaged"

    def prepare(self, expected_size: int = 0) -> None:
        """As every area's, and the folder of the blobs."""
        super().prepare(expected_size)
        self.blobs.mkdir(mode=0o700, exist_ok=True)

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

    def open_file(self, sha256: str) -> io.FileIO:
        """The stored file itself."""
        return self.open(sha256)

    def size(self, sha256: str) -> int:
        """Bytes stored. Raises IntegrityFailure when they are missing."""
        with self.open(sha256) as blob:
            return os.fstat(blob.fileno()).st_size

    def _forget_cached(self, blob: io.RawIOBase) -> None:
        """The disk is asked, not the page cache."""
        os.posix_fadvise(blob.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def iterate(self) -> Iterator[str]:
        """Every stored hash, in order."""
        for first in names(self.blobs):
            for second in names(self.blobs / first):
                for name in names(self.blobs / first / second):
                    if DIGEST.fullmatch(name) and name.startswith(first + second):
                        yield name

    def set_aside(self) -> list[str]:
        """The names of damaged files that were replaced: each the hash that it no longer has, and a mark."""
        return names(self.damaged)

    def remove(self, sha256: str) -> None:
        """Let go of a derived blob that will be made again. Originals are never removed: raises TypeError."""
        if not self.replaceable:
            raise TypeError("originals are write-once")
        with suppress(FileNotFoundError):
            os.unlink(self._path(sha256))

    def _older(self, sha256: str, before: float) -> bool:
        return is_older(self._path(sha256), before)

    def _remove_orphan(self, sha256: str) -> bool:
        with suppress(FileNotFoundError):
            os.unlink(self._path(sha256))
        return True

    def _path(self, sha256: str) -> Path:
        checked(sha256)
        return self.blobs / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
