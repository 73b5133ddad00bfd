"""The store: bytes come back as they went in, nothing half done is visible, and only what nobody knows is swept."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.core.errors import IntegrityFailure, Invalid, StorageFull, TooLarge
from casework.evidence import store
from casework.evidence.store import Area, CheckResult, EmptyFile

LIMIT = 64 << 20


@pytest.fixture
def area(tmp_path: Path) -> Area:
    return Area(tmp_path / "store")


def files_of(area: Area) -> list[str]:
    return sorted(p.name for p in area.root.rglob("*") if p.is_file() and p.name != ".lock")


def keep(area: Area, data: bytes) -> str:
    return area.keep(area.receive(io.BytesIO(data), limit=LIMIT))


def failing(error: int, calls: list[int], at: int) -> Callable[..., None]:
    def fail(*_args: object, **_kwargs: object) -> None:
        calls.append(1)
        if len(calls) == at:
            raise OSError(error, os.strerror(error))

    return fail


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=12))
def test_it_gives_back_what_it_took_however_it_was_cut(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    with tempfile.TemporaryDirectory() as folder:
        area = Area(Path(folder))
        if not whole:
            with pytest.raises(EmptyFile):
                area.receive(chunks, limit=LIMIT)
            assert files_of(area) == []
            return
        received = area.receive(chunks, limit=LIMIT, expected_size=len(whole))
        assert received.sha256 == hashlib.sha256(whole).hexdigest()
        assert received.blake3 == blake3(whole).hexdigest()
        assert received.size == len(whole)
        sha256 = area.keep(received)
        with area.open(sha256) as blob:
            assert blob.read() == whole
        assert files_of(area) == [sha256]
        assert list(area.iterate()) == [sha256]
        assert area.check(sha256, len(whole)) is CheckResult.OK


@pytest.mark.parametrize("cut", [1000, 65536, store.PIECE, store.PIECE * 3 + 7])
def test_it_hashes_large_files_in_two_threads_alike(area: Area, cut: int) -> None:
    whole = os.urandom((9 << 20) + 123)
    received = area.receive((whole[at : at + cut] for at in range(0, len(whole), cut)), limit=LIMIT)
    assert received.sha256 == hashlib.sha256(whole).hexdigest()
    assert received.blake3 == blake3(whole).hexdigest()
    area.keep(received)
    assert area.check(received.sha256, len(whole)) is CheckResult.OK


def test_it_keeps_files_readable_only_by_their_owner_and_unwritable(area: Area) -> None:
    path = area._path(keep(area, b"evidence"))
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.stat().st_nlink == 1
    assert path.relative_to(area.blobs).parts == (path.name[:2], path.name[2:4], path.name)
    assert area.root.stat().st_mode & 0o777 == 0o700


def test_it_answers_alike_whether_or_not_the_bytes_were_there(area: Area) -> None:
    first = area.receive([b"same"], limit=LIMIT)
    area.keep(first)
    inode = area._path(first.sha256).stat().st_ino
    second = area.receive([b"same"], limit=LIMIT)
    assert (second.sha256, second.blake3, second.size) == (first.sha256, first.blake3, first.size)
    assert area.keep(second) == first.sha256
    assert area._path(first.sha256).stat().st_ino == inode
    assert files_of(area) == [first.sha256]


def test_it_takes_identical_bytes_from_many_threads_as_one_blob(area: Area) -> None:
    data, results = os.urandom(300_000), []
    gate = threading.Barrier(8)

    def work() -> None:
        received = area.receive(io.BytesIO(data), limit=LIMIT)
        gate.wait()
        results.append(area.keep(received))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sha256 = hashlib.sha256(data).hexdigest()
    assert results == [sha256] * 8
    assert files_of(area) == [sha256]
    assert area.check(sha256, len(data)) is CheckResult.OK


def test_it_refuses_an_empty_file_with_422(area: Area) -> None:
    with pytest.raises(Invalid) as refusal:
        area.receive([], limit=LIMIT)
    assert refusal.value.status == 422
    assert files_of(area) == []


def test_it_refuses_more_than_the_limit_or_the_announced_size(area: Area) -> None:
    for limit, expected in ((9, None), (100, 9)):
        with pytest.raises(TooLarge):
            area.receive([b"12345", b"67890"], limit=limit, expected_size=expected)
    with pytest.raises(TooLarge):
        area.begin(limit=9, expected_size=10)
    assert files_of(area) == []


def test_it_refuses_less_than_the_announced_size(area: Area) -> None:
    with pytest.raises(Invalid) as refusal:
        area.receive([b"12345"], limit=100, expected_size=6)
    assert refusal.value.status == 400
    assert files_of(area) == []


def test_it_leaves_nothing_when_the_sender_breaks_off(area: Area) -> None:
    def broken() -> object:
        yield os.urandom(6 * store.PIECE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        area.receive(broken(), limit=LIMIT)  # type: ignore[arg-type]
    assert files_of(area) == []


@pytest.mark.parametrize("call", ["write", "fsync", "open"])
def test_it_reports_a_full_disk_while_receiving_and_leaves_nothing(
    area: Area, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    area.prepare()
    monkeypatch.setattr(os, call, failing(errno.ENOSPC, [], 1))
    with pytest.raises(StorageFull) as refusal:
        area.receive([b"evidence"], limit=LIMIT)
    monkeypatch.undo()
    assert refusal.value.status == 507
    assert files_of(area) == []


def test_it_refuses_at_once_what_plainly_does_not_fit(area: Area) -> None:
    area.prepare()
    size = area.free_bytes() + 1
    with pytest.raises(StorageFull):
        area.begin(limit=size, expected_size=size)
    assert files_of(area) == []


def test_it_shows_nothing_under_the_hash_when_the_link_fails(area: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    received = area.receive([b"evidence"], limit=LIMIT)
    monkeypatch.setattr(os, "link", failing(errno.ENOSPC, [], 1))
    with pytest.raises(StorageFull):
        area.keep(received)
    monkeypatch.undo()
    assert list(area.iterate()) == []
    assert area.keep(received) == received.sha256


@pytest.mark.parametrize("at", [1, 2, 3])
def test_it_does_not_acknowledge_before_every_folder_is_synced(
    area: Area, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    received = area.receive([b"evidence"], limit=LIMIT)
    monkeypatch.setattr(os, "fsync", failing(errno.EIO, [], at))
    with pytest.raises(OSError, match="Input/output"):
        area.keep(received)
    monkeypatch.undo()
    assert area.keep(received) == received.sha256
    assert files_of(area) == [received.sha256]


def test_it_syncs_the_file_before_the_link_and_the_folders_after_it(
    area: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real_fsync, real_link = os.fsync, os.link

    def fsync(fd: int) -> None:
        seen.append("folder" if os.path.isdir(f"/proc/self/fd/{fd}") else "file")
        real_fsync(fd)

    def link(source: object, target: object) -> None:
        seen.append("link")
        real_link(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    keep(area, b"evidence")
    assert seen == ["file", "link", "folder", "folder", "folder"]


def test_it_finds_what_is_missing_cut_or_changed(area: Area) -> None:
    sha256 = keep(area, b"evidence")
    path = area._path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"evidencf")
    assert area.check(sha256, 8) is CheckResult.DIGEST
    path.write_bytes(b"evid")
    assert area.check(sha256, 8) is CheckResult.SIZE
    path.unlink()
    assert area.check(sha256, 8) is CheckResult.MISSING
    with pytest.raises(IntegrityFailure):
        area.open(sha256)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "0" * 63 + "\0"]
)
def test_it_builds_paths_from_hashes_alone(area: Area, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        area.open(name)


def test_it_does_not_follow_a_link_or_a_pipe_planted_in_the_store(area: Area, tmp_path: Path) -> None:
    sha256 = keep(area, b"evidence")
    path = area._path(sha256)
    secret = tmp_path / "secret"
    secret.write_bytes(b"evidence")
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(IntegrityFailure):
        area.open(sha256)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(IntegrityFailure):
        area.open(sha256)


def test_it_says_whether_it_can_be_written(area: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    assert area.is_writable()
    assert files_of(area) == []
    monkeypatch.setattr(os, "link", failing(errno.EPERM, [], 1))
    assert not area.is_writable()
    monkeypatch.undo()
    assert files_of(area) == []


def test_it_never_removes_an_original_but_lets_previews_go(area: Area) -> None:
    sha256 = keep(area, b"original")
    with pytest.raises(TypeError):
        area.remove(sha256)
    previews = Area(area.root / "derived", replaceable=True)
    preview = keep(previews, b"preview")
    previews.remove(preview)
    previews.remove(preview)
    assert list(previews.iterate()) == []
    assert list(area.iterate()) == [sha256]


def test_it_uses_the_configured_folder_and_limit(settings: object, tmp_path: Path) -> None:
    settings.CASEWORK_STORE, settings.CASEWORK_MAX_UPLOAD = tmp_path / "configured", 10  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        store.receive([b"12345678901"])
    sha256 = store.keep(store.receive([b"1234567890"]))
    assert (store.size(sha256), store.head(sha256, 3)) == (10, b"123")
    assert store.check(sha256, 10) is CheckResult.OK
    assert list(store.iterate()) == [sha256]
    store.discard(store.receive([b"123"]))
    assert os.listdir(tmp_path / "configured" / "incoming") == []
    assert store.sweep(is_known=lambda _: False).blobs == 0
    assert store.is_writable()
