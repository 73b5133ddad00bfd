"""What recognition finds after each change that footage goes through, what it takes for the same though it is not, how
fast. Prints; wrong answers fail, slow ones are told.

    CASEWORK_FOOTAGE=30 CASEWORK_UNRELATED=500 pytest tests/benchmarks/test_recognition.py -s
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import av
import numpy as np
import pytest

from casework.evidence.media import video
from casework.recognition import reader
from casework.recognition.comparing import Common, compare_frames, compare_sound
from casework.recognition.frames import Frames, Hashed, kept_hashes
from casework.recognition.index import Hits, Index, Rows, scan
from casework.recognition.pdq import Hash
from casework.recognition.sound import Listener
from casework.recognition.sounds import Heard, Marks, Moments, SoundIndex
from tests.benchmarks import footage

MADE, UNRELATED = int(os.environ.get("CASEWORK_FOOTAGE", 30)), int(os.environ.get("CASEWORK_UNRELATED", 500))
ASKED = int(os.environ.get("CASEWORK_UNRELATED_ASKED", 60))
STRANGERS = 100_000


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


@dataclass
class Line:
    """One row of the table."""

    name: str
    same: int = 0
    likely: int = 0
    possible: int = 0
    missed: list[int] = field(default_factory=list)
    wrong: int = 0

    def take(self, seed: int, answers: list[Common]) -> None:
        sure = max((each.sure for each in answers if each.owner == seed), default=0)
        self.same, self.likely, self.possible = (
            self.same + (sure == 3),
            self.likely + (sure == 2),
            self.possible + (sure == 1),
        )
        self.missed += [seed] if not sure else []
        self.wrong += sum(each.owner != seed for each in answers)

    def __str__(self) -> str:
        asked = self.same + self.likely + self.possible + len(self.missed)
        recall = (asked - len(self.missed)) / asked
        return (
            f"| {self.name} | {recall:.0%} | {self.same} | {self.likely} | {self.possible} | {len(self.missed)} "
            f"| {self.wrong} |"
        )


def changed(seed: int, frames: list[footage.Picture], names: list[str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        change, how = footage.CHANGES[name]
        yield name, footage.video(change(iter(frames)), **how)  # type: ignore[arg-type]


def recall(seeds: range, names: list[str]) -> dict[str, Line]:
    """Each made video is known; each changed copy is asked about."""
    shelf, lines = Shelf(), {name: Line(name) for name in names}
    for seed in seeds:
        shelf.add(seed, read(footage.video(footage.pictures(seed), quality=20)))
    for seed in seeds:
        frames = list(footage.pictures(seed))
        for name, data in changed(seed, frames, names):
            lines[name].take(seed, shelf.compare(read(data)))
        told = {name: len(line.missed) for name, line in lines.items() if line.missed}
        print(f"{seed - seeds.start + 1} of {len(seeds)} videos; missed {told}", flush=True)
    return lines


def test_recall_after_each_change():
    lines = recall(range(MADE), list(footage.CHANGES))
    print(f"\n{MADE} made videos of {footage.SECONDS} s, asked once after each change")
    print("\n| Change | Found | same | very likely | possibly | missed | wrong |\n|---|---|---|---|---|---|---|")
    print(*lines.values(), sep="\n", flush=True)
    assert sum(line.wrong for line in lines.values()) == 0


def test_unrelated_footage_is_not_taken_for_the_same():
    shelf, asked = Shelf(), []
    for number in range(UNRELATED):
        frames = read(footage.video(footage.pictures(STRANGERS + number, 6, 160, 90), quality=28))
        shelf.add(number, frames)
        asked.append(frames)
    wrong = [
        (number, each.owner, each.kind, each.sure)
        for number in np.linspace(0, UNRELATED - 1, ASKED).astype(int).tolist()
        for each in shelf.compare(asked[number], number)
    ]
    print(
        f"\n{ASKED} of {UNRELATED} unrelated videos asked, {ASKED * (UNRELATED - 1)} pairs: {len(wrong)} wrong {wrong}"
    )
    assert len(wrong) <= ASKED * UNRELATED / 10_000


def test_recall_of_sound():
    shelf = Shelf()
    for seed in range(MADE):
        shelf.sounds.add(seed, *_heard(footage.melody(seed, 20)))
    random = np.random.default_rng(1)
    ways = {
        "quieter, by 12 dB": lambda sound: sound * 0.25,
        "with noise at 15 dB": lambda sound: sound + random.standard_normal(len(sound)).astype(np.float32)
        * np.float32(np.sqrt((sound**2).mean()) * 10 ** (-15 / 20)),
        "5 seconds of it": lambda sound: sound[7 * 16_000 : 12 * 16_000],
        "re-encoded (AAC 24 kb/s)": _recoded,
        "speed 1.25, higher pitch": _faster,
    }  # fmt: skip
    print("\n| Sound | Found | wrong |\n|---|---|---|")
    for name, way in ways.items():
        right = wrong = 0
        for seed in range(MADE):
            answers = compare_sound(shelf.listen(*_heard(way(footage.melody(seed, 20)).astype(np.float32))), -1)
            right += any(each.owner == seed for each in answers)
            wrong += sum(each.owner != seed for each in answers)
        print(f"| {name} | {right / MADE:.0%} | {wrong} |", flush=True)
        assert wrong == 0


def _heard(sound: np.ndarray) -> tuple[Marks, Moments]:
    listener = Listener()
    for start in range(0, len(sound), 4096):
        # Half the rate, as the reader's resampler makes it.
        piece = sound[start : start + 4096]
        listener.hear(((piece[::2] + piece[1::2]) / 2).astype(np.float32))
    return listener.marks()


def _faster(sound: np.ndarray) -> np.ndarray:
    return np.interp(np.arange(0, len(sound), 1.25), np.arange(len(sound)), sound)


def _recoded(sound: np.ndarray) -> np.ndarray:
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as output:
        track = output.add_stream("aac", rate=16_000, layout="mono")
        track.bit_rate = 24_000
        for start in range(0, len(sound), 1024):
            piece = av.AudioFrame.from_ndarray(sound[None, start : start + 1024], format="flt", layout="mono")
            piece.sample_rate, piece.pts = 16_000, start
            output.mux(track.encode(piece))
        output.mux(track.encode(None))
    data.seek(0)
    with av.open(data) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def test_a_million_hashes():
    random = np.random.default_rng(0)
    count = 1_000_000
    hashes = random.integers(0, 256, (count, 32), np.uint8).view(np.uint64)
    rows = Rows(hashes, np.arange(count, dtype=np.int32), np.zeros(count, np.float32), np.zeros(count, np.uint8))
    index, begun = Index(), time.perf_counter()
    for start in range(0, count, 5000):
        piece = slice(start, start + 5000)
        index.add(Rows(hashes[piece], rows.owners[piece], rows.moments[piece], rows.parts[piece]))
    built = time.perf_counter() - begun
    chosen = random.choice(count, 300, replace=False)
    spread = np.unpackbits(hashes[chosen].view(np.uint8), axis=1)
    for row in spread:
        row[random.choice(256, 31, replace=False)] ^= 1
    queries = np.packbits(spread, axis=1).view(np.uint64)
    took, walked = [], []
    found = 0
    for number, query in enumerate(queries):
        begun = time.perf_counter()
        hits = index.search(query[None], 31)
        took.append(time.perf_counter() - begun)
        found += int(chosen[number]) in hits.owners.tolist()
        if number < 100:
            begun = time.perf_counter()
            places = scan(rows, query, 31)
            walked.append(time.perf_counter() - begun)
            assert sorted(hits.owners.tolist()) == sorted(rows.owners[places].tolist())
    begun = time.perf_counter()
    index.search(queries, 31)
    batch = (time.perf_counter() - begun) / len(queries)
    one, floor = float(np.median(took)), float(np.median(walked))
    print(
        f"\n{count} hashes: {index.nbytes / 1e6:.0f} MB, taken in within {built:.1f} s in pieces of 5,000"
        f"\none query {one * 1000:.2f} ms (slowest {max(took) * 1000:.1f}), in a batch {batch * 1000:.2f} ms; "
        f"a walk {floor * 1000:.2f} ms; ratio {one / floor:.2f}"
        f"\nat exactly 31 bits: {found} of {len(queries)} found"
    )
    assert found == len(queries)
    assert one / floor <= 3


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_reading_frames_beside_decoding_alone(width, height):
    frames = list(footage.pictures(1, 4, width // 2, height // 2))
    data = footage.video(iter(frames * 3), size=(width, height), rate=25, quality=23)

    def decode() -> None:
        with av.open(io.BytesIO(data)) as container:
            video.decoder(container.streams.video[0])
            for _ in container.decode(video=0):
                pass

    def sample() -> None:
        sampler = reader.Sampler()
        with av.open(io.BytesIO(data)) as container:
            video.decoder(container.streams.video[0])
            for moment, frame in reader.steady(container, container.streams.video[0], sampler):
                sampler.take(moment, reader.frame_points(frame))
        kept_hashes(Frames(np.array(sampler.moments, np.float32), np.stack(sampler.points)))

    times: dict[object, list[float]] = {decode: [], sample: []}
    for _ in range(7):
        for act, kept in times.items():
            begun = time.process_time()
            act()  # type: ignore[operator]
            kept.append(time.process_time() - begun)
    alone, both = (float(np.median(kept)) for kept in times.values())
    print(
        f"\n{width} × {height}: decoding {alone:.2f} s, with reading and hashing {both:.2f} s, ratio {both / alone:.2f}"
    )
