"""From a stored file to the numbers by which it is met again: read in the sandbox, hashed here."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from casework.core.errors import DomainError
from casework.evidence import sandbox, store
from casework.evidence.sniffing import Family, Sniffed
from casework.recognition.frames import Frames, Hashed, kept_hashes
from casework.recognition.regions import SIDE

READ = frozenset({Family.VIDEO, Family.AUDIO, Family.IMAGE, Family.PDF})
LIMITS = sandbox.Limits(cpu_seconds=3600, wall_seconds=5400, output=96 << 20)
"""A long video is decoded whole, in the background."""
PICTURES = 300
"""So many small pictures are kept of one file, evenly spread."""
_READER = "casework.recognition.reader"
_MOST_SIDE = 100_000
_DAY = 86_400.0


class Unrecognisable(DomainError):
    """The frames or sound could not be read; says why in a few words."""

    status = 422
    code = "unrecognisable"


@dataclass(frozen=True)
class Sound:
    """Marks of sound and their seconds, in order of time."""

    marks: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    moments: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True)
class Read:
    """What was read of a file. `note` says what is missing, if something is."""

    frames: Frames
    sound: Sound
    size: tuple[int, int]
    isolated: bool
    note: str = ""


def is_read(sniffed: Sniffed) -> bool:
    """Whether files of this kind are compared at all."""
    return sniffed.family in READ and bool(sniffed.reader)


def read(sha256: str, sniffed: Sniffed, *, limits: sandbox.Limits = LIMITS) -> Read:
    """Frames and sound of a stored file. Raises Unrecognisable, and IntegrityFailure when the bytes are missing."""
    if not is_read(sniffed):
        raise Unrecognisable("this kind of file is not opened")
    with store.open_file(sha256) as blob:
        task = {"family": str(sniffed.family), "reader": sniffed.reader}
        outcome = sandbox.run(_READER, blob.fileno(), task, limits)
    frames, heard = _frames(outcome.results), _sound(outcome.results)
    if not len(frames) and not len(heard.marks):
        raise Unrecognisable(outcome.reason or "nothing could be read")
    return Read(frames, heard, _size(outcome.facts), outcome.isolated, outcome.reason)


def _frames(results: dict[str, bytes]) -> Frames:
    """The frames that the reader handed over; none when what it says cannot be: it read hostile bytes."""
    moments = _column(results.get("moments", b""), "<f4")
    points = results.get("points", b"")
    if len(points) != len(moments) * SIDE * SIDE or not _sound_moments(moments):
        return Frames(np.zeros(0, np.float32), np.zeros((0, SIDE, SIDE), np.uint8))
    return Frames(moments, np.frombuffer(points, np.uint8).reshape(-1, SIDE, SIDE))


def _sound(results: dict[str, bytes]) -> Sound:
    marks = _column(results.get("sound-marks", b""), "<u4")
    moments = _column(results.get("sound-moments", b""), "<f4")
    return Sound(marks, moments) if len(marks) == len(moments) and _sound_moments(moments) else Sound()


def _column(data: bytes, kind: str) -> NDArray[Any]:
    width = np.dtype(kind).itemsize
    return np.frombuffer(data[: len(data) // width * width], kind)


def _sound_moments(moments: NDArray[Any]) -> bool:
    """Whether these are seconds, in order, of something shorter than ten days."""
    return bool(np.isfinite(moments).all() and (np.diff(moments) >= 0).all() and (np.abs(moments) < 10 * _DAY).all())


def _size(facts: dict[str, object]) -> tuple[int, int]:
    sides = [facts.get("width"), facts.get("height")]
    if all(isinstance(side, int) and 0 < side <= _MOST_SIDE for side in sides):
        return sides[0], sides[1]  # type: ignore[return-value]
    return SIDE, SIDE


@dataclass(frozen=True)
class Pictures:
    """Small grey JPEGs one after another, the second of each and where it ends."""

    data: bytes
    moments: NDArray[np.float32]
    ends: NDArray[np.uint32]


def pictures(frames: Frames) -> Pictures:
    """Pictures of some of the frames, drawn from their points."""
    some = frames.kept().spread(PICTURES) if len(frames) else frames
    data, ends = bytearray(), []
    for points in some.points:
        buffer = io.BytesIO()
        Image.fromarray(points).save(buffer, "JPEG", quality=70)
        data += buffer.getvalue()
        ends.append(len(data))
    return Pictures(bytes(data), some.moments, np.array(ends, np.uint32))


def kept(frames: Frames) -> Hashed:
    """The hashes that are stored of these frames."""
    if not len(frames):
        return Hashed(np.zeros((0, 4), np.uint64), np.zeros(0, np.float32), np.zeros(0, np.uint8))
    return kept_hashes(frames)


def shown_size(width: int, height: int, longest: int = 400) -> tuple[int, int]:
    """The size at which a small picture is shown, in the proportions of the file."""
    scale = longest / max(width, height, 1)
    return max(8, math.ceil(width * scale)), max(8, math.ceil(height * scale))
