"""Whether frames are those of footage that is known: hits of the index that agree in time, and which seconds they span.

A single frame may resemble another by chance. Footage is the same when several frames do, in the same order and at one
speed: their seconds then lie on a line. Numbers alone: no files, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casework.recognition.frames import (
    NEAR,
    NEAR_FRAMES,
    TILTED,
    WIDE,
    Frames,
    Hashed,
    hashed,
)
from casework.recognition.index import Hits
from casework.recognition.pdq import SAME, distance
from casework.recognition.regions import Way

SPEEDS = (1.0, 1.25, 0.8, 1.5, 2 / 3, 2.0, 0.5, 1.1, 1 / 1.1, 1.05, 1 / 1.05)
"""Seconds of the known footage in one second of this one."""
LOOSE = 47
"""The distance at which tilted frames are looked up, and frames beside found ones are taken as the same."""
BESIDE = 0.8
"""Seconds by which a hit may miss the line."""
GAP = 3.0
"""Seconds without a hit that do not yet end a span."""
MOST_LOOKED_AT = 60
"""So many owners are looked at closely, those with the most hits first."""

Search = Callable[[NDArray[np.uint64], int], Hits]


@dataclass(frozen=True)
class Line:
    """Seconds of the known footage from seconds of this one, and how many frames of either say so."""

    speed: float
    offset: float
    support: int


@dataclass(frozen=True)
class Seen:
    """Hits with what was asked: seconds here and there, whose, in which way, how near."""

    here: NDArray[np.float32]
    there: NDArray[np.float32]
    owners: NDArray[np.int32]
    parts: NDArray[np.uint8]
    ways: NDArray[np.int32]
    distances: NDArray[np.int64]

    def where(self, chosen: NDArray[np.bool_]) -> Seen:
        return Seen(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.here)


@dataclass(frozen=True)
class Span:
    """Seconds here that are seconds there."""

    here: tuple[float, float]
    there: tuple[float, float]


@dataclass(frozen=True)
class Found:
    """Known footage met again."""

    owner: int
    line: Line
    spans: tuple[Span, ...]
    ways: tuple[Way, ...]
    nearest: int
    """The smallest distance, bits."""


def look(frames: Frames, search: Search) -> tuple[Seen, list[Way]]:
    """Everything in the index that resembles some of the frames in some way."""
    ways: list[Way] = []
    seen = []
    probes = frames.probes()
    for some, asked, radius in (
        (frames.spread(NEAR_FRAMES), NEAR, SAME),
        (probes, WIDE, SAME),
        (probes, TILTED, LOOSE),
    ):
        questions = hashed(some, asked)
        seen.append(_seen(questions, search(questions.hashes, radius), len(ways)))
        ways += asked
    return Seen(*(np.concatenate([getattr(each, name) for each in seen]) for name in Seen.__dataclass_fields__)), ways


def _seen(questions: Hashed, hits: Hits, first_way: int) -> Seen:
    here, numbers = questions.moments[hits.queries], questions.parts[hits.queries]
    return Seen(here, hits.moments, hits.owners, hits.parts, numbers.astype(np.int32) + first_way, hits.distances)


def best_line(seen: Seen) -> Line | None:
    """The line on which most distinct frames lie, here and there alike."""
    best: Line | None = None
    for speed in SPEEDS:
        offsets = seen.there - speed * seen.here
        order = np.argsort(offsets)
        ordered = offsets[order]
        ends = np.searchsorted(ordered, ordered + 2 * BESIDE, side="right")
        for start in _promising(ends):
            chosen = order[start : ends[start]]
            support = min(_distinct(seen.here[chosen]), _distinct(seen.there[chosen]))
            if best is None or support > best.support:
                best = Line(speed, float(np.median(offsets[chosen])), support)
    return best


def _promising(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The beginnings of the longest stretches."""
    lengths = ends - np.arange(len(ends))
    return np.argsort(-lengths, kind="stable")[:12]


def _distinct(moments: NDArray[np.float32]) -> int:
    """How many moments there are, those within half a second counted once."""
    ordered = np.unique(moments)
    count, last = 0, -np.inf
    for moment in ordered:
        if moment - last >= 0.5:
            count, last = count + 1, moment
    return count


def found(frames: Frames, seen: Seen, ways: Sequence[Way], rows_of: Callable[[int], Hashed]) -> list[Found]:
    """Owners of which, on a closer look at all frames, two or more lie on a line, each with its spans."""
    answers = []
    owners, counts = np.unique(seen.owners, return_counts=True)
    for owner in owners[np.argsort(-counts, kind="stable")][:MOST_LOOKED_AT]:
        theirs = seen.where(seen.owners == owner)
        best: tuple[Line, Seen] | None = None
        for mirrored in (False, True):
            same = theirs.where(np.array([ways[way].mirrored == mirrored for way in theirs.ways], bool))
            line = best_line(same) if len(same) else None
            if line is not None and (best is None or line.support > best[0].support):
                best = (line, same)
        if best is not None:
            answers.append(_confirmed(frames, int(owner), best[0], best[1], ways, rows_of(int(owner))))
    return [answer for answer in answers if answer.line.support >= 2]


def _confirmed(frames: Frames, owner: int, line: Line, seen: Seen, ways: Sequence[Way], rows: Hashed) -> Found:
    """Look at all frames in the ways that gave most hits, at the seconds where the line says."""
    beside = seen.where(np.abs(seen.there - line.speed * seen.here - line.offset) <= BESIDE)
    numbers, counts = np.unique(beside.ways, return_counts=True)
    chosen = [ways[number] for number in numbers[np.argsort(-counts, kind="stable")][:4]]
    questions = hashed(frames, chosen)
    expected = line.speed * questions.moments + line.offset
    order = np.argsort(rows.moments, kind="stable")
    moments = rows.moments[order]
    low = np.searchsorted(moments, expected - BESIDE)
    high = np.searchsorted(moments, expected + BESIDE, side="right")
    here, there = [beside.here], [beside.there]
    for number in np.flatnonzero(high > low):
        places = order[low[number] : high[number]]
        near = places[distance(rows.hashes[places], questions.hashes[number]) <= LOOSE]
        here.append(np.full(len(near), questions.moments[number], np.float32))
        there.append(rows.moments[near])
    pairs = np.concatenate(here), np.concatenate(there)
    support = min(_distinct(pairs[0]), _distinct(pairs[1]))
    better = Line(line.speed, line.offset, support)
    return Found(owner, better, _spans(*pairs), tuple(chosen), int(beside.distances.min()))


def _spans(here: NDArray[np.float32], there: NDArray[np.float32]) -> tuple[Span, ...]:
    order = np.argsort(here, kind="stable")
    here, there = here[order], there[order]
    cuts = np.flatnonzero(np.diff(here) > GAP) + 1
    return tuple(
        Span((float(h[0]), float(h[-1])), (float(t.min()), float(t.max())))
        for h, t in zip(np.split(here, cuts), np.split(there, cuts), strict=True)
    )
