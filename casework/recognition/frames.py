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
NEAR_FRAMES, WIDE_FRAMES, TILT_FRAMES = 400, 24, 16
"""From how many frames, spread evenly, each kind of question is asked."""

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
    return [Way(box, turn, mirrored) for mirrored in (False, True) for box in boxes]


NEAR = both([part for number, part in enumerate(PARTS) if number != UNTRIMMED])
"""The same parts as are kept, and their mirrors."""


def _grid(size: float, low: float, high: float, step: float) -> list[Box]:
    places = np.arange(low, high - size + 1e-6, step) if high - size > step else [(low + high - size) / 2]
    return [placed(size, float(x), float(y)) for y in places for x in places]


WIDE = both(
    # Parts of this picture that may be the whole of a smaller one ...
    [box for size in (97, 94, 91, 88, 85, 82, 79) for box in _grid(size, 0, 100, 3)]
    # ... and parts that may be the middle of a larger one of which this is a part.
    + [box for size in (62, 65, 68, 71, 74) for box in _grid(size, 20 - (size - 60) * 1.3, 80 + (size - 60) * 1.3, 3)]
)
"""Cut on any side by up to a fifth, in one direction or the other."""

TILTED = [
    way
    for turn in (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)
    for way in both([WHOLE, placed(94, 3, 3), placed(88, 6, 6), placed(60, 20, 20), placed(54, 23, 23)], turn)
]
"""Filmed from a screen, a little askew."""
