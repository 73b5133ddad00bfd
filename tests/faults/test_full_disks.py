"""Small disks that fill up under uploads: the store's, the one for temporary files, the database's. Nothing is lost,
nothing is half recorded, and what was begun goes on when there is room again."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.reckoning import reckon, table, team_of
from tests.faults.sender import Sender
from tests.faults.serving import served, stop_database_of
from tests.running import Office

SIZE = 4_000_000
UPLOADS = 5
Mount = Callable[[Path, int], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Puts a disk of so many MiB at a place; skips where that is not permitted."""
    places: list[Path] = []

    def put(place: Path, size: int) -> None:
        place.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=0711", "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a disk of its own cannot be mounted here: {done.stderr.strip()}")
        places.append(place)

    yield put
    for place in reversed(places):
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    stop_database_of(office)


def fill(folder: Path) -> Path:
    """Leave no byte free; the file that takes them."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return filler


def send_on_a_full_disk(office: Office, port: int, full: Path) -> tuple[dict[str, bytes], Counter[int], list[str]]:
    """Begin uploads, fill the disk, try to go on with each, make room, go on: what was sent, refusals by status."""
    chance = random.Random(3)
    team, refused = team_of(office), Counter[int]()
    problems: list[str] = []
    sent = {f"{full.name} {number}": chance.randbytes(SIZE) for number in range(UPLOADS)}
    senders = [Sender(office, name, data, port, chance) for name, data in sent.items()]
    for sender in senders:
        sender.begin()
        sender.send_piece(0, 300_000)
    filler = fill(full)
    for sender in senders:
        for _ in range(4):
            sender.send_piece(sender.acknowledged, 1_000_000)
        refused.update(sender.refused)
        sender.refused.clear()
    filler.unlink()
    office.shell("print(1)")
    for sender in senders:
        sender.send()
        sender.register(team)
        problems += sender.problems
    return sent, refused, problems


@pytest.mark.parametrize("disk", ["store", "temporary files", "database"])
def test_it_goes_on_when_there_is_room_again(
    office: Office, mount: Mount, disk: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: dict[str, str] = {}
    if disk == "store":
        mount(full := office.store, 96)
    elif disk == "temporary files":
        mount(full := tmp_path / "temporary", 4)
        settings = {"TMPDIR": str(full)}
    else:
        mount(full := office.state / "postgres", 320)
    office.prepare()
    with served(office, **settings) as port:
        sent, refused, problems = send_on_a_full_disk(office, port, full)
    found = reckon(office, sent)
    said = ", ".join(f"{status}: {count}" for status, count in sorted(refused.items())) or "none"
    with capsys.disabled():
        print(table(f"Full disk: {disk}", {"uploads": len(sent), "refusals by status": said, **found}))
    assert problems == []
    assert set(refused) <= {409, 503, 507}
    if disk == "store":
        assert refused[507]
    if disk == "temporary files":
        assert not refused
    assert found == {"lost": 0, "corrupt": 0, "half records": 0}
