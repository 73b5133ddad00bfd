"""The store in a bucket: the same promises, on a service that speaks S3 with versions and object lock.

What both areas promise is asked of both; what only a bucket can get wrong is asked of it alone.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from casework.audit import clock
from casework.core.errors import IntegrityFailure, Invalid, StorageFull, TooLarge
from casework.evidence import store
from casework.evidence.store import AnyArea, Area, Bucket, BucketArea, CheckResult, EmptyFile, StoreUnreachable, bucket

LIMIT = 64 << 20
DATA = b"what the camera saw" * 1000
pytestmark = pytest.mark.xdist_group("bucket")


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """A service on this machine; its credentials are anybody's."""
    names = {"AWS_ACCESS_KEY_ID": "one", "AWS_SECRET_ACCESS_KEY": "two", "AWS_DEFAULT_REGION": "us-east-1"}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture
def client(service: str) -> Any:
    return boto3.client("s3", endpoint_url=service)


def made(client: Any, service: str, root: Path, *, lock: str) -> BucketArea:
    name = f"evidence-{os.urandom(6).hex()}"
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=bool(lock))
    return BucketArea(root, Bucket(name, "office-1/", service, lock, 30))


@pytest.fixture
def open_area(client: Any, service: str, tmp_path: Path) -> BucketArea:
    """A bucket without a lock."""
    return made(client, service, tmp_path / "spool", lock="")


@pytest.fixture
def locked(client: Any, service: str, tmp_path: Path) -> BucketArea:
    """A bucket whose objects are locked for 30 days."""
    return made(client, service, tmp_path / "spool", lock="compliance")


@pytest.fixture(params=["disk", "bucket", "locked bucket"])
def area(request: pytest.FixtureRequest, client: Any, service: str, tmp_path: Path) -> AnyArea:
    if request.param == "disk":
        return Area(tmp_path / "store")
    return made(client, service, tmp_path / "spool", lock="governance" if "locked" in request.param else "")


def keep(area: AnyArea, data: bytes = DATA) -> str:
    return area.keep(area.receive([data], limit=LIMIT))


def spoil(area: AnyArea, sha256: str, data: bytes | None) -> None:
    """What a failing disk, or somebody with the storage's own keys, does to stored bytes; None removes them."""
    if isinstance(area, Area):
        path = area._path(sha256)
        path.unlink()
        if data is not None:
            path.write_bytes(data)
    elif isinstance(area, BucketArea):
        at = area._at(sha256)
        area.client.delete_object(**at) if data is None else area.client.put_object(**at, Body=data)


