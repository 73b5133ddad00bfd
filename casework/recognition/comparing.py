"""What a newly read file has in common with all that is known: footage, pictures, sound. Numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from casework.recognition import matching
from casework.recognition.frames import NEAR, Frames, Hashed
from casework.recognition.index import Hits
from casework.recognition.matching import Found, Seen
from casework.recognition.regions import UNTRIMMED, WHOLE, Way
from casework.recognition.sounds import Heard

SAME_PICTURE, PAGE = 16, 16
"""Bits: as near as a picture saved anew; pages of text resemble each other, so they must be as near."""
FLAT = 0.35
"""A picture of which so much is the same from point to point is a page: a form, a screenshot of a post, darkness."""
LIKELY_PAGES = 3
"""Forms and posts have one layout and different words: fewer pages than this are possibly the same, no more."""
SURE_FRAMES, LIKELY_FRAMES = 4, 3
MOVING = 3
"""A video, or a PDF, of so many frames is more than a picture: one of them alone does not make two the same."""
OWN_FRAMES, MOST_SHARE = 2, 0.5
"""With fewer frames of its own, or more of the footage agreeing, frames that recur in many files tell little or all."""
MOST_RECURRING = 3
"""So many files are named that have the same opening or logo, the earliest known."""
MOST_OWNERS = 200
"""So many files are considered at all, those first of which most is met that few others have."""


class Known(Protocol):
    """What is known, as a worker's memory holds it."""

    def search(self, queries: NDArray[np.uint64], radius: int) -> Hits: ...
    def listen(self, marks: NDArray[np.uint32], moments: NDArray[np.float32]) -> list[Heard]: ...


@dataclass(frozen=True)
class Common:
    """What one known file has in common with the new one. `sure` 3 (the same) to 1 (possibly); spans are seconds here,
    then there."""

    owner: int
    kind: str
    sure: int
    spans: list[list[float]]
    detail: dict[str, Any] = field(default_factory=dict)


def compare_frames(
    frames: Frames, me: int, known: Known, families: Callable[[int], str], rows_of: Callable[[int], Hashed]
) -> list[Common]:
    """Known files with the same footage or nearly the same picture, but for the file itself, which is `me`. `families`
    and `rows_of` tell of an owner; the family of one that is gone is empty."""
    if not len(frames):
        return []
    seen, ways = matching.look(frames, known.search)
    seen = seen.where(seen.owners != me)
    family = families(me)
    kinds = {int(owner): families(int(owner)) for owner in matching.nearest(seen)[:MOST_OWNERS]}
    videos = [owner for owner, kind in kinds.items() if kind == "video" == family]
    answers = []
    for found in matching.found(frames, seen.where(np.isin(seen.owners, videos)), ways, rows_of):
        answers.append(_footage(found))
    # A video that stands still is a picture.
    rest = set(kinds) - {answer.owner for answer in answers} - {owner for owner, kind in kinds.items() if not kind}
    rest_seen = seen.where(np.isin(seen.owners, list(rest)))
    pictures = _pictures(rest_seen, ways, _plain(frames), lambda owner: "pdf" in (family, kinds[owner]))
    return _named([*answers, *(_weighed(each, frames, rows_of(each.owner)) for each in pictures)])


def _named(answers: list[Common]) -> list[Common]:
    """All answers that tell something, and the earliest few of those in which only what recurs agrees."""
    told = [each for each in answers if not each.detail.get("recurring")]
    rest = sorted((each for each in answers if each.detail.get("recurring")), key=lambda each: each.owner)
    return told + rest[:MOST_RECURRING]


def _footage(found: Found) -> Common:
    support = found.line.support
    recurring = found.own < OWN_FRAMES and found.share < MOST_SHARE
    sure = 3 if support >= SURE_FRAMES else 2 if support >= LIKELY_FRAMES else 1
    spans = [[*_rounded(span.here), *_rounded(span.there)] for span in found.spans]
    return Common(found.owner, "footage", 1 if recurring else sure, spans, {
        **_how(found.ways), "speed": round(found.line.speed, 2), "frames": support, "bits": found.nearest,
        "recurring": recurring,
    })  # fmt: skip


def _rounded(span: tuple[float, float]) -> list[float]:
    return [round(max(0.0, side), 2) for side in span]


