"""A million and more frame hashes in memory, answered exactly: everything within a distance, nothing left out.

Hashes are cut into sixteen pieces of 16 bits. Two hashes that differ in at most 31 bits differ in at most one bit in
one of the pieces, so it is enough to look up each piece and its sixteen neighbours: 272 look-ups in sorted tables
instead of a walk over everything. New hashes wait in a short tail whose tables are made anew when needed; when it is
long enough it becomes a segment that changes no more, and segments of like size are merged. Nothing is rewritten to
add a hash.

What recurs everywhere (an opening, a channel's logo) is answered in part: a query that meets CROWDED rows of a segment
in one of its tables is looked up in no other, and gets at most CROWDED rows, from as many owners as there are.

Memory for a million hashes: 32 MB of hashes, 9 MB of what they belong to, 64 MB of tables, 4 MB for each segment.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from casework.recognition.pdq import Hash, count

PIECES = 16
WIDTH = 16
TAIL = 32_768
"""So many hashes become a segment."""
WALKED = 800
"""Fewer hashes than this are walked faster than looked up."""
CROWDED = 500
"""So many rows of a segment are an answer; who else has this frame is left out."""
_BATCH = 1024
_BLOCK = 1 << 19
_LARGEST_RADIUS = 63


@dataclass(frozen=True)
class Rows:
    """Columns of equal length: hashes, whose they are, at which second, of which part of the frame."""

    hashes: Hash
    owners: NDArray[np.int32]
    moments: NDArray[np.float32]
    parts: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.owners)

    @classmethod
    def none(cls) -> Rows:
        return cls(np.zeros((0, 4), np.uint64), np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint8))

    @classmethod
    def joined(cls, rows: Sequence[Rows]) -> Rows:
        return cls(
            np.concatenate([each.hashes for each in rows]), np.concatenate([each.owners for each in rows]),
            np.concatenate([each.moments for each in rows]), np.concatenate([each.parts for each in rows]),
        )  # fmt: skip

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in (self.hashes, self.owners, self.moments, self.parts))


@dataclass(frozen=True)
class Hits:
    """Pairs of a query (its place among the queries) and a row, with their distance in bits."""

    queries: NDArray[np.int64]
    owners: NDArray[np.int32]
    moments: NDArray[np.float32]
    parts: NDArray[np.uint8]
    distances: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.queries)

    @classmethod
    def joined(cls, hits: Sequence[Hits]) -> Hits:
        names = ("queries", "owners", "moments", "parts", "distances")
        return cls(*(np.concatenate([getattr(each, name) for each in hits]) for name in names))


Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Places of queries and of the rows that they met."""


class Segment:
    """Rows that change no more, with a sorted table for each piece."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        pieces = rows.hashes.view(np.uint16)
        self._orders, self._starts = [], []
        for number in range(PIECES):
            values = pieces[:, number]
            self._orders.append(np.argsort(values, kind="stable").astype(np.int32))
            counts = np.bincount(values, minlength=1 << WIDTH)
            self._starts.append(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes + sum(table.nbytes for table in (*self._orders, *self._starts))

    def near(self, number: int, queries: Hash, radius: int) -> Iterator[Pairs]:
        """Places of queries and rows within the radius, of those that the table of one piece brings together."""
        keys = (queries.view(np.uint16)[:, number, None] ^ _flips(radius // PIECES)).ravel()
        low, high = self._starts[number][keys], self._starts[number][1:][keys]
        hit = np.flatnonzero(high > low)
        if not len(hit):
            return
        asked, low = hit // (len(keys) // len(queries)), low[hit].astype(np.int64)
        lengths = high[hit] - low
        ends = np.cumsum(lengths)
        # Where a crowd is in the table, a few queries at a time.
        cuts = np.searchsorted(ends, np.arange(0, ends[-1], _BLOCK), side="right")
        for first, last in itertools.pairwise([*np.unique(cuts), len(lengths)]):
            some = lengths[first:last]
            steps = np.arange(some.sum()) - np.repeat(np.cumsum(some) - some, some)
            places = self._orders[number][np.repeat(low[first:last], some) + steps].astype(np.int64)
            who = np.repeat(asked[first:last], some)
            kept = count(self.rows.hashes[places] ^ queries[who]) <= radius
            yield who[kept], places[kept]


class Index:
    """Segments, and a tail that still grows."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._tail: list[Rows] = []
        self._tail_looked_up: Segment | None = None

    def __len__(self) -> int:
        return sum(len(segment.rows) for segment in self._segments) + self._waiting

    @property
    def nbytes(self) -> int:
        """Bytes of memory that rows and tables take."""
        return sum(segment.nbytes for segment in self._segments) + sum(rows.nbytes for rows in self._tail)

    @property
    def _waiting(self) -> int:
        return sum(len(rows) for rows in self._tail)

    def add(self, rows: Rows) -> None:
        """Take in rows. They are found from now on."""
        if len(rows):
            self._tail.append(rows)
            self._tail_looked_up = None
        if self._waiting >= TAIL:
            self._segments.append(Segment(Rows.joined(self._tail)))
            self._tail, self._tail_looked_up = [], None
            self._merge()

    def _merge(self) -> None:
        while len(self._segments) > 1 and 2 * len(self._segments[-1].rows) >= len(self._segments[-2].rows):
            last, before = self._segments.pop(), self._segments.pop()
            self._segments.append(Segment(Rows.joined([before.rows, last.rows])))

    def search(self, queries: Hash, radius: int) -> Hits:
        """Every row within `radius` bits (at most 63) of a query, by query and row; of a crowd, some."""
        if not 0 <= radius <= _LARGEST_RADIUS:
            raise ValueError("the radius is 0 to 63 bits")
        found = [_hits(Rows.none(), queries, np.zeros(0, np.int64), np.zeros(0, np.int64), 0)]
        segments = list(self._segments)
        if 0 < self._waiting < WALKED:
            found += _walked(Rows.joined(self._tail), queries, radius)
        elif self._tail:
            segments.append(self._tables_of_tail())
        for segment in segments:
            for start in range(0, len(queries), _BATCH):
                found.append(_looked_up(segment, queries[start : start + _BATCH], radius, start))
        return Hits.joined(found)

    def _tables_of_tail(self) -> Segment:
        """The tail with tables of its own, made when something is asked."""
        if self._tail_looked_up is None:
            self._tail_looked_up = Segment(Rows.joined(self._tail))
        return self._tail_looked_up


