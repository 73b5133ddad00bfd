"""Resumable uploads whose server's calls fail: writes, fsyncs, links, commits, one after the other and every way.

CASEWORK_FAULT_FAILURES is how many failures have to strike, 200 when left out.
"""

from __future__ import annotations

import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.reckoning import reckon, table, team_of
from tests.faults.sender import Broken, Sender
from tests.faults.serving import served, stop_database_of
from tests.running import Office

FAILURES = int(os.environ.get("CASEWORK_FAULT_FAILURES", 200))
SIZE = 700_000
PIECE = 300_000
WAYS = [
    *(f"write:{n}:{how}" for how in ("EIO", "ENOSPC", "half") for n in (1, 2)),
    *(f"fsync:{n}:EIO" for n in (1, 2, 3, 4, 5)),
    *(f"link:{n}:{how}" for how in ("EIO", "ENOSPC") for n in (1, 2)),
    *(f"commit:1:{how}" for how in ("before", "after")),
    *(f"offset:1:{how}" for how in ("before", "after")),
]
"""What fails in which call of a request; the last piece also links and commits."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.prepare()
    yield office
    stop_database_of(office)


def struck(sender: Sender, way: str) -> bool:
    """Send one file with a failure in one of its pieces, then go on until it is whole; whether the failure struck."""
    sender.begin()
    last = way.startswith(("link", "commit")) or sender.chance.random() < 0.4
    before = 2 * PIECE if last else sender.chance.choice((0, PIECE))
    offset = 0
    while offset < before:
        offset = sender.send_piece(offset, PIECE) or sender.stands_at()
    confirmed = sender.acknowledged
    try:
        answer = sender.ask("PATCH", sender.url, sender.data[offset : offset + PIECE], Upload_Offset=str(offset),
                            Content_Type="application/offset+octet-stream", X_Fault=way)  # fmt: skip
    except Broken:
        sender.problems.append(f"{way}: no answer at all")
        return False
    fired = "X-Fault-Fired" in answer.headers
    if fired and answer.status < 500:
        sender.problems.append(f"{way}: answered {answer.status} although it failed")
    sender.acknowledged = confirmed if fired else int(answer.headers["Upload-Offset"])
    sender.send()
    return fired


def test_it_loses_nothing_when_a_call_fails(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(5)
    sent: dict[str, bytes] = {}
    fired: Counter[str] = Counter()
    problems: list[str] = []
    team = team_of(office)
    with served(office, application="tests.faults.failing:application") as port:
        for number, way in enumerate(itertools.cycle(WAYS)):
            if fired.total() >= FAILURES or number >= 3 * FAILURES:
                break
            name = f"failure {number}"
            sent[name] = chance.randbytes(SIZE)
            sender = Sender(office, name, sent[name], port, chance)
            if struck(sender, way):
                fired[way.partition(":")[0]] += 1
            problems += sender.problems
            sender.register(team)
    found = reckon(office, sent)
    with capsys.disabled():
        print(table("Injected failures", {"uploads": len(sent), **{f"failures of {kind}": fired[kind] for kind in
              ("write", "fsync", "link", "commit", "offset")}, "failures in all": fired.total(), **found}))  # fmt: skip
    assert problems == []
    assert fired.total() >= FAILURES
    assert min(fired[kind] for kind in ("write", "fsync", "link", "commit", "offset")) > 0
    assert found == {"lost": 0, "corrupt": 0, "half records": 0}