def _how(ways: tuple[Way, ...]) -> dict[str, Any]:
    """In which way the picture was met, in the words of `reasons`."""
    first = ways[0]
    return {"mirrored": first.mirrored, "tilted": bool(first.turn), "cut": not first.turn and first not in NEAR}


def _plain(frames: Frames) -> NDArray[np.float32]:
    """The seconds of frames that look like pages."""
    points = frames.points.astype(np.int16)
    across, down = np.abs(np.diff(points, axis=2))[:, 1:], np.abs(np.diff(points, axis=1))[:, :, 1:]
    return frames.moments[(np.maximum(across, down) <= 1).mean(axis=(1, 2)) >= FLAT]


def _pictures(seen: Seen, ways: list[Way], plain: NDArray[np.float32], is_page: Callable[[int], bool]) -> list[Common]:
    """Owners of which one frame is nearly the same picture as one here."""
    answers = []
    pages = np.isin(seen.here, plain)
    for owner in np.unique(seen.owners):
        mine = seen.owners == owner
        best = _picture(int(owner), seen.where(mine), ways, is_page(int(owner)) | pages[mine])
        if best is not None:
            answers.append(best)
    return answers


def _picture(owner: int, seen: Seen, ways: list[Way], pages: NDArray[np.bool_]) -> Common | None:
    whole = np.array([ways[way].box == WHOLE and not ways[way].turn for way in seen.ways], bool)
    whole &= (seen.parts <= UNTRIMMED) & (seen.distances <= np.where(pages, PAGE, matching.SAME))
    if whole.any():
        place = int(np.flatnonzero(whole)[np.argmin(seen.distances[whole])])
        same = seen.where(whole & (seen.distances <= SAME_PICTURE) & ~seen.recurring)
        frames = min(len(np.unique(same.here)), len(np.unique(same.there)))
        sure = 3 if seen.distances[place] <= SAME_PICTURE else 2
        if pages[place]:
            sure = 2 if frames >= LIKELY_PAGES else 1
        return _one_frame(owner, seen, place, ways, sure, frames)
    near = (seen.distances <= matching.SAME) & ~pages
    # Several parts of one frame here that are parts of one frame there.
    if not near.any():
        return None
    pairs = np.stack([seen.here[near], seen.there[near]], axis=1)
    values, counts = np.unique(pairs, axis=0, return_counts=True)
    if counts.max() < 2:
        return None
    here, there = values[np.argmax(counts)]
    same = near & (seen.here == here) & (seen.there == there)
    if seen.where(same).in_one_corner:
        return None
    these = np.flatnonzero(same)
    place = int(these[np.argmin(seen.distances[these])])
    same_places = int(sum(int(seen.ways[each]) < len(NEAR) for each in these))
    return _one_frame(owner, seen, place, ways, 2 if same_places >= 2 else 1)


def _weighed(answer: Common, frames: Frames, rows: Hashed) -> Common:
    """One frame of a video, or one page of a report, is not the whole: a card with a logo is in many."""
    lengths = len(frames.kept()), len(np.unique(rows.moments))
    recurring = answer.detail["recurring"] and answer.detail["frames"] < 2 and max(lengths) >= MOVING
    sure = 1 if recurring or (min(lengths) >= MOVING and answer.detail["frames"] < 2) else answer.sure
    return replace(answer, sure=sure, detail={**answer.detail, "recurring": recurring})


def _one_frame(owner: int, seen: Seen, place: int, ways: list[Way], sure: int, frames: int = 1) -> Common:
    here, there = round(float(seen.here[place]), 2), round(float(seen.there[place]), 2)
    detail = {**_how((ways[int(seen.ways[place])],)), "bits": int(seen.distances[place]), "frames": frames}
    detail["recurring"] = bool(seen.recurring[place])
    return Common(owner, "image", sure, [[here, here, there, there]], detail)


def compare_sound(heard: list[Heard], me: int) -> list[Common]:
    """Known files with the same sound, but for the file itself."""
    return [
        Common(each.owner, "sound", 3, [[*_rounded(each.here), *_rounded(each.there)]], {"marks": each.marks})
        for each in heard
        if each.owner != me
    ]
