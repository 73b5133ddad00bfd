"""Sweeping: only bytes that are old and that nobody knows are removed, never those that somebody just kept again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from casework.evidence.store import Area

LIMIT = 1 << 20


@pytest.fixture
def area(tmp_path: Path) -> Area:
    return Area(tmp_path / "store")


def keep(area: Area, data: bytes) -> str:
    return area.keep(area.receive([data], limit=LIMIT))


def age(path: Path, hours: float) -> None:
    then = path.stat().st_mtime - hours * 3600
    os.utime(path, (then, then))


def test_it_sweeps_old_orphans_and_leaves_the_known_and_the_young(area: Area) -> None:
    known, orphan, young = (keep(area, data) for data in (b"known", b"orphan", b"young"))
    stale, fresh = area.receive([b"stale"], limit=LIMIT), area.receive([b"fresh"], limit=LIMIT)
    for path in (area._path(known), area._path(orphan), area.incoming / stale.token):
        age(path, 25)
    swept = area.sweep(is_known=lambda sha256: sha256 == known)
    assert (swept.incoming, swept.blobs) == (1, 1)
    assert sorted(area.iterate()) == sorted([known, young])
    assert os.listdir(area.incoming) == [fresh.token]


def test_it_does_not_sweep_an_old_orphan_that_is_just_kept_again(area: Area) -> None:
    sha256 = keep(area, b"orphan")
    age(area._path(sha256), 25)
    asked: list[str] = []

    def is_known(asked_for: str) -> bool:
        # Between the sweep's first look and its lock somebody uploads the same bytes and has not committed yet.
        if not asked:
            asked.append(asked_for)
            keep(area, b"orphan")
        return False

    assert area.sweep(is_known=is_known).blobs == 0
    assert list(area.iterate()) == [sha256]


def test_it_sweeps_within_any_age_asked_for(area: Area) -> None:
    sha256 = keep(area, b"orphan")
    age(area._path(sha256), 2)
    assert area.sweep(is_known=lambda _: False, older_than=timedelta(hours=3)).blobs == 0
    assert area.sweep(is_known=lambda _: False, older_than=timedelta(hours=1)).blobs == 1
