"""A web server killed in the middle of a large upload leaves no half record; damage to files and audit is named.

CASEWORK_FAULT_BYTES sets the size of the upload, 5 GB when left out; about twice as much room is needed on the disk.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import Office

SIZE = int(os.environ.get("CASEWORK_FAULT_BYTES", 5 * 10**9))
PIECE = 1 << 20
ROWS = (
    "from casework.evidence.models import Blob, EvidenceFile; print(Blob.objects.count(), EvidenceFile.objects.count())"
)
SWEEP = "from casework.evidence.jobs import sweep_store; sweep_store(0)"
ALTER = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
    cursor.execute("UPDATE audit_auditevent SET actor_label = 'somebody else' WHERE position = 2")
    cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
    assert cursor.rowcount
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.prepare()
    office.start()
    yield office
    office.stop()


def pieces(size: int, half_way: Callable[[], None] | None = None) -> Iterator[bytes]:
    """A recording of `size` bytes, never the same twice in a row, and the same whenever it is made."""
    noise = random.Random(7).randbytes(PIECE)
    sent, number = 0, 0
    while sent < size:
        piece = (number.to_bytes(8, "big") + noise)[: min(PIECE, size - sent)]
        yield piece
        number, sent = number + 1, sent + len(piece)
        if half_way and sent > size // 2:
            half_way()
            half_way = None


def test_a_killed_upload_leaves_nothing_and_damage_is_named(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    def say(text: str) -> None:
        with capsys.disabled():
            print(text)

    say(f"\nUpload of {SIZE:,} bytes, killed half way")
    part = kill_half_way(office)
    assert office.wait() == 1
    assert "web server ended" in office.said
    office.start()
    leaves_nothing(office, part)
    assert "Whole." in verify(office, 0)
    say("  no row, no file under a hash, the remains swept after a day; verify: whole")

    record = office.send(pieces(SIZE), SIZE)
    stored = office.store / "sha256" / record["sha256"][:2] / record["sha256"][2:4] / record["sha256"]
    assert record["sha256"] == digest_of(pieces(SIZE))
    assert stored.stat().st_size == SIZE
    assert office.shell(ROWS).split() == ["1", "1"]
    assert "Whole." in verify(office, 0)
    say("  sent again: stored, recorded, verified")

    flip(stored, SIZE // 3)
    said = verify(office, 1)
    assert record["sha256"] in said
    assert office.reference in said
    say(f"  a flipped bit: {last_line(said)}")
    flip(stored, SIZE // 3)
    assert "Whole." in verify(office, 0)

    office.shell(ALTER)
    said = verify(office, 1)
    assert "row 2" in said
    say(f"  an altered row: {last_line(said)}")
    stored.unlink()


def kill_half_way(office: Office) -> Path:
    """Send half and kill the web server with SIGKILL. Returns the unfinished file."""
    with pytest.raises((OSError, http.client.HTTPException)):
        office.send(pieces(SIZE, half_way=lambda: os.killpg(office.web_group(), signal.SIGKILL)), SIZE)
    (part,) = (office.store / "incoming").iterdir()
    assert SIZE // 4 < part.stat().st_size < SIZE
    return part


def leaves_nothing(office: Office, part: Path) -> None:
    """Neither rows nor bytes under a hash; what lies under `incoming/` goes after a day, not before."""
    assert office.shell(ROWS).split() == ["0", "0"]
    assert [path for path in (office.store / "sha256").rglob("*") if path.is_file()] == []
    office.shell(SWEEP)
    assert part.exists()
    yesterday = part.stat().st_mtime - 25 * 3600
    os.utime(part, (yesterday, yesterday))
    office.shell(SWEEP)
    assert not part.exists()


def verify(office: Office, status: int) -> str:
    """Run `manage.py verify`; it must end with `status`. What it said."""
    done = office.manage("verify")
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def last_line(said: str) -> str:
    return said.strip().splitlines()[-1]


def digest_of(body: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in body:
        digest.update(piece)
    return digest.hexdigest()


def flip(path: Path, at: int) -> None:
    """Turn one bit of a stored file, as a failing disk does."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    path.chmod(mode)
