"""The hashes of the office in the memory of one worker, read from the database and kept up to date from there.

Nothing is stored here alone: a worker that starts anew reads everything again, some thousand rows of packed columns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from casework.recognition.frames import Hashed
from casework.recognition.index import Hits, Index, Rows
from casework.recognition.models import Prints
from casework.recognition.sounds import Heard, Marks, Moments, SoundIndex

_AT_ONCE = 200


class Memory:
    """Frames and sounds of everything that was read so far. One caller at a time."""

    def __init__(self) -> None:
        self._frames, self._sounds = Index(), SoundIndex()
        self._known: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def nbytes(self) -> int:
        return self._frames.nbytes + 12 * len(self._sounds)

    def refresh(self) -> None:
        """Take in what was read since the last time, by this worker or another."""
        with self._lock:
            new = sorted(set(Prints.objects.values_list("pk", flat=True)) - self._known)
            for start in range(0, len(new), _AT_ONCE):
                self._take(Prints.objects.filter(pk__in=new[start : start + _AT_ONCE]).defer("pictures"))

    def _take(self, rows: Iterable[Prints]) -> None:
        for prints in rows:
            known = hashes_of(prints)
            owners = np.full(len(known), prints.pk, np.int32)
            self._frames.add(Rows(known.hashes, owners, known.moments, known.parts.astype(np.uint8)))
            self._sounds.add(prints.pk, *sound_of(prints))
            self._known.add(prints.pk)

    def search(self, queries: NDArray[np.uint64], radius: int) -> Hits:
        with self._lock:
            return self._frames.search(queries, radius)

    def listen(self, marks: Marks, moments: Moments) -> list[Heard]:
        with self._lock:
            return self._sounds.search(marks, moments)


def hashes_of(prints: Prints) -> Hashed:
    """The stored hashes of one file."""
    return Hashed(
        np.frombuffer(prints.hashes, "<u8").reshape(-1, 4),
        np.frombuffer(prints.moments, "<f4"),
        np.frombuffer(prints.parts, np.uint8),
    )


def sound_of(prints: Prints) -> tuple[Marks, Moments]:
    """The stored marks of sound of one file."""
    return np.frombuffer(prints.sound_marks, "<u4"), np.frombuffer(prints.sound_moments, "<f4")


_memory: Memory | None = None
_making = threading.Lock()


def memory() -> Memory:
    """The one of this process, up to date."""
    global _memory
    with _making:
        if _memory is None:
            _memory = Memory()
    _memory.refresh()
    return _memory


def forget() -> None:
    """Let go of everything; the next question reads it anew."""
    global _memory
    _memory = None
