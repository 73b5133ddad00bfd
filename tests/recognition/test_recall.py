"""What recognition promises in docs/recognition.md, over a few made videos: a change that loses them is noticed.

The whole table is measured by tests/benchmarks/test_recognition.py.
"""

from __future__ import annotations

import pytest

from tests.benchmarks import footage
from tests.recognition.shelf import Shelf, read

pytestmark = pytest.mark.long

SEEDS, STRANGERS = (201, 202), range(300, 310)
CHANGES = (
    "re-encoded, poor (crf 40)",
    "scaled to 240p",
    "cropped by 20 %, off centre",
    "mirrored",
    "letterboxed",
    "subtitles",
    "brighter",
    "grey",
    "speed 1.25",
    "5 seconds of it",
    "filmed from a screen, tilted",
)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Two videos that are asked about, among others."""
    known = Shelf()
    for seed in SEEDS:
        known.add(seed, read(footage.video(footage.pictures(seed), quality=20)))
    for seed in STRANGERS:
        known.add(seed, read(footage.video(footage.pictures(seed, 6, 160, 90), quality=28)))
    return known


@pytest.mark.parametrize("change", CHANGES)
def test_changed_footage_is_very_likely_the_same_and_nothing_else_is(shelf, change):
    for seed in SEEDS:
        answers = shelf.compare(read(footage.changed(seed, change)))
        assert [(each.owner, each.kind, each.sure >= 2) for each in answers] == [(seed, "footage", True)]


def test_unrelated_footage_is_nothing(shelf):
    for seed in STRANGERS[::3]:
        assert shelf.compare(read(footage.video(footage.pictures(seed, 6, 160, 90), quality=28)), seed) == []
