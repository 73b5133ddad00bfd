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
from casework.recognition.comparing import MOST_RECURRING, Common, compare_sound
from casework.recognition.frames import Frames, Hashed, kept_hashes
from casework.recognition.index import Index, Rows, scan
from casework.recognition.models import Sure
from casework.recognition.sound import Listener
from casework.recognition.sounds import Marks, Moments
from tests.benchmarks import footage
from tests.recognition.shelf import Shelf, read

MADE, UNRELATED = int(os.environ.get("CASEWORK_FOOTAGE", 30)), int(os.environ.get("CASEWORK_UNRELATED", 500))
ASKED = int(os.environ.get("CASEWORK_UNRELATED_ASKED", 60))
STRANGERS = 100_000


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
    assert [each for each in wrong if each[3] > Sure.POSSIBLE] == []
    assert len(wrong) <= ASKED * UNRELATED / 100_000


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


def test_an_opening_that_thousands_of_files_have():
    """What a file with such an opening costs beside the same file where nobody else has it."""
    new, files = read(footage.video(footage.pictures(7))), 5000
    opening = new.taken(np.flatnonzero(new.moments < 5))
    shelf, random = Shelf(), np.random.default_rng(0)
    rows = kept_hashes(opening)
    unlike = random.integers(0, 256, (100, 32), np.uint8).view(np.uint64)
    longer = Hashed(
        np.concatenate([rows.hashes, unlike]), np.concatenate([rows.moments, np.arange(10, 110, dtype=np.float32)]),
        np.concatenate([rows.parts, np.zeros(100, np.uint8)]),
    )  # fmt: skip
    everyone = np.repeat(np.arange(1, files + 1, dtype=np.int32), len(rows))
    bits = np.unpackbits(np.tile(rows.hashes, (files, 1)).view(np.uint8), axis=1)
    for row in bits:
        row[random.integers(0, 256, 5)] ^= 1
    crowd = np.packbits(bits, axis=1).view(np.uint64)
    others = random.integers(0, 256, (len(crowd), 32), np.uint8).view(np.uint64)
    took, answers = [], []
    for hashes in (others, crowd):
        shelf.index = Index()
        shelf.index.add(Rows(hashes, everyone, np.tile(rows.moments, files), np.tile(rows.parts, files)))
        shelf.kept = dict.fromkeys(range(1, files + 1), longer)
        begun = time.process_time()
        answers.append(shelf.compare(new))
        took.append(time.process_time() - begun)
    print(
        f"\n{files} files with one opening of 5 s, {len(crowd)} hashes: a file that has it too takes {took[1]:.1f} s, "
        f"{took[0]:.1f} s where nobody has it; {len(answers[1])} are named"
    )
    assert answers[0] == []
    assert {(each.sure, each.detail["recurring"]) for each in answers[1]} == {(1, True)}
    assert len(answers[1]) == MOST_RECURRING
    assert took[1] <= 20 * took[0]


@pytest.mark.parametrize("preset", ["ultrafast", "medium"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_reading_frames_beside_decoding_alone(width, height, preset):
    """Encoded for speed, so that every frame is needed for the next, and as most sites encode."""
    frames = list(footage.pictures(1, 4, width // 2, height // 2))
    data = footage.video(iter(frames * 3), size=(width, height), rate=25, quality=23, preset=preset)

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
        f"\n{width} × {height}, {preset}: decoding {alone:.2f} s, with reading and hashing {both:.2f} s, "
        f"ratio {both / alone:.2f}"
    )
