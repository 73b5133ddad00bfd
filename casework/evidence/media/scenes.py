"""Where a video's picture changes: one judgement for the contact sheet and for whatever else wants those frames.

Needs numpy alone, so that it works inside the sandboxed process and outside of it, on frames from any decoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

SMALL = (64, 36)
"""Width and height, in pixels, of the grey frames that are compared."""
CUT = 22.0
"""Mean difference of grey levels (of 255) from the frame before that is a cut."""
DRIFT = 34.0
"""Mean difference from the last scene's first frame by which a picture has become another one without a cut."""
SHORTEST = 1.0
"""Seconds that a scene lasts at least; a flash is no scene."""

Grey = NDArray[np.uint8]


class SceneFinder:
    """Tells, frame by frame, where a new scene begins. `see` takes frames in order of time, some five to thirty a
    second, each already reduced to SMALL grey pixels; it answers how strong the change is, 0.0 for none. The first
    frame begins the first scene."""

    def __init__(self) -> None:
        self._before: NDArray[np.int16] | None = None
        self._first: NDArray[np.int16] | None = None
        self._since = 0.0

    def see(self, seconds: float, grey: Grey) -> float:
        """The strength of the change that begins here (mean difference, 0 to 255), or 0.0."""
        frame = grey.astype(np.int16)
        before, first = self._before, self._first
        self._before = frame
        if before is None or first is None:
            return self._begin(seconds, frame, 255.0)
        if seconds - self._since < SHORTEST:
            return 0.0
        step, drift = float(np.abs(frame - before).mean()), float(np.abs(frame - first).mean())
        if (step >= CUT and drift >= CUT / 2) or drift >= DRIFT:
            return self._begin(seconds, frame, max(step, drift))
        return 0.0

    def _begin(self, seconds: float, frame: NDArray[np.int16], strength: float) -> float:
        self._first, self._since = frame, seconds
        return strength


def scene_changes(frames: Iterable[tuple[float, Grey]]) -> Iterator[tuple[float, float]]:
    """(seconds, strength) of each scene's first frame, from (seconds, small grey frame) in order of time."""
    finder = SceneFinder()
    for seconds, grey in frames:
        strength = finder.see(seconds, grey)
        if strength:
            yield seconds, strength