# Both


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=3000), max_size=6))
def test_it_gives_back_what_it_took_however_it_was_cut(area: AnyArea, chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    if not whole:
        with pytest.raises(EmptyFile):
            area.receive(chunks, limit=LIMIT)
        return
    received = area.receive(chunks, limit=LIMIT, expected_size=len(whole))
    sha256 = area.keep(received)
    assert sha256 == hashlib.sha256(whole).hexdigest()
    with area.open(sha256) as blob:
        assert blob.read() == whole
    with area.open_file(sha256) as file:
        assert os.pread(file.fileno(), len(whole) + 1, 0) == whole
    assert (area.size(sha256), area.head(sha256, 5)) == (len(whole), whole[:5])
    assert sha256 in list(area.iterate())
    assert area.check(sha256, len(whole)) is CheckResult.OK
    assert os.listdir(area.incoming) == []


def test_it_refuses_alike(area: AnyArea) -> None:
    for limit, expected in ((9, None), (100, 9)):
        with pytest.raises(TooLarge):
            area.receive([b"12345", b"67890"], limit=limit, expected_size=expected)
    with pytest.raises(Invalid):
        area.receive([b"12345"], limit=100, expected_size=6)
    for name in ("", "../../etc/passwd", "A" * 64, "0" * 63):
        with pytest.raises(ValueError, match="SHA-256"):
            area.open(name)
    with pytest.raises(IntegrityFailure):
        area.open("0" * 64)
    assert area.check("0" * 64, 5) is CheckResult.MISSING
    assert list(area.iterate()) == []
    assert area.is_writable()
    assert os.listdir(area.incoming) == []


def test_it_takes_identical_bytes_from_many_threads_as_one(area: AnyArea) -> None:
    gate, results = threading.Barrier(5), list[str]()

    def work() -> None:
        received = area.receive(io.BytesIO(DATA), limit=LIMIT)
        gate.wait()
        results.append(area.keep(received))

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sha256 = hashlib.sha256(DATA).hexdigest()
    assert results == [sha256] * 5
    assert list(area.iterate()) == [sha256]
    assert area.set_aside() == []


@pytest.mark.parametrize("wrong", [DATA[:7] + b"?" + DATA[8:], DATA[:-1], DATA + b"x", None])
def test_it_finds_damage_and_mends_it_when_the_bytes_come_again(area: AnyArea, wrong: bytes | None) -> None:
    sha256, told = keep(area), list[str]()
    spoil(area, sha256, wrong)
    assert area.check(sha256, len(DATA)) is not CheckResult.OK
    area.keep(area.receive([DATA], limit=LIMIT), on_repair=told.append)
    assert area.check(sha256, len(DATA)) is CheckResult.OK
    assert area.set_aside() == told
    assert len(told) == (wrong is not None)
    assert os.listdir(area.incoming) == []


def test_it_reads_from_anywhere(area: AnyArea) -> None:
    with area.open(keep(area)) as blob:
        blob.seek(100)
        assert blob.read(7) == DATA[100:107]
        assert blob.tell() == 107
        assert blob.read(3) == DATA[107:110]
        blob.seek(-5, os.SEEK_END)
        assert blob.read(100) == DATA[-5:]
        assert blob.read(1) == b""


# A bucket alone


def test_what_it_keeps_is_locked_by_the_storage(locked: BucketArea) -> None:
    sha256 = keep(locked)
    until = locked.locked_until(sha256)
    assert until is not None
    assert timedelta(days=29) < until - clock.now() <= timedelta(days=30)
    version = locked._look(sha256)["VersionId"]
    with pytest.raises(locked.client.exceptions.ClientError, match="AccessDenied"):
        locked.client.delete_object(**locked._at(sha256), VersionId=version)
    assert locked.sweep(is_known=lambda _: False, older_than=timedelta(seconds=-5)).blobs == 0
    assert locked.check(sha256, len(DATA)) is CheckResult.OK


def test_what_was_damaged_under_a_lock_stays_as_a_version(locked: BucketArea) -> None:
    sha256 = keep(locked)
    spoil(locked, sha256, b"another story")
    keep(locked)
    at = locked._at(sha256)
    versions = locked.client.list_object_versions(Bucket=at["Bucket"], Prefix=at["Key"])["Versions"]
    assert len(versions) == 3
    assert locked.check(sha256, len(DATA)) is CheckResult.OK


def test_it_sweeps_old_orphans_and_leaves_the_known_and_the_young(open_area: BucketArea) -> None:
    known, orphan = keep(open_area, b"known"), keep(open_area, b"orphan")
    stale = open_area.receive([b"stale"], limit=LIMIT)
    assert open_area.sweep(is_known=lambda sha256: sha256 == known).blobs == 0
    swept = open_area.sweep(is_known=lambda sha256: sha256 == known, older_than=timedelta(seconds=-5))
    assert (swept.incoming, swept.blobs) == (1, 1)
    assert list(open_area.iterate()) == [known]
    assert orphan != known
    assert not (open_area.incoming / stale.token).exists()


def test_an_old_orphan_kept_again_has_its_day_of_grace_anew(open_area: BucketArea) -> None:
    with time_machine.travel(clock.now() - timedelta(hours=30), tick=True):
        sha256 = keep(open_area)
    assert open_area._older(sha256, clock.now().timestamp() - 24 * 3600)
    keep(open_area)
    assert open_area.sweep(is_known=lambda _: False).blobs == 0
    assert list(open_area.iterate()) == [sha256]


def test_a_large_file_travels_in_checked_parts(locked: BucketArea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PART", 5 << 20)
    whole = os.urandom((11 << 20) + 5)
    sha256 = locked.keep(locked.receive([whole], limit=LIMIT))
    assert locked.check(sha256, len(whole)) is CheckResult.OK
    assert locked.locked_until(sha256) is not None
    before = locked._look(sha256)["VersionId"]
    keep(locked, whole)
    assert locked._look(sha256)["VersionId"] == before


def test_a_large_file_that_breaks_off_leaves_nothing(open_area: BucketArea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PART", 5 << 20)
    received = open_area.receive([os.urandom(11 << 20)], limit=LIMIT)

    def broken(**_asked: object) -> None:
        raise bucket.storage_full()

    monkeypatch.setattr(open_area.client, "complete_multipart_upload", broken)
    with pytest.raises(StorageFull):
        open_area.keep(received)
    assert list(open_area.iterate()) == []
    assert "Uploads" not in open_area.client.list_multipart_uploads(Bucket=open_area.bucket.name)
    monkeypatch.undo()
    assert open_area.keep(received) == received.sha256


def test_storage_that_does_not_answer_is_not_damage(tmp_path: Path, service: str) -> None:
    gone = BucketArea(tmp_path, Bucket("evidence", endpoint="http://127.0.0.1:9"))
    with pytest.raises(StoreUnreachable) as refusal:
        gone.check("0" * 64, 5)
    assert refusal.value.status == 503
    received = gone.receive([DATA], limit=LIMIT)
    with pytest.raises(StoreUnreachable):
        gone.keep(received)
    assert (gone.incoming / received.token).exists()
    assert not gone.is_writable()
    closed = BucketArea(tmp_path, Bucket("no-such-bucket", endpoint=service))
    assert not closed.is_writable()


def test_the_settings_choose_the_bucket(settings: Any, tmp_path: Path, open_area: BucketArea) -> None:
    assert isinstance(store.originals(), Area)
    settings.CASEWORK_S3 = {
        **settings.CASEWORK_S3,
        "name": open_area.bucket.name,
        "endpoint": open_area.bucket.endpoint,
    }
    settings.CASEWORK_S3 |= {"lock": ""}
    sha256 = store.keep(store.receive([DATA]))
    assert isinstance(store.originals(), BucketArea)
    assert store.check(sha256, len(DATA)) is CheckResult.OK
    assert isinstance(store.derived(), Area)
