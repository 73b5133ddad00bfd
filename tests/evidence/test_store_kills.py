"""The store under a killed process: what was acknowledged is there and whole, nothing half written bears a hash."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from casework.evidence.store import Area, CheckResult

ROUNDS = 6
WRITER = """
import itertools, os, sys
from pathlib import Path
from casework.evidence.store import Area
area = Area(Path(sys.argv[1]))
for number in itertools.count():
    received = area.receive([os.urandom(1 + (number * 7919) % 400_000)], limit=1 << 20)
    os.write(1, (area.keep(received) + " " + str(received.size) + "\\n").encode())
"""


def test_it_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    area, acknowledged = Area(tmp_path / "store"), {}
    for number in range(ROUNDS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(area.root)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        deadline = time.monotonic() + 0.03 + 0.037 * number
        while time.monotonic() < deadline:
            first += writer.stdout.readline()
        writer.kill()
        lines = (first + writer.stdout.read()).decode().split("\n")
        writer.stdout.close()
        writer.wait()
        # A line cut by the kill was never acknowledged.
        acknowledged.update(line.split(" ") for line in lines[:-1])
    assert len(acknowledged) >= ROUNDS
    for sha256, size in acknowledged.items():
        assert area.check(sha256, int(size)) is CheckResult.OK
    assert all(area.check(sha256) is CheckResult.OK for sha256 in area.iterate())
    area.sweep(is_known=acknowledged.__contains__, older_than=timedelta(seconds=-1))
    assert sorted(area.iterate()) == sorted(acknowledged)
    assert list(area.incoming.iterdir()) == []
