"""The write-once store of evidence bytes, addressed by their SHA-256. No other package opens evidence files.

The order of an upload is what makes an acknowledged file durable:

    receive   a temporary file on the same file system, hashed while it is written, flushed and fsynced
    keep      a hard link to sha256/ab/cd/<hash> that never overwrites sound bytes, then fsync of the directories
    caller    one database transaction: blob, evidence, custody, audit

A process killed before the transaction leaves at most bytes that no row mentions; `sweep` removes those after a day.
Paths are made from validated hashes alone, never from anything a person typed. Storing bytes that are already there
answers exactly as storing new ones, so that nobody learns what another team holds.

Two areas share this code: `originals()`, immutable, and `derived()`, previews that may be thrown away and made again.
Previews lie on the local disk; originals there too, or in a bucket of S3-compatible storage, by the same interface.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from casework.evidence.store.area import Area
from casework.evidence.store.bucket import Bucket, BucketArea
from casework.evidence.store.interface import DIGEST, ORPHAN_AGE, TOKEN, AnyArea, CheckResult, Readable, Swept
from casework.evidence.store.receiving import PIECE, Incoming, Received
from casework.evidence.store.refusals import EmptyFile, StoreUnreachable, missing, storage_full, too_large

__all__ = [
    "DIGEST",
    "ORPHAN_AGE",
    "PIECE",
    "TOKEN",
    "AnyArea",
    "Area",
    "Bucket",
    "BucketArea",
    "CheckResult",
    "EmptyFile",
    "Incoming",
    "Readable",
    "Received",
    "StoreUnreachable",
    "Swept",
    "begin",
    "check",
    "derived",
    "discard",
    "head",
    "is_writable",
    "iterate",
    "keep",
    "missing",
    "open_blob",
    "open_file",
    "originals",
    "receive",
    "size",
    "storage_full",
    "sweep",
    "too_large",
]


def originals() -> AnyArea:
    """The immutable originals: under CASEWORK_STORE, or in the bucket that the settings name."""
    bucket = Bucket(**settings.CASEWORK_S3)
    return BucketArea(settings.CASEWORK_STORE, bucket) if bucket.name else Area(settings.CASEWORK_STORE)


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


def keep(received: Received, *, on_repair: Callable[[str], None] | None = None) -> str:
    """`Area.keep` of the originals."""
    return originals().keep(received, on_repair=on_repair)


def discard(received: Received) -> None:
    """`Area.discard` of the originals."""
    originals().discard(received)


def open_blob(sha256: str) -> io.RawIOBase:
    """`Area.open` of the originals."""
    return originals().open(sha256)


def open_file(sha256: str) -> io.FileIO:
    """`Area.open_file` of the originals."""
    return originals().open_file(sha256)


def head(sha256: str, length: int = 64 * 1024) -> bytes:
    """`Area.head` of the originals."""
    return originals().head(sha256, length)


def size(sha256: str) -> int:
    """`Area.size` of the originals."""
    return originals().size(sha256)


def check(sha256: str, size: int | None = None, *, on_piece: Callable[[int], None] | None = None) -> CheckResult:
    """`Area.check` of the originals."""
    return originals().check(sha256, size, on_piece=on_piece)


def iterate() -> Iterator[str]:
    """`Area.iterate` of the originals."""
    return originals().iterate()


def sweep(*, is_known: Callable[[str], bool], older_than: timedelta = ORPHAN_AGE) -> Swept:
    """`Area.sweep` of the originals."""
    return originals().sweep(is_known=is_known, older_than=older_than)


def is_writable() -> bool:
    """`Area.is_writable` of the originals."""
    return originals().is_writable()
