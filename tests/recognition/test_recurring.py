"""What is in many files, an opening or a logo, costs little and relates nothing; footage that was posted often does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from casework.recognition import index
from casework.recognition.comparing import MOST_RECURRING, Common
from casework.recognition.frames import Frames
from casework.recognition.index import CROWDED, Index, Rows
from casework.recognition.matching import RECURRING, Seen, look
from tests.benchmarks.footage import cloud
from tests.recognition.shelf import Shelf

OPENING, MANY = 5, RECURRING + 10


def scenes(seed: int, count: int) -> np.ndarray:
    """So many pictures that have nothing to do with each other."""
    random = np.random.default_rng(seed)
    return np.stack([np.clip(128 + 46 * cloud(random, 128, 128, 2.0), 0, 255) for _ in range(count)])


def film(seed: int, *parts: np.ndarray, rough: float = 2) -> Frames:
    """The parts one after another, a picture a second, with the noise of an encoding of its own."""
    pictures = np.concatenate(parts)
    noise = np.random.default_rng(seed).normal(0, rough, pictures.shape)
    points = np.clip(pictures + noise, 0, 255).astype(np.uint8)
    return Frames(np.arange(len(points), dtype=np.float32), points)


def shelf_of(*films: Frames) -> Shelf:
    shelf = Shelf()
    for number, each in enumerate(films):
        shelf.add(number, each)
    return shelf


def told(answers: list[Common]) -> dict[int, tuple[int, bool]]:
    return {each.owner: (each.sure, each.detail["recurring"]) for each in answers}


@pytest.mark.long
def test_an_opening_of_many_relates_the_earliest_few_as_possible_alone():
    opening = scenes(0, OPENING)
    shelf = shelf_of(*(film(n, opening, scenes(100 + n, 8)) for n in range(MANY)))
    new = film(99, opening, scenes(900, 8))
    assert told(shelf.compare(new)) == dict.fromkeys(range(MOST_RECURRING), (1, True))


@pytest.mark.long
def test_what_follows_an_opening_is_met_all_the_same():
    opening, body = scenes(0, OPENING), scenes(100 + MANY - 1, 8)
    shelf = shelf_of(*(film(n, opening, scenes(100 + n, 8)) for n in range(MANY)))
    answers = told(shelf.compare(film(99, opening, body[2:6], scenes(900, 8))))
    assert answers.pop(MANY - 1) == (3, False)
    assert set(answers.values()) == {(1, True)}


@pytest.mark.long
def test_footage_that_was_posted_often_is_the_same_each_time():
    posted = scenes(0, 6)
    shelf = shelf_of(*(film(n, posted) for n in range(MANY)))
    assert told(shelf.compare(film(99, posted))) == dict.fromkeys(range(MANY), (3, False))
    # And within something longer: all of what is known agrees.
    assert told(shelf.compare(film(98, scenes(901, 10), posted))) == dict.fromkeys(range(MANY), (3, False))


@pytest.mark.long
def test_a_card_with_a_logo_does_not_make_two_videos_the_same():
    card = scenes(0, 1)
    few = shelf_of(*(film(n, scenes(100 + n, 6), card) for n in range(2)))
    assert told(few.compare(film(99, scenes(900, 6), card))) == {0: (1, False), 1: (1, False)}
    many = shelf_of(*(film(n, scenes(100 + n, 6), card) for n in range(MANY)))
    assert told(many.compare(film(99, scenes(900, 6), card))) == dict.fromkeys(range(MOST_RECURRING), (1, True))


@pytest.mark.long
def test_black_frames_relate_nothing():
    black = np.zeros((4, 128, 128))
    shelf = shelf_of(*(film(n, black, scenes(100 + n, 4), black) for n in range(3)))
    assert shelf.compare(film(99, black, scenes(900, 4), black)) == []


def test_a_crowd_in_the_index_is_answered_in_part_and_hides_nothing_else(monkeypatch):
    random = np.random.default_rng(5)
    common, rare = (random.integers(0, 256, (1, 32), np.uint8).view(np.uint64) for _ in range(2))
    crowd = np.repeat(common, 4 * CROWDED, axis=0)
    owners = np.concatenate([np.zeros(2 * CROWDED), np.arange(2 * CROWDED), [7]]).astype(np.int32)
    looked_up: list[int] = []
    near = index.Segment.near
    monkeypatch.setattr(index.Segment, "near", lambda *given: looked_up.append(len(given[2])) or near(*given))
    known = Index()
    count = len(owners)
    known.add(
        Rows(np.concatenate([crowd, rare]), owners, np.arange(count, dtype=np.float32), np.zeros(count, np.uint8))
    )
    hits = known.search(np.concatenate([common, rare]), 31)
    of_crowd = hits.owners[hits.queries == 0]
    assert len(set(of_crowd.tolist())) == len(of_crowd) == CROWDED
    assert hits.owners[hits.queries == 1].tolist() == [7]
    # Once in one table; the other question in all of them.
    assert looked_up == [2] + [1] * (index.PIECES - 1)


def post(seed: int) -> np.ndarray:
    """A screenshot: the frame of one application around other words and another picture."""
    random = np.random.default_rng(seed)
    page = np.full((128, 128), 224, np.float32)
    page[:20], page[30:112, 6:116] = 255, 250
    page[34:80, 8:114] = np.clip(128 + 10 * cloud(random, 46, 106, 2.6), 0, 255)
    for line in (88, 94, 100):
        page[line : line + 3, 12 : 12 + random.integers(60, 95)] = 120
    return page[None]


@pytest.mark.long
def test_screenshots_of_different_posts_resemble_each_other_and_are_not_paired():
    shelf = shelf_of(*(film(n, post(n), rough=0.3) for n in range(8)))
    for frames in (film(90 + n, post(50 + n), rough=0.3) for n in range(3)):
        seen, _ways = look(frames, shelf.search)
        assert len(seen)
        assert all(each.sure == 1 for each in shelf.compare(frames))


def test_one_corner_of_one_picture_is_not_enough():
    hits = Seen(*(np.zeros(2, kind) for kind in (np.float32, np.float32, np.int32, np.uint8, np.int32, np.int64, bool)))
    told = {parts: replace(hits, parts=np.array(parts, np.uint8)).in_one_corner for parts in ((4, 4), (3, 4), (0, 0))}
    assert told == {(4, 4): True, (3, 4): False, (0, 0): False}
