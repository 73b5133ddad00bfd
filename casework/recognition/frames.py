"""What is kept of frames, and what is asked about them. Numbers alone: no files, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from casework.recognition import regions
from casework.recognition.pdq import Hash
from casework.recognition.regions import PARTS, UNTRIMMED, WHOLE, Box, Points, Way, placed

KEPT_STEP = 0.99
"""Seconds between frames whose hashes are kept."""
PLAIN = 4.0
"""Contrast below which a part says nothing: sky, darkness, a blank page."""
NEAR_FRAMES = 400
"""So many frames, evenly spread, are asked about at most."""
PROBES = 3
"""So many seconds are asked about in every way. All frames of such a second are, so that one of them is near in time to
a frame that was kept of the other."""

Moments = NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """Frames of one file: seconds (pages of a PDF: numbers) and grey points."""

    moments: Moments
    points: Points

    def __len__(self) -> int:
        return len(self.moments)

    @cached_property
    def picture(self) -> Box:
        """The frame without borders."""
        return regions.borders(self.points)

    def taken(self, places: NDArray[np.int64]) -> Frames:
        """Some of the frames, with the borders of all."""
        some = Frames(self.moments[places], self.points[places])
        some.__dict__["picture"] = self.picture
        return some

    def spread(self, most: int) -> Frames:
        """At most so many frames, evenly spread."""
        if len(self) <= most:
            return self
        return self.taken(np.linspace(0, len(self) - 1, most).astype(np.int64))

    def probes(self) -> Frames:
        """All frames of a few seconds, evenly spread."""
        starts = np.linspace(self.moments[0], max(self.moments[0], self.moments[-1] - 1), PROBES)
        chosen = ((self.moments[:, None] >= starts) & (self.moments[:, None] < starts + 1)).any(axis=1)
        return self.taken(np.flatnonzero(chosen))

    def kept(self) -> Frames:
        """About one frame a second."""
        places, last = [], -np.inf
        for place, moment in enumerate(self.moments):
            if moment - last >= KEPT_STEP:
                places.append(place)
                last = moment
        return self.taken(np.array(places, np.int64))


@dataclass(frozen=True)
class Hashed:
    """Hashes, the second of each, and its part (kept ones) or the place of its way (questions)."""

    hashes: Hash
    moments: Moments
    parts: NDArray[np.uint8] | NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.moments)


def hashed(frames: Frames, ways: Sequence[Way]) -> Hashed:
    """The frames in each of the ways, without what is plain."""
    if not len(frames):
        return Hashed(np.zeros((0, 4), np.uint64), np.zeros(0, np.float32), np.zeros(0, np.int32))
    found, contrast = regions.hashes(frames.points, [replace(way, box=way.box.within(frames.picture)) for way in ways])
    telling = contrast >= PLAIN
    moments = np.broadcast_to(frames.moments[:, None], telling.shape)
    numbers = np.broadcast_to(np.arange(len(ways), dtype=np.int32), telling.shape)
    return Hashed(found[telling], moments[telling], numbers[telling])


def kept_hashes(frames: Frames) -> Hashed:
    """What is stored: each part of about a frame a second."""
    kept = frames.kept()
    rows = hashed(kept, [Way(part) for part in PARTS])
    bordered = frames.picture != WHOLE
    if bordered:
        whole = Frames(kept.moments, kept.points)
        whole.__dict__["picture"] = WHOLE
        raw = hashed(whole, [Way(WHOLE)])
    rows = _select(rows, rows.parts != UNTRIMMED)
    if bordered:
        rows = Hashed(
            np.concatenate([rows.hashes, raw.hashes]), np.concatenate([rows.moments, raw.moments]),
            np.concatenate([rows.parts, np.full(len(raw), UNTRIMMED, np.int32)]),
        )  # fmt: skip
    return replace(rows, parts=rows.parts.astype(np.uint8))


def _select(rows: Hashed, chosen: NDArray[np.bool_]) -> Hashed:
    return Hashed(rows.hashes[chosen], rows.moments[chosen], rows.parts[chosen])


def both(boxes: Sequence[Box], turn: float = 0.0) -> list[Way]:
    """Each box as it is and in the mirror."""
    return [Way(box, turn, mirrored) for box in boxes for mirrored in (False, True)]


NEAR = both([part for number, part in enumerate(PARTS) if number != UNTRIMMED])
"""The same parts as are kept, and their mirrors."""


def _grid(size: float, low: float, high: float) -> list[Box]:
    """Parts of a size with their left and top between `low` and `high`, each way about two hundredths apart."""
    places = np.linspace(low, high, round((high - low) / FINE) + 1)
    return [placed(size, float(x), float(y)) for y in places for x in places]


def _middles(size: float) -> list[Box]:
    """Where the middle 60 hundredths of a picture may lie, and now measure `size`, after a cut somewhere."""
    left_over = 60 / size
    return _grid(size, (20 - 100 * (1 - left_over)) / left_over, 20 / left_over)


FINE = 2
"""Hundredths of the picture by which a hash may be off and still be near enough."""
WIDE = both(
    # Parts of this picture that may be the whole of a smaller one ...
    [box for size in range(98, 79, -FINE) for box in _grid(size, 0, 100 - size)]
    # ... and parts that may be the middle of a larger one of which this is a part.
    + [box for size in range(61, 76, FINE) for box in _middles(size)]
)
"""Cut by up to a fifth, on whichever side, in one direction or the other."""

TILTED = [
    way
    for turn in (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)
    for way in both([WHOLE, placed(94, 3, 3), placed(88, 6, 6), placed(60, 20, 20), placed(54, 23, 23)], turn)
]
"""Filmed from a screen, a little askew."""
