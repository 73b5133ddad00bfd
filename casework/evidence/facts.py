"""What the sandboxed reader says of a file, taken over only as far as its shape is as expected: the reader may be in
hostile hands, and what it tells was written by whoever made the file."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

_MEASURES: dict[str, type] = {
    "container": str, "duration": float, "width": int, "height": int, "frame_rate": float, "video_codec": str,
    "audio_codec": str, "pages": int, "copied": float,
}  # fmt: skip
_STREAM: dict[str, type] = {
    "type": str, "codec": str, "width": int, "height": int, "sample_rate": int, "channels": int,
}  # fmt: skip
_PLACE: dict[str, type] = {"at": float, "x": int, "y": int, "w": int, "h": int}
_SIZE: dict[str, type] = {"width": int, "height": int}
_WORD = re.compile(r"[a-z0-9_.\-]{1,40}")
_MAX_NUMBER = 10**9
MOST_STREAMS, MOST_SCENES, MOST_SAID, LONGEST_SAID, MOST_ATTACHMENTS = 12, 60, 40, 300, 300

# What a file says of itself, by the names that programs use for it (lower case) and the name kept here.
SAID = {
    "creation_time": "created", "com.apple.quicktime.creationdate": "created", "date": "created",
    "creationdate": "created", "moddate": "modified", "modified": "modified", "taken": "taken",
    "taken_offset": "taken_offset", "make": "make", "com.apple.quicktime.make": "make",
    "com.android.manufacturer": "make", "model": "model", "com.apple.quicktime.model": "model",
    "com.android.model": "model", "serial": "serial", "lens": "lens", "software": "software",
    "com.apple.quicktime.software": "software", "com.android.version": "software", "encoder": "software",
    "creator": "software", "producer": "software", "location": "location", "location-eng": "location",
    "com.apple.quicktime.location.iso6709": "location", "altitude": "altitude", "location_time": "location_time",
    "title": "title", "comment": "comment", "description": "description", "artist": "artist", "author": "artist",
    "copyright": "copyright", "subject": "subject", "keywords": "keywords",
}  # fmt: skip


def sound_facts(said: dict[str, Any]) -> dict[str, Any]:
    """Only the known facts, each of its own kind and within reason."""
    facts = _row(said, _MEASURES)
    for name, shape, most in (("streams", _STREAM, MOST_STREAMS), ("scenes", _PLACE, MOST_SCENES)):
        rows = said.get(name)
        if isinstance(rows, list):
            found = [row for each in rows[:most] if isinstance(each, dict) and (row := _row(each, shape))]
            facts |= {name: found} if found else {}
    size = said.get("sheet")
    if isinstance(size, dict) and len(row := _row(size, _SIZE)) == len(_SIZE):
        facts["sheet"] = row
    brought = said.get("attachments")
    if isinstance(brought, list):
        facts["attachments"] = [_attachment(each) for each in brought[:MOST_ATTACHMENTS] if isinstance(each, dict)]
    claims = _claims(said.get("said"))
    return facts | ({"said": claims} if claims else {})


def _row(said: dict[str, Any], shape: dict[str, type]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, kind in shape.items():
        value = said.get(name)
        if kind is str and isinstance(value, str) and _WORD.fullmatch(value):
            row[name] = value
        elif kind is not str and _is_number(value):
            row[name] = kind(value)
    return row


def _attachment(said: dict[str, Any]) -> dict[str, Any]:
    """Name, claimed type and size; always whole, so that each keeps its number."""
    size = said.get("size")
    return {
        "name": _plain(said.get("name"))[:200] or "attachment",
        "type": _plain(said.get("type"))[:80],
        "size": int(size) if isinstance(size, int | float) and _is_number(size) else 0,
    }


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs"}).strip()


def _claims(said: object) -> dict[str, str]:
    """Times, devices, places, titles under one name each; the first that is said counts."""
    claims: dict[str, str] = {}
    if not isinstance(said, dict):
        return claims
    for name, value in said.items():
        known = SAID.get(str(name).lower())
        if known and known not in claims and (plain := _plain(value)):
            claims[known] = plain[:LONGEST_SAID]
    return dict(list(claims.items())[:MOST_SAID])


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= _MAX_NUMBER
