"""A bucket of S3-compatible storage: the same store, kept elsewhere, where the storage itself forbids to change it.

What arrives lies on the local disk first, hashed and fsynced as always; `keep` puts it into the bucket under
`sha256/ab/cd/<hash>` with its SHA-256, which the storage compares with what it received, and without ever replacing
another object. With a lock (S3 Object Lock, of a bucket with versions) nobody removes or overwrites it before the lock
ends; a damaged object that is replaced stays as the version before, and as a copy under `damaged/`.
"""

from __future__ import annotations

import base64
import datetime
import fcntl
import hashlib
import io
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from casework.audit import clock
from casework.core.errors import IntegrityFailure
from casework.evidence.store.interface import DIGEST, ORPHAN_AGE, AnyArea, CheckResult, checked
from casework.evidence.store.receiving import PIECE, Received
from casework.evidence.store.refusals import StoreUnreachable, missing, storage_errors, storage_full, unreachable

PART = 64 << 20
"""Larger files travel in parts of this size, in bytes; each is compared with its own SHA-256."""
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_TAKEN = {"412", "PreconditionFailed", "ConditionalRequestConflict"}
_FULL = {"507", "XMinioStorageFull", "QuotaExceeded", "InsufficientStorage"}
_log = structlog.get_logger("casework.evidence.store")


