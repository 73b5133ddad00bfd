"""The same bytes received again take the place of a stored file that was damaged; the damaged one is kept and named."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from casework.audit.models import AuditEvent
from casework.core.errors import IntegrityFailure
from casework.evidence import store
from casework.evidence.actions import add_file, check_file
from casework.evidence.models import Item
from casework.evidence.store import Area, CheckResult
from tests.evidence.conftest import upload

DATA = b"what the camera saw" * 1000
WRONG = {
    "flipped": DATA[:7] + bytes([DATA[7] ^ 1]) + DATA[8:],
    "cut": DATA[:-1],
    "longer": DATA + b"x",
    "empty": b"",
}


@pytest.fixture
def area(tmp_path: Path) -> Area:
    return Area(tmp_path / "area")


def kept(area: Area) -> Path:
    return area._path(area.keep(area.receive([DATA], limit=1 << 20)))


def spoil(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


@pytest.mark.parametrize("how", WRONG)
def test_it_replaces_damaged_bytes_and_sets_them_aside(area: Area, how: str) -> None:
    path, told = kept(area), list[str]()
    spoil(path, WRONG[how])
    sha256 = area.keep(area.receive([DATA], limit=1 << 20), on_repair=told.append)
    assert area.check(sha256, len(DATA)) is CheckResult.OK
    assert path.stat().st_mode & 0o777 == 0o400
    assert area.set_aside() == told
    assert told[0].startswith(f"{sha256}.")
    assert (area.damaged / told[0]).read_bytes() == WRONG[how]
    assert os.listdir(area.incoming) == []
    assert list(area.iterate()) == [sha256]


def test_it_leaves_sound_bytes_alone(area: Area) -> None:
    path, told = kept(area), list[str]()
    inode = path.stat().st_ino
    area.keep(area.receive([DATA], limit=1 << 20), on_repair=told.append)
    assert (path.stat().st_ino, told, area.set_aside()) == (inode, [], [])


def test_it_replaces_once_when_many_bring_the_bytes_at_once(area: Area) -> None:
    path, told, gate = kept(area), list[str](), threading.Barrier(6)
    spoil(path, WRONG["flipped"])

    def bring() -> None:
        received = area.receive(io.BytesIO(DATA), limit=1 << 20)
        gate.wait()
        area.keep(received, on_repair=told.append)

    threads = [threading.Thread(target=bring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert area.check(path.name, len(DATA)) is CheckResult.OK
    assert area.set_aside() == told
    assert len(told) == 1
    assert os.listdir(area.incoming) == []


def test_it_names_the_damaged_file_before_it_gives_the_name_away(area: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(area)
    spoil(path, WRONG["flipped"])

    def no_rename(*_names: object) -> None:
        assert [(area.damaged / name).read_bytes() for name in area.set_aside()] == [WRONG["flipped"]]
        raise OSError("the machine went down")

    monkeypatch.setattr(os, "rename", no_rename)
    with pytest.raises(OSError, match="went down"):
        area.keep(area.receive([DATA], limit=1 << 20))
    assert path.read_bytes() == WRONG["flipped"]
    monkeypatch.undo()
    kept(area)
    assert area.check(path.name, len(DATA)) is CheckResult.OK


def test_it_does_not_touch_what_is_no_file(area: Area, tmp_path: Path) -> None:
    path, secret = kept(area), tmp_path / "secret"
    secret.write_bytes(b"secret")
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(IntegrityFailure):
        kept(area)
    assert path.is_symlink()
    assert area.set_aside() == []


@pytest.fixture
def damaged(item: Item) -> Path:
    """The stored file of the item, with one bit flipped."""
    path = store.originals()._path(item.files.get().blob_id)
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    spoil(path, bytes(data))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("found_before", [False, True])
def test_the_office_is_whole_again_and_the_audit_tells(
    cast: SimpleNamespace, item: Item, damaged: Path, found_before: bool
) -> None:
    if found_before:
        assert check_file(item.files.get(), actor=cast.investigator) == "mismatch"
    file = add_file(item, actor=cast.colleague, upload=upload())
    assert file.blob.check_result == "matches"
    out = io.StringIO()
    call_command("verify", stdout=out)
    event = AuditEvent.objects.get(event="evidence.file_repaired")
    assert event.actor_id is None
    assert event.detail["sha256"] == event.object_id == damaged.name
    assert f"damaged/{event.detail['set_aside']} is damaged and was replaced" in out.getvalue()


@pytest.mark.django_db
def test_bytes_that_were_missing_come_back_on_record(cast: SimpleNamespace, item: Item, damaged: Path) -> None:
    damaged.unlink()
    assert check_file(item.files.get(), actor=cast.investigator) == "missing"
    add_file(item, actor=cast.colleague, upload=upload())
    call_command("verify", stdout=io.StringIO())
    event = AuditEvent.objects.get(event="evidence.file_repaired")
    assert (event.detail["before"], event.detail["set_aside"]) == ("missing", "")
    assert item.files.first().blob.check_result == "matches"
