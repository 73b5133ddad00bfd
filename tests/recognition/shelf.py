"""What a worker knows of footage, without files and without a database."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import av
import numpy as np

from casework.recognition import reader
from casework.recognition.comparing import Common, compare_frames
from casework.recognition.frames import Frames, Hashed, kept_hashes
from casework.recognition.index import Hits, Index, Rows
from casework.recognition.pdq import Hash
from casework.recognition.sounds import Heard, Marks, Moments, SoundIndex


def read(data: bytes) -> Frames:
    """The frames as the reader in the sandbox reads them."""
    sampler = reader.Sampler()
    with av.open(io.BytesIO(data)) as container:
        for moment, frame in reader.steady(container, container.streams.video[0], sampler):
            sampler.take(moment, reader.frame_points(frame))
    return Frames(np.array(sampler.moments, np.float32), np.stack(sampler.points))


@dataclass
class Shelf:
    """What is known, as in a worker's memory."""

    index: Index = field(default_factory=Index)
    sounds: SoundIndex = field(default_factory=SoundIndex)
    kept: dict[int, Hashed] = field(default_factory=dict)

    def add(self, owner: int, frames: Frames) -> None:
        rows = self.kept[owner] = kept_hashes(frames)
        self.index.add(Rows(rows.hashes, np.full(len(rows), owner, np.int32), rows.moments, rows.parts))

    def search(self, queries: Hash, radius: int) -> Hits:
        return self.index.search(queries, radius)

    def listen(self, marks: Marks, moments: Moments) -> list[Heard]:
        return self.sounds.search(marks, moments)

    def compare(self, frames: Frames, me: int = -1) -> list[Common]:
        return compare_frames(frames, me, self, lambda owner: "video", self.kept.__getitem__)