@dataclass(frozen=True)
class Bucket:
    """Where the store is: name, prefix of every key (empty, or ending in "/"), address of the service (empty for
    AWS's own), and the lock: "governance", "compliance" or none, for so many days."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    lock: str = ""
    lock_days: int = 3650


@cache
def _client(endpoint: str) -> Any:
    """One client for the process; it may be used by many threads. Credentials come from the environment, in the ways
    every S3 client knows."""
    import boto3
    from botocore.config import Config

    retries = {"max_attempts": 4, "mode": "standard"}
    config = Config(retries=retries, connect_timeout=10, read_timeout=60, request_checksum_calculation="when_required")
    return boto3.client("s3", endpoint_url=endpoint or None, config=config)


class BucketArea(AnyArea):
    """Blobs in a bucket; `root` is the local folder for what is on its way."""

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self.bucket, self.client = bucket, _client(bucket.endpoint)

    def keep(self, received: Received, *, on_repair: Callable[[str], None] | None = None) -> str:
        """As every area's: put what is not there, look at what is, replace what is damaged."""
        with self._lock(fcntl.LOCK_SH):
            if not self._put(received, only_new=True):
                self._keep_again(received, on_repair)
        self.discard(received)
        return received.sha256

    def _keep_again(self, received: Received, on_repair: Callable[[str], None] | None) -> None:
        found = self.check(received.sha256, received.size)
        if found is not CheckResult.OK:
            name = self._set_aside(received.sha256) if found is not CheckResult.MISSING else ""
            self._put(received)
            if name and on_repair:
                on_repair(name)
        elif not self.bucket.lock and self._older(received.sha256, clock.now().timestamp() - _HALF_AGE):
            # Its day of grace starts anew: a sweep must not take it before the caller's transaction has named it.
            self._put(received)

    def open(self, sha256: str) -> io.RawIOBase:
        """The object as a stream; each seek asks the storage anew."""
        return _Object(self, self._key(sha256), self.size(sha256))

    def open_file(self, sha256: str) -> io.FileIO:
        """A nameless copy on the local disk, compared with its hash; gone when it is closed."""
        digest = hashlib.sha256()
        with storage_errors(), ExitStack() as unless_whole:
            self.prepare()
            copy: Any = unless_whole.enter_context(tempfile.TemporaryFile(dir=self.incoming, buffering=0))
            with self.open(sha256) as blob:
                while piece := blob.read(PIECE):
                    digest.update(piece)
                    copy.write(piece)
            if digest.hexdigest() != sha256:
                raise missing()
            unless_whole.pop_all()
        copy.seek(0)
        return copy

    def _forget_cached(self, blob: io.RawIOBase) -> None:
        """Nobody keeps a copy: each opening asks the storage."""

    def size(self, sha256: str) -> int:
        """Bytes stored, as the storage says. Raises IntegrityFailure when they are missing."""
        return int(self._look(sha256)["ContentLength"])

    def iterate(self) -> Iterator[str]:
        """Every stored hash, in order."""
        for key in self._keys("sha256/"):
            first, second, name = (["", "", *key.split("/")])[-3:]
            if DIGEST.fullmatch(name) and name.startswith(first + second):
                yield name

    def set_aside(self) -> list[str]:
        """The copies of damaged objects that were replaced."""
        return [key.rpartition("/")[2] for key in self._keys("damaged/")]

    def is_writable(self) -> bool:
        """Whether the local folder takes files and the bucket answers."""
        try:
            with self._asking():
                self.client.head_bucket(Bucket=self.bucket.name)
        except (IntegrityFailure, StoreUnreachable, _Taken):
            return False
        return super().is_writable()

    def locked_until(self, sha256: str) -> datetime.datetime | None:
        """Until when the storage lets nobody remove or replace the bytes; None without a lock."""
        until: datetime.datetime | None = self._look(sha256).get("ObjectLockRetainUntilDate")
        return until

    # Writing

    def _put(self, received: Received, *, only_new: bool = False) -> bool:
        """Send received bytes; False when an object was there and `only_new` asked to leave it."""
        extra = {**self._retention(), **({"IfNoneMatch": "*"} if only_new else {})}
        send = self._put_whole if received.size <= PART else self._put_parts
        with storage_errors(), open(self._incoming_path(received.token), "rb") as file:
            try:
                with self._asking():
                    send(received, file, extra)
            except _Taken:
                return False
        return True

    def _put_whole(self, received: Received, file: io.BufferedReader, extra: dict[str, Any]) -> None:
        digest = base64.b64encode(bytes.fromhex(received.sha256)).decode()
        self.client.put_object(
            **self._at(received.sha256), Body=file, ChecksumAlgorithm="SHA256", ChecksumSHA256=digest, **extra
        )

    def _put_parts(self, received: Received, file: io.BufferedReader, extra: dict[str, Any]) -> None:
        extra = dict(extra)
        condition = {"IfNoneMatch": extra.pop("IfNoneMatch")} if "IfNoneMatch" in extra else {}
        if condition and self._is_there(received.sha256):
            raise _Taken
        at = self._at(received.sha256)
        begun = self.client.create_multipart_upload(**at, ChecksumAlgorithm="SHA256", **extra)
        upload = {**at, "UploadId": begun["UploadId"]}
        try:
            parts: list[dict[str, Any]] = []
            while piece := file.read(PART):
                digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
                number = len(parts) + 1
                sent = self.client.upload_part(**upload, PartNumber=number, Body=piece, ChecksumSHA256=digest)
                parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": digest})
            self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **condition)
            self._lock_if_left_open(received.sha256)
        except BaseException:
            self.client.abort_multipart_upload(**upload)
            raise

    def _retention(self) -> dict[str, Any]:
        if not self.bucket.lock:
            return {}
        until = clock.now() + datetime.timedelta(days=self.bucket.lock_days)
        return {"ObjectLockMode": self.bucket.lock.upper(), "ObjectLockRetainUntilDate": until}

    def _lock_if_left_open(self, sha256: str) -> None:
        """Some services forget the lock of what travelled in parts."""
        if self.bucket.lock and self.locked_until(sha256) is None:
            wanted = self._retention()
            retention = {"Mode": wanted["ObjectLockMode"], "RetainUntilDate": wanted["ObjectLockRetainUntilDate"]}
            self.client.put_object_retention(**self._at(sha256), Retention=retention)

    def _set_aside(self, sha256: str) -> str:
        name = f"{sha256}.{secrets.token_hex(4)}"
        with self._asking():
            source = {"Bucket": self.bucket.name, "Key": self._key(sha256)}
            self.client.copy(source, self.bucket.name, f"{self.bucket.prefix}damaged/{name}")
        _log.error("evidence.damaged_file_replaced", set_aside=name)
        return name

    # Housekeeping

    def _older(self, sha256: str, before: float) -> bool:
        try:
            return bool(self._look(sha256)["LastModified"].timestamp() < before)
        except IntegrityFailure:
            return False

    def _remove_orphan(self, sha256: str) -> bool:
        """What is locked stays until the lock ends: it harms nobody."""
        until = self.locked_until(sha256)
        if until is not None and until > clock.now():
            return False
        with self._asking():
            version = self._look(sha256).get("VersionId")
            self.client.delete_object(**self._at(sha256), **({"VersionId": version} if version else {}))
        return True

    # Asking the storage

    def _key(self, sha256: str) -> str:
        checked(sha256)
        return f"{self.bucket.prefix}sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _at(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self.bucket.name, "Key": self._key(sha256)}

    def _look(self, sha256: str) -> dict[str, Any]:
        with self._asking():
            found: dict[str, Any] = self.client.head_object(**self._at(sha256))
        return found

    def _is_there(self, sha256: str) -> bool:
        try:
            return bool(self._look(sha256))
        except IntegrityFailure:
            return False

    def _keys(self, below: str) -> Iterator[str]:
        with self._asking():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket.name, Prefix=self.bucket.prefix + below):
                for found in page.get("Contents", ()):
                    yield found["Key"]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """The storage's refusals as the domain's own errors."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise missing() from error
            if code in _TAKEN:
                raise _Taken from error
            _log.error("evidence.storage_refused", code=code, operation=error.operation_name)
            if code in _FULL:
                raise storage_full() from error
            raise unreachable() from error
        except BotoCoreError as error:
            _log.error("evidence.storage_unreachable", kind=type(error).__name__)
            raise unreachable() from error


_HALF_AGE = ORPHAN_AGE.total_seconds() / 2


class _Taken(Exception):
    """An object has the key already."""


class _Object(io.RawIOBase):
    """An object as a file: read in order from one answer of the storage, which is asked anew after a seek."""

    def __init__(self, area: BucketArea, key: str, size: int) -> None:
        self._area, self._key, self._size, self._at = area, key, size, 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        target = max(0, base + offset)
        if target != self._at:
            self._end_body()
        self._at = target
        return target

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._size or not len(buffer):
            return 0
        with self._area._asking():
            if self._body is None:
                asked = {"Bucket": self._area.bucket.name, "Key": self._key, "Range": f"bytes={self._at}-"}
                self._body = self._area.client.get_object(**asked)["Body"]
            piece = self._body.read(min(len(buffer), PIECE))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._end_body()
        super().close()

    def _end_body(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
