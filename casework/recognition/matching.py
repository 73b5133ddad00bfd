"""Whether frames are those of footage that is known: hits of the index that agree in time, and which seconds they span.

A single frame may resemble another by chance. Footage is the same when several frames do, in the same order and at one
speed: their seconds then lie on a line. Frames that many files have (an opening, a channel's logo) are told from a
file's own. Numbers alone: no files, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from casework.recognition.frames import (
    NEAR,
    NEAR_FRAMES,
    TILTED,
    WIDE,
    Frames,
    Hashed,
    Moments,
    hashed,
)
from casework.recognition.index import Hits
from casework.recognition.pdq import SAME, distance
from casework.recognition.regions import FIRST_CORNER, Way

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
FRAMES, FRAMES_OF_A_CORNER = 2, 3
"""So many frames must agree."""
RECURRING = 20
"""A frame that more files have than this tells little."""
_MOST_CUT = 78
"""Hundredths of a frame beyond which a part of it stands for the whole."""

Search = Callable[[NDArray[np.uint64], int], Hits]


@dataclass(frozen=True)
class Line:
    """Seconds of the known footage from seconds of this one, and how many frames of either say so."""

    speed: float
    offset: float
    support: int


@dataclass(frozen=True)
class Seen:
    """Hits with what was asked: seconds here and there, whose, in which way, how near, and whether so many files have
    this that it tells little."""

    here: NDArray[np.float32]
    there: NDArray[np.float32]
    owners: NDArray[np.int32]
    parts: NDArray[np.uint8]
    ways: NDArray[np.int32]
    distances: NDArray[np.int64]
    recurring: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> Seen:
        return Seen(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.here)

    @property
    def in_one_corner(self) -> bool:
        """Whether all that was met is one corner of a picture: a third of it, which resembles something by chance."""
        parts = np.unique(self.parts)
        return len(parts) == 1 and int(parts[0]) >= FIRST_CORNER


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
    own: int
    """How many of the agreeing frames are not ones that many files have."""
    share: float
    """How much of the footage agrees, here or there, whichever is more."""
    in_one_corner: bool


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
    joined = Seen(*(np.concatenate([getattr(each, name) for each in seen]) for name in Seen.__dataclass_fields__))
    return _told_apart(joined, ways), ways


def _seen(questions: Hashed, hits: Hits, first_way: int) -> Seen:
    here, numbers = questions.moments[hits.queries], questions.parts[hits.queries]
    pairs = np.unique(hits.queries << 32 | hits.owners)
    recurring = np.bincount(pairs >> 32, minlength=len(questions)) > RECURRING
    ways = numbers.astype(np.int32) + first_way
    return Seen(here, hits.moments, hits.owners, hits.parts, ways, hits.distances, recurring[hits.queries])


def _told_apart(seen: Seen, ways: Sequence[Way]) -> Seen:
    """A frame that recurs does so in all its parts."""
    whole = np.array([way.box.right - way.box.left > _MOST_CUT for way in ways], bool)
    moments = seen.here[seen.recurring & whole[seen.ways]]
    return replace(seen, recurring=seen.recurring | np.isin(seen.here, moments))


def nearest(seen: Seen) -> NDArray[np.int32]:
    """Owners, those first of which most is met that few others have, then those of which most is met at all."""
    owners, places = np.unique(seen.owners, return_inverse=True)
    own = np.bincount(places, ~seen.recurring, minlength=len(owners))
    return owners[np.lexsort((owners, -np.bincount(places, minlength=len(owners)), -own))]


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
    mirrored = np.array([way.mirrored for way in ways], bool)[seen.ways]
    common = np.unique(seen.here[seen.recurring])
    for owner in nearest(seen)[:MOST_LOOKED_AT]:
        best: tuple[Line, Seen] | None = None
        for side in (~mirrored, mirrored):
            same = seen.where((seen.owners == owner) & side)
            line = best_line(same) if len(same) else None
            if line is not None and (best is None or line.support > best[0].support):
                best = (line, same)
        if best is not None:
            answers.append(_confirmed(frames, int(owner), best[0], best[1], ways, rows_of(int(owner)), common))
    return [
        answer for answer in answers if answer.line.support >= (FRAMES_OF_A_CORNER if answer.in_one_corner else FRAMES)
    ]


def _confirmed(
    frames: Frames, owner: int, line: Line, seen: Seen, ways: Sequence[Way], rows: Hashed, common: Moments
) -> Found:
    """Look at all frames in the ways that gave most hits, at the seconds where the line says."""
    beside = seen.where(np.abs(seen.there - line.speed * seen.here - line.offset) <= BESIDE)
    numbers, counts = np.unique(beside.ways, return_counts=True)
    chosen = [ways[number] for number in numbers[np.argsort(-counts, kind="stable")][:4]]
    more_here, more_there = _agreeing(hashed(frames, chosen), line, rows)
    here, there = np.concatenate([beside.here, more_here]), np.concatenate([beside.there, more_there])
    support = min(_distinct(here), _distinct(there))
    own = _distinct(np.concatenate([beside.here[~beside.recurring], more_here[~np.isin(more_here, common)]]))
    share = max(_distinct(here) / _distinct(frames.moments), _distinct(there) / max(1, _distinct(rows.moments)))
    better = Line(line.speed, line.offset, support)
    nearest_hit = int(beside.distances.min())
    spans = _spans(here, there)
    return Found(owner, better, spans, tuple(chosen), nearest_hit, min(own, support), share, beside.in_one_corner)


def _agreeing(questions: Hashed, line: Line, rows: Hashed) -> tuple[Moments, Moments]:
    """Seconds here and there of what is nearly the same where the line says."""
    expected = line.speed * questions.moments + line.offset
    order = np.argsort(rows.moments, kind="stable")
    moments = rows.moments[order]
    low = np.searchsorted(moments, expected - BESIDE)
    high = np.searchsorted(moments, expected + BESIDE, side="right")
    here, there = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    for number in np.flatnonzero(high > low):
        places = order[low[number] : high[number]]
        near = places[distance(rows.hashes[places], questions.hashes[number]) <= LOOSE]
        here.append(np.full(len(near), questions.moments[number], np.float32))
        there.append(rows.moments[near])
    return np.concatenate(here), np.concatenate(there)


def _spans(here: NDArray[np.float32], there: NDArray[np.float32]) -> tuple[Span, ...]:
    order = np.argsort(here, kind="stable")
    here, there = here[order], there[order]
    cuts = np.flatnonzero(np.diff(here) > GAP) + 1
    return tuple(
        Span((float(h[0]), float(h[-1])), (float(t.min()), float(t.max())))
        for h, t in zip(np.split(here, cuts), np.split(there, cuts), strict=True)
    )
