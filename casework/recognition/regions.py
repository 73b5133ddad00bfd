"""Which parts of a frame are hashed, so that what was cropped, framed, overlaid, mirrored or tilted is met again.

A frame is read once, as 128 by 128 grey points. A part is a pair of small matrices that resample and transform at once,
so that hashing a part of many frames costs little more than reading their points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from casework.recognition import pdq
from casework.recognition.pdq import Grey, Hash

SIDE = 128
"""Points across and down that a frame is read at."""
_EVEN = 10
_MOST_BORDER = 0.4
_RARE = 10

Points = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """A part of a frame, in hundredths of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, outer: Box) -> Box:
        """This part of that part."""
        width, height = outer.right - outer.left, outer.bottom - outer.top
        return Box(
            outer.left + self.left * width / 100, outer.top + self.top * height / 100,
            outer.left + self.right * width / 100, outer.top + self.bottom * height / 100,
        )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How a frame is looked at: a part of it, turned by so many degrees, as it is or in the mirror."""

    box: Box
    turn: float = 0.0
    mirrored: bool = False


WHOLE = Box(0, 0, 100, 100)


def placed(size: float, left: float, top: float) -> Box:
    """A part of `size` hundredths each way, from so many hundredths."""
    return Box(left, top, left + size, top + size)


PARTS = (WHOLE, WHOLE, placed(60, 20, 20), *(placed(60, x, y) for y in (0, 40) for x in (0, 40)))
"""What is kept of a frame: the picture without borders, with them if it has some, its middle, four corners."""
UNTRIMMED, FIRST_CORNER = 1, 3
"""The places in PARTS of the picture with its borders and of the first of its corners."""


def hashes(points: Points, ways: Iterable[Way]) -> tuple[Hash, NDArray[np.float32]]:
    """Hashes of frames (first axis) in each of the ways (second axis), and how much contrast each part has."""
    frames = points.astype(np.float32)
    turned = {0.0: frames}
    found, contrasts = [], []
    last, waves = None, frames
    for way in ways:
        if way.turn not in turned:
            turned = {0.0: frames, way.turn: _turn(frames, way.turn)}
        # A part and its mirror image follow each other and have the same waves.
        if (way.turn, way.box) != last:
            last, waves = (way.turn, way.box), _spectrum(turned[way.turn], way.box)
        found.append(pdq.hash_spectrum(pdq.mirrored(waves) if way.mirrored else waves))
        contrasts.append(np.sqrt((waves**2).mean(axis=(1, 2))))
    return np.stack(found, axis=1), np.stack(contrasts, axis=1)


def _spectrum(frames: Grey, box: Box) -> Grey:
    return _resample(box.top, box.bottom) @ frames @ _resample(box.left, box.right).T


@lru_cache(maxsize=2048)
def _resample(low: float, high: float) -> Grey:
    """Sixteen waves over the points between two hundredths of a side: a 16 by 128 matrix."""
    width = (high - low) / 100 * SIDE / pdq.SIDE
    at = low / 100 * SIDE + (np.arange(pdq.SIDE) + 0.5) * width - 0.5
    weight = np.maximum(0, 1 - np.abs(np.arange(SIDE)[None, :] - at[:, None]) / max(1.0, width))
    return (pdq.waves() @ (weight / weight.sum(axis=1, keepdims=True))).astype(np.float32)


def _turn(frames: Grey, degrees: float) -> Grey:
    """Frames turned about their middle; what comes in from outside repeats the edge."""
    angle, middle = math.radians(degrees), (SIDE - 1) / 2
    y, x = np.mgrid[0:SIDE, 0:SIDE] - middle
    columns = np.clip(np.rint(x * math.cos(angle) - y * math.sin(angle) + middle), 0, SIDE - 1).astype(int)
    rows = np.clip(np.rint(x * math.sin(angle) + y * math.cos(angle) + middle), 0, SIDE - 1).astype(int)
    return frames[:, rows, columns]


def borders(points: Points) -> Box:
    """The part of the frames that is not plain border (letterbox, pillarbox) in nearly all of them."""
    sides = np.array([_sides(frame.astype(np.float32)) for frame in points])
    left, top, right, bottom = np.percentile(sides, _RARE, axis=0).round() * 100 / SIDE
    return Box(float(left), float(top), float(100 - right), float(100 - bottom))


def _sides(frame: Grey) -> tuple[int, int, int, int]:
    return _plain(frame.T), _plain(frame), _plain(frame.T[::-1]), _plain(frame[::-1])


def _plain(lines: Grey) -> int:
    """How many lines from the edge are plain and alike. The line where picture and border mix goes with the border."""
    edge = lines[: int(SIDE * _MOST_BORDER)]
    level = edge.mean(axis=1)
    plain = (edge.max(axis=1) - edge.min(axis=1) < _EVEN) & (np.abs(level - level[0]) < _EVEN)
    count = len(plain) if plain.all() else int(np.argmin(plain))
    return count + 1 if count else 0
