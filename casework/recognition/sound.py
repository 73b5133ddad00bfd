"""Marks of sound: pairs of loud peaks in time and pitch, which survive re-encoding, loudness and noise.

A spectrum is taken 21 times a second; in it the peaks that tower over their surroundings are kept, and each is paired
with some that follow within three seconds. A pair is one mark: both pitches and the time between them, 26 bits. The
same marks at a steady difference of time are the same sound (A. Wang, “An industrial-strength audio search algorithm”,
2003).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 8000
WINDOW = 1024
HOP = 384
"""Samples between two spectra: 48 milliseconds."""
_LOWEST, _HIGHEST = 10, 440
_NEAR_TIME, _NEAR_PITCH = 7, 12
_PARTNERS = 4
_LATEST = 60
_LOUD = 1e-4

Samples = NDArray[np.float32]


class Listener:
    """Takes sound piece by piece at constant memory but for the peaks."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._levels: list[NDArray[np.float16]] = []
        self.seconds = 0.0
        self._window = np.hanning(WINDOW).astype(np.float32)

    def hear(self, samples: Samples) -> None:
        """Take the next samples, at 8,000 a second, -1 to 1."""
        self.seconds += len(samples) / RATE
        self._rest = np.concatenate([self._rest, samples])
        count = (len(self._rest) - WINDOW) // HOP + 1
        if count < 32:
            return
        pieces = np.lib.stride_tricks.sliding_window_view(self._rest, WINDOW)[: count * HOP : HOP]
        loudness = np.abs(np.fft.rfft(pieces * self._window, axis=1))[:, _LOWEST:_HIGHEST] / WINDOW
        self._levels.append(np.log(np.maximum(np.nan_to_num(loudness), _LOUD)).astype(np.float16))
        self._rest = self._rest[count * HOP :]

    def marks(self) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """All marks and their seconds, in order of time."""
        if not self._levels:
            return np.zeros(0, np.uint32), np.zeros(0, np.float32)
        times, pitches = _peaks(np.concatenate(self._levels).astype(np.float32))
        marks, moments = [], []
        for step in range(1, _PARTNERS * 4):
            later = times[step:] - times[:-step]
            fits = (later > 2) & (later < _LATEST)
            # Each peak takes only the nearest few that fit.
            value = (pitches[:-step].astype(np.uint32) << 16) | (pitches[step:].astype(np.uint32) << 6) | later
            marks.append(value[fits].astype(np.uint32))
            moments.append(times[:-step][fits] * (HOP / RATE))
        joined, when = np.concatenate(marks), np.concatenate(moments).astype(np.float32)
        order = np.argsort(when, kind="stable")
        return joined[order], when[order]


def _peaks(levels: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times and pitches of points that are the loudest around them and well above the quiet, in order of time."""
    around = _highest(_highest(levels, _NEAR_TIME).T, _NEAR_PITCH).T
    loud = (levels == around) & (levels > np.log(_LOUD) + 1.0) & (levels > np.median(levels) + 0.7)
    times, pitches = np.nonzero(loud)
    return times, pitches


def _highest(levels: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """The highest value within so many rows before and after each row."""
    padded = np.pad(levels, ((reach, reach), (0, 0)), constant_values=-np.inf)
    highest = levels.copy()
    for shift in range(2 * reach + 1):
        np.maximum(highest, padded[shift : shift + len(levels)], out=highest)
    return highest
