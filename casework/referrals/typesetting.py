"""Turns templates and data into pages with typst, using only the fonts that typst brings with it.

What other people wrote reaches a template as data, never as source, so nothing in it can be executed or can read a
file. A character that would mislead (direction overrides, zero-width) or that the fonts cannot draw is set as its code,
'U+202E', in a frame of its own. Because no font of the machine is used, the same data give the same bytes everywhere.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import typst

from casework.core.text import mark_invisible

# ISO 19005-2 level B for archiving, ISO 14289-1 so that a screen reader can follow the headings and tables.
ARCHIVAL = ["a-2b", "ua-1"]

LONGEST_UNBROKEN = 24
PIECE = 12
_BREAK = "\u200b"
_JOINER = "\u200d"
_STYLE_SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")

Segment = tuple[str, bool]
Line = list[Segment]

_PLAIN = frozenset(
    [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x180), *range(0x400, 0x460))]
    + list("ҐґЎў–—‘’‚“”„†•…‰′″‹›€₴№™←→−≈≤≥")
)
# Scripts that the bundled fonts do not hold: not worth asking character by character.
_WITHOUT_GLYPHS = ((0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x20000, 0x10FFFF))
_PROBE = b"#sys.inputs.text"


class CannotTypeset(RuntimeError):
    """The template could not be turned into pages."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def typeset_pdf(template: bytes, data: dict[str, Any], *, made_on: date | datetime) -> bytes:
    """An archival, tagged PDF (PDF/A-2b, PDF/UA-1); `made_on` is its creation time: a repeat gives equal bytes."""
    pdf: bytes = _compile(template, data, format="pdf", pdf_standards=ARCHIVAL, timestamp=_seconds(made_on))
    return pdf


def typeset_png(template: bytes, data: dict[str, Any], *, ppi: float = 96) -> bytes:
    """The single page of a template as a PNG image; a template that gives more than one page is refused."""
    image = _compile(template, data, format="png", ppi=ppi)
    if not isinstance(image, bytes):
        raise CannotTypeset("The template gave more than one page.")
    return image


def _compile(template: bytes, data: dict[str, Any], **options: Any) -> Any:
    try:
        return typst.compile(template, sys_inputs={"data": json.dumps(data)}, font_paths=_fonts(), **options)
    except typst.TypstError as error:
        raise CannotTypeset(str(error)) from error


def _seconds(moment: date | datetime) -> int:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    return int(moment.timestamp())


def set_lines(text: str, *, cautious: bool = False) -> list[Line]:
    """Text as the templates take it: lines of (text, is_code) segments, with places to break inside very long words.

    `cautious` sets every character beyond Latin, Cyrillic and common punctuation as its code; it is for the rare
    mixture of scripts in which each character has a glyph but their combination has none.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").translate(_STYLE_SELECTORS)
    return [_line(line, cautious) for line in unified.split("\n")]


def _line(line: str, cautious: bool) -> Line:
    segments: Line = []
    for piece, is_code in mark_invisible(line):
        segments.extend([(piece, True)] if is_code else _drawable(piece, cautious))
    return segments


def _drawable(piece: str, cautious: bool) -> Line:
    segments: Line = []
    run = ""
    for character in piece:
        if character in _PLAIN or (not cautious and has_glyph(character)):
            run += character
            continue
        if run:
            segments.append((_breakable(run), False))
            run = ""
        segments.append((f"U+{ord(character):04X}", True))
    if run:
        segments.append((_breakable(run), False))
    return segments


def _breakable(run: str) -> str:
    words = run.split(" ")
    return " ".join(word if len(word) <= LONGEST_UNBROKEN else _pieces(word) for word in words)


def _pieces(word: str) -> str:
    return _BREAK.join(word[start : start + PIECE] for start in range(0, len(word), PIECE))


@lru_cache(maxsize=32768)
def has_glyph(character: str) -> bool:
    """Whether the bundled fonts can draw the character; a combining mark is tried on a letter."""
    if character == _JOINER or any(first <= ord(character) <= last for first, last in _WITHOUT_GLYPHS):
        return False
    sample = f"а{character}" if unicodedata.category(character).startswith("M") else character
    try:
        typst.compile(_PROBE, sys_inputs={"text": sample}, font_paths=_fonts(), format="pdf", pdf_standards="a-2b")
    except typst.TypstError:
        return False
    return True
