"""Covered previews of evidence, made outside the web process in the sandbox and kept in the derived store.

Kinds: `poster` (grey, blurred beyond recognition, safe to show uncovered), `still` (grey, for a deliberate reveal; of a
video a strip of up to six key frames, of a PDF its first page) and `copy` (image only: colour, drawn anew without
metadata) are made at once. What takes longer follows: of a video `clip` (small, grey, silent WebM), `sheet` (contact
sheet of its scenes, grey), `play` (colour with sound) and `audio` (the sound apart); of a recording `audio`; of a PDF
its pages in grey (`page`, numbered). A failure leaves the original and the evidence as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from casework.core.errors import DomainError
from casework.evidence import sandbox, store
from casework.evidence.facts import sound_facts
from casework.evidence.sniffing import DEMUXERS, PDF, Family, Sniffed

MEDIA_TYPES = {
    "poster": "image/jpeg", "still": "image/jpeg", "copy": "image/jpeg", "sheet": "image/jpeg", "page": "image/jpeg",
    "clip": "video/webm", "play": "video/webm", "audio": "audio/webm",
}  # fmt: skip
COPY_LIMITS = sandbox.Limits(cpu_seconds=900, wall_seconds=2400, output=224 << 20)
"""A whole video is read and encoded anew; it may take a quarter of an hour of processor time."""
FIRST_OF_COPIES = {Family.VIDEO: "play", Family.AUDIO: "audio", Family.PDF: "page"}
"""By family, the copy whose row stands for all that are made together, while they wait and when they fail."""
COPIED_TYPES = {
    media_type: "play" if media_type.startswith("video/") else "page"
    for media_type in (*DEMUXERS, PDF)
    if not media_type.startswith("audio/")
}
"""By media type, the same, for files whose covers were made before there were copies."""

_READER = "casework.evidence.media"
_STARTS = {"image/jpeg": b"\xff\xd8\xff", "video/webm": b"\x1a\x45\xdf\xa3", "audio/webm": b"\x1a\x45\xdf\xa3"}
_NUMBERED = re.compile(r"(page)-([1-9][0-9]{0,3})")


class PreviewFailed(DomainError):
    """No preview could be made; `reason` in a few words. The original is untouched."""

    status = 422
    code = "preview_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Preview:
    """One derived file: its address in `store.derived()`, bytes, and the only type it is ever served with. `number` is
    that of a page, else 0."""

    kind: str
    sha256: str
    size: int
    media_type: str
    number: int = 0


@dataclass(frozen=True)
class Made:
    """Facts (see `facts.sound_facts`; absent when unknown), previews by name (`page-2`), and `note` when not all could
    be made.

    `isolated`: the reader had neither network nor files, by the kernel's word rather than by limits alone.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    previews: dict[str, Preview] = field(default_factory=dict)
    isolated: bool = False
    note: str = ""


def probe(sha256: str, sniffed: Sniffed, *, limits: sandbox.Limits | None = None) -> dict[str, Any]:
    """The technical facts alone: duration in seconds, frame size in pixels, codecs, container, pages.

    Raises PreviewFailed, and IntegrityFailure when the bytes are missing.
    """
    outcome = _read(sha256, sniffed, "facts", limits)
    facts = sound_facts(outcome.facts)
    if not facts:
        raise PreviewFailed(outcome.reason or "nothing could be read")
    return facts


def make(sha256: str, sniffed: Sniffed, *, limits: sandbox.Limits | None = None) -> Made:
    """Facts and what a page needs at once: poster, still, copy of a picture; kept in the derived store.

    Raises PreviewFailed when not even a poster could be made, IntegrityFailure when the bytes are missing.
    """
    if not sniffed.previewable:
        raise PreviewFailed("this kind of file gets no preview")
    outcome = _read(sha256, sniffed, "covers", limits)
    if "poster" not in outcome.results:
        raise PreviewFailed(outcome.reason or "no picture could be read")
    made = _kept(outcome)
    if "poster" not in made.previews:
        raise PreviewFailed("no picture could be read")
    return made


def make_copies(sha256: str, sniffed: Sniffed, *, limits: sandbox.Limits | None = None) -> Made:
    """What takes long, in one pass over the file. Raises PreviewFailed when nothing could be made."""
    if sniffed.family not in FIRST_OF_COPIES:
        raise PreviewFailed("this kind of file gets no copies")
    made = _kept(_read(sha256, sniffed, "copies", limits or COPY_LIMITS))
    if not made.previews:
        raise PreviewFailed(made.note or "nothing could be read")
    return made


def has_copies(sniffed: Sniffed) -> bool:
    """Whether anything beyond the covers is made of such a file."""
    return bool(sniffed.reader) and sniffed.family in FIRST_OF_COPIES


def _kept(outcome: sandbox.Outcome) -> Made:
    area = store.derived()
    previews = {}
    for name, data in outcome.results.items():
        kind, number = _named(name)
        if not _is_sound(kind, data):
            continue
        address = area.keep(area.receive([data], limit=len(data), expected_size=len(data)))
        previews[name] = Preview(kind, address, len(data), MEDIA_TYPES[kind], number)
    return Made(sound_facts(outcome.facts), previews, outcome.isolated, outcome.reason)


def _named(name: str) -> tuple[str, int]:
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


def _read(sha256: str, sniffed: Sniffed, stage: str, limits: sandbox.Limits | None) -> sandbox.Outcome:
    if not sniffed.reader or sniffed.family not in {Family.VIDEO, Family.AUDIO, Family.IMAGE, Family.PDF}:
        raise PreviewFailed("this kind of file is not opened")
    task = {"stage": stage, "family": str(sniffed.family), "reader": sniffed.reader}
    with store.open_file(sha256) as blob:
        return sandbox.run(_READER, blob.fileno(), task, limits)


def _is_sound(kind: str, data: bytes) -> bool:
    media_type = MEDIA_TYPES.get(kind)
    return media_type is not None and data.startswith(_STARTS[media_type])
