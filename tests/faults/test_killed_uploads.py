"""Hundreds of resumable uploads whose server is killed under them with SIGKILL, at random points of everything it does.

CASEWORK_FAULT_KILLS is how often an upload has to die under way, 500 when left out; one that went on may die again, and
how many different ones died is printed beside. A request that nobody took or answered in time is not counted as one
that died.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.reckoning import reckon, table, team_of
from tests.faults.sender import Sender
from tests.running import Office, children

KILLS = int(os.environ.get("CASEWORK_FAULT_KILLS", 500))
AT_ONCE = 14
LARGEST = 800_000
MOST_MINUTES = 25


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.prepare()
    office.start()
    yield office
    office.stop()


class Killer(threading.Thread):
    """Kills the processes that serve requests, all at once, again and again; their master starts new ones."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.office, self.chance, self.killed, self.done = office, chance, 0, threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            self._wait_for_service()
            time.sleep(self.chance.uniform(0.2, 3.0))
            if self.done.is_set():
                return
            for pid in children(self.office.web_group()):
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    continue

    def _wait_for_service(self) -> None:
        while not self.done.is_set() and not self.office.answers():
            time.sleep(0.05)


def test_it_loses_nothing_when_its_server_is_killed(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(11)
    team, sent, problems = team_of(office), {}, []
    killer = Killer(office, chance)
    begun = time.monotonic()
    died = deaths = unanswered = resumed = 0
    lock = threading.Lock()

    def work(seed: int) -> None:
        nonlocal died, deaths, unanswered, resumed
        own = random.Random(seed)
        number = 0
        while deaths < KILLS and time.monotonic() - begun < MOST_MINUTES * 60:
            number += 1
            name = f"{seed}-{number}"
            data = own.randbytes(own.randrange(1, LARGEST))
            sender = Sender(office, name, data, office.port, own)
            try:
                sender.send()
                sender.register(team)
            except AssertionError as error:
                problems.append(f"{name}: {error}")
                return
            with lock:
                sent[name] = data
                problems.extend(sender.problems)
                died += bool(sender.broken)
                deaths += sender.broken
                unanswered += sender.unanswered
                resumed += sender.resumed
            if deaths >= KILLS:
                # Enough died: from now on everything has to come to its end.
                killer.done.set()

    killer.start()
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    killer.done.set()
    killer.join()
    found = reckon(office, sent)
    verified = office.manage("verify")
    with capsys.disabled():
        print(table("Uploads killed with SIGKILL at random points", {
            "uploads": len(sent), "of which killed at least once": died, "requests killed under way": deaths,
            "went on from the middle": resumed, "requests nobody answered": unanswered,
            "server processes killed": killer.killed, **found, "offsets below what was acknowledged": len(problems),
            "verify": verified.stdout.strip().splitlines()[-1], "minutes": round((time.monotonic() - begun) / 60, 1),
        }))  # fmt: skip
    assert problems == []
    assert deaths >= KILLS
    assert found == {"lost": 0, "corrupt": 0, "half records": 0}
    assert verified.returncode == 0, verified.stdout
