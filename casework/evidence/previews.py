"""Covered previews of evidence, made outside the web process in the sandbox and kept in the derived store.

Kinds: `poster` (grey, blurred beyond recognition, safe to show uncovered), `still` (grey, for a deliberate reveal; of a
video a strip of up to six key frames, of a PDF its first page), `clip` (video only: small, grey, silent WebM), `copy`
(image only: colour, drawn anew without metadata). A failure leaves the original and the evidence as they are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from casework.core.errors import DomainError
from casework.evidence import sandbox, store
from casework.evidence.sniffing import Family, Sniffed

MEDIA_TYPES = {"poster": "image/jpeg", "still": "image/jpeg", "copy": "image/jpeg", "clip": "video/webm"}

_READER = "casework.evidence.media"
_STARTS = {"image/jpeg": b"\xff\xd8\xff", "video/webm": b"\x1a\x45\xdf\xa3"}
_FACTS: dict[str, type] = {
    "container": str, "duration": float, "width": int, "height": int, "frame_rate": float, "video_codec": str,
    "audio_codec": str, "pages": int,
}  # fmt: skip
_WORD = re.compile(r"[a-z0-9_.\-]{1,40}")
_MAX_NUMBER = 10**9


class PreviewFailed(DomainError):
    """No preview could be made; `reason` in a few words. The original is untouched."""

    status = 422
    code = "preview_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Preview:
    """One derived file: its address in `store.derived()`, bytes, and the only type it is ever served with."""

    kind: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Made:
    """Facts (see `media.media_facts`; absent when unknown), previews by kind, and `note` when not all could be made.

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
    outcome = _read(sha256, sniffed, {"previews": False}, limits)
    facts = _facts(outcome.facts)
    if not facts:
        raise PreviewFailed(outcome.reason or "nothing could be read")
    return facts


def make(sha256: str, sniffed: Sniffed, *, limits: sandbox.Limits | None = None) -> Made:
    """Facts and every preview that this kind of file gets, kept in the derived store.

    Raises PreviewFailed when not even a poster could be made, IntegrityFailure when the bytes are missing.
    """
    if not sniffed.previewable:
        raise PreviewFailed("this kind of file gets no preview")
    outcome = _read(sha256, sniffed, {"previews": True}, limits)
    made = {kind: data for kind, data in outcome.results.items() if _is_sound(kind, data)}
    if "poster" not in made:
        raise PreviewFailed(outcome.reason or "no picture could be read")
    area = store.derived()
    previews = {}
    for kind, data in made.items():
        address = area.keep(area.receive([data], limit=len(data), expected_size=len(data)))
        previews[kind] = Preview(kind, address, len(data), MEDIA_TYPES[kind])
    return Made(_facts(outcome.facts), previews, outcome.isolated, outcome.reason)


def _read(sha256: str, sniffed: Sniffed, task: dict[str, Any], limits: sandbox.Limits | None) -> sandbox.Outcome:
    if not sniffed.reader or sniffed.family not in {Family.VIDEO, Family.AUDIO, Family.IMAGE, Family.PDF}:
        raise PreviewFailed("this kind of file is not opened")
    with store.open_file(sha256) as blob:
        return sandbox.run(
            _READER, blob.fileno(), {**task, "family": str(sniffed.family), "reader": sniffed.reader}, limits
        )


def _is_sound(kind: str, data: bytes) -> bool:
    media_type = MEDIA_TYPES.get(kind)
    return media_type is not None and data.startswith(_STARTS[media_type])


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    """Only the known facts, each of its own kind and within reason: the reader's word is not trusted further."""
    facts: dict[str, Any] = {}
    for name, kind in _FACTS.items():
        value = said.get(name)
        if kind is str and isinstance(value, str) and _WORD.fullmatch(value):
            facts[name] = value
        elif kind is not str and _is_number(value):
            facts[name] = kind(value)
    return facts


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= _MAX_NUMBER
