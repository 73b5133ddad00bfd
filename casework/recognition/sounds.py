"""Marks of sound in memory, and whether some sound is among them: the same marks at a steady difference of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEADY = 0.15
"""Seconds within which differences of time count as the same."""
ENOUGH = 24
"""So many marks at one difference are the same sound; by chance a few agree."""
DENSE = 2.0
"""And so many a second over the stretch."""
GAP = 4.0
_COMMON = 200
"""A mark found so often (a hum, a tone) tells nothing."""

Marks = NDArray[np.uint32]
Moments = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """Known sound met again: seconds here and there, and how many marks agree."""

    owner: int
    here: tuple[float, float]
    there: tuple[float, float]
    marks: int


@dataclass(frozen=True)
class _Run:
    """Marks in order of their value."""

    marks: Marks
    moments: Moments
    owners: NDArray[np.int32]

    @classmethod
    def sorted(cls, marks: Marks, moments: Moments, owners: NDArray[np.int32]) -> _Run:
        order = np.argsort(marks, kind="stable")
        return cls(marks[order], moments[order], owners[order])


class SoundIndex:
    """Sorted runs of marks; runs of like size are merged, so that adding rewrites little. 12 bytes a mark."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        return sum(len(run.marks) for run in self._runs)

    def add(self, owner: int, marks: Marks, moments: Moments) -> None:
        if not len(marks):
            return
        run = _Run.sorted(marks, moments, np.full(len(marks), owner, np.int32))
        while self._runs and len(self._runs[-1].marks) <= 2 * len(run.marks):
            last = self._runs.pop()
            run = _Run.sorted(*(np.concatenate([getattr(last, n), getattr(run, n)]) for n in _Run.__dataclass_fields__))
        self._runs.append(run)

    def search(self, marks: Marks, moments: Moments) -> list[Heard]:
        """Every known sound of which a stretch is here."""
        here, there, owners = [], [], []
        for run in self._runs:
            low = np.searchsorted(run.marks, marks)
            lengths = np.searchsorted(run.marks, marks, side="right") - low
            lengths = np.where(lengths > _COMMON, 0, lengths)
            places = np.repeat(low - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
            here.append(np.repeat(moments, lengths))
            there.append(run.moments[places])
            owners.append(run.owners[places])
        if not here:
            return []
        return _agreeing(np.concatenate(here), np.concatenate(there), np.concatenate(owners))


def _agreeing(here: Moments, there: Moments, owners: NDArray[np.int32]) -> list[Heard]:
    answers = []
    for owner in np.unique(owners):
        mine = owners == owner
        heard = _steadiest(int(owner), here[mine], there[mine])
        if heard is not None:
            answers.append(heard)
    return answers


def _steadiest(owner: int, here: Moments, there: Moments) -> Heard | None:
    """The longest stretch at the most frequent difference of time, when it is long and dense enough."""
    offsets = there - here
    order = np.argsort(offsets)
    ends = np.searchsorted(offsets[order], offsets[order] + STEADY, side="right")
    best = int(np.argmax(ends - np.arange(len(ends))))
    chosen = order[best : ends[best]]
    moments = np.sort(here[chosen])
    stretch = max(np.split(moments, np.flatnonzero(np.diff(moments) > GAP) + 1), key=len)
    start, end = float(stretch[0]), float(stretch[-1])
    if len(stretch) < max(ENOUGH, DENSE * (end - start)):
        return None
    offset = float(np.median(offsets[chosen]))
    return Heard(owner, (start, end), (start + offset, end + offset), len(stretch))
