"""The index leaves nothing out, however it grew; PDQ is the PDQ of others."""

from __future__ import annotations

import numpy as np
import pytest

from casework.recognition import index, pdq
from casework.recognition.index import Index, Rows, scan


def random_hashes(seed: int, count: int) -> pdq.Hash:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), np.uint8).view(np.uint64)


def rows(hashes: pdq.Hash, first: int = 0) -> Rows:
    count = len(hashes)
    owners = np.arange(first, first + count, dtype=np.int32)
    return Rows(hashes, owners, np.zeros(count, np.float32), np.zeros(count, np.uint8))


def flipped(hash_: pdq.Hash, bits: int, random: np.random.Generator) -> pdq.Hash:
    spread = np.unpackbits(hash_.view(np.uint8))
    spread[random.choice(256, bits, replace=False)] ^= 1
    return np.packbits(spread).view(np.uint64)


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> tuple[Index, pdq.Hash]:
    """An index of 6,000 hashes that came in pieces: two segments that were merged, one more, and a tail."""
    monkeypatch.setattr(index, "TAIL", 1000)
    hashes, made = random_hashes(1, 6000), Index()
    for start in range(0, 6000, 700):
        made.add(rows(hashes[start : start + 700], start))
    return made, hashes


@pytest.mark.parametrize("radius", [0, 15, 31, 47])
def test_it_finds_every_hash_at_exactly_the_radius(grown, radius):
    made, hashes = grown
    random = np.random.default_rng(2)
    chosen = random.choice(6000, 300, replace=False)
    hits = made.search(np.stack([flipped(hashes[each], radius, random) for each in chosen]), radius)
    found = set(zip(hits.queries.tolist(), hits.owners.tolist(), strict=True))
    assert found >= set(enumerate(chosen.tolist()))
    assert hits.distances.max() <= radius


def test_it_finds_none_one_bit_further(grown):
    made, hashes = grown
    random = np.random.default_rng(3)
    queries = np.stack([flipped(hashes[each], 32, random) for each in range(200)])
    assert len(made.search(queries, 31)) == 0


def test_it_answers_like_a_walk_over_everything(grown):
    made, hashes = grown
    near = np.random.default_rng(4)
    # Many at every distance around the radius, so that both ways have something to get wrong.
    queries = np.stack([flipped(hashes[each % 6000], int(near.integers(20, 40)), near) for each in range(400)])
    hits = made.search(queries, 31)
    everything = rows(hashes)
    walked = {(number, int(place)) for number, query in enumerate(queries) for place in scan(everything, query, 31)}
    assert set(zip(hits.queries.tolist(), hits.owners.tolist(), strict=True)) == walked
    assert len(hits) == len(walked)


def test_it_says_how_far_a_whole_hash_is_turned():
    one = np.zeros(4, np.uint64)
    assert pdq.distance(one, ~one) == 256
    assert pdq.distance(one, one) == 0


def picture(width: int = 200, height: int = 150) -> pdq.Grey:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.sin(x / 17 + 1) + np.cos(y / 11) * 0.7 + np.sin((x + 2 * y) / 29) + np.cos((x - y) / 7) * 0.4
    return ((waves + 3.1) * 40).astype(np.uint8).astype(np.float32)


def test_it_makes_the_reference_hash():
    # Made by the reference implementation (pdqhash 0.2.8) from the same picture.
    hash_, quality = pdq.pdq(picture())
    assert hash_.tobytes().hex() == REFERENCE
    assert quality == 100


REFERENCE = "fe01fb5cfe01ff5cfe01ff5cfe01fb54fe01ab5401e954fc01a9000355f60083"


def test_a_plain_picture_has_no_quality():
    assert pdq.pdq(np.full((80, 90), 128, np.float32))[1] == 0