def scan(rows: Rows, query: Hash, radius: int) -> NDArray[np.int64]:
    """The places of rows within the radius of one query, by walking over all of them."""
    return np.flatnonzero(count(rows.hashes ^ query) <= radius)


def _walked(rows: Rows, queries: Hash, radius: int) -> list[Hits]:
    """All pairs within the radius, by comparing each with each."""
    step, found = max(1, _BLOCK // len(rows)), []
    for start in range(0, len(queries), step):
        some = queries[start : start + step]
        asked, places = np.nonzero(count(some[:, None, :] ^ rows.hashes[None, :, :]) <= radius)
        found.append(_hits(rows, some, asked, places, start))
    return found


def _looked_up(segment: Segment, queries: Hash, radius: int, start: int) -> Hits:
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    open_, crowded = np.arange(len(queries)), np.zeros(len(queries), bool)
    for number in range(PIECES):
        pairs = [(open_[asked], places) for asked, places in segment.near(number, queries[open_], radius)]
        found += pairs
        met = sum((np.bincount(asked, minlength=len(queries)) for asked, _places in pairs), np.zeros(len(queries), int))
        crowded |= met >= CROWDED
        open_ = open_[~crowded[open_]]
        if not len(open_):
            break
    asked, places = (np.concatenate(column) for column in zip(*found, strict=True))
    asked, places = np.divmod(np.unique(asked * len(segment.rows) + places), len(segment.rows))
    if crowded.any():
        kept = _thinned(asked, segment.rows.owners[places], crowded)
        asked, places = asked[kept], places[kept]
    return _hits(segment.rows, queries, asked, places, start)


def _thinned(asked: NDArray[np.int64], owners: NDArray[np.int32], crowded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """At most CROWDED hits of each crowded query: one of each owner, the earliest first, then the second of each."""
    kept = [np.flatnonzero(~crowded[asked])]
    for query in np.flatnonzero(crowded):
        low, high = np.searchsorted(asked, [query, query + 1])
        order = np.argsort(owners[low:high], kind="stable")
        mine = owners[low:high][order]
        turn = np.arange(len(mine)) - np.searchsorted(mine, mine)
        kept.append(low + order[np.argsort(turn, kind="stable")[:CROWDED]])
    return np.sort(np.concatenate(kept))


def _hits(rows: Rows, queries: Hash, asked: NDArray[np.int64], places: NDArray[np.int64], start: int) -> Hits:
    differing = count(rows.hashes[places] ^ queries[asked])
    return Hits(asked + start, rows.owners[places], rows.moments[places], rows.parts[places], differing)


@cache
def _flips(most: int) -> NDArray[np.uint16]:
    """All patterns of 16 bits with at most so many bits set."""
    patterns = np.arange(1 << WIDTH, dtype=np.uint32)
    return patterns[np.bitwise_count(patterns) <= most].astype(np.uint16)
