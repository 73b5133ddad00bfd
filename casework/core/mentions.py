"""Mentions of records in what people write, such as E-00012@01:14, shown as links wherever long text is shown.

A room registers how its mentions are written and where they lead. A link tells nothing: whether there is such a record,
and whether the person may see it, is asked where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_rooms: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = []


def register(pattern: str, address: Callable[[re.Match[str]], str]) -> None:
    """Let a room's mentions be links; called from an AppConfig's `ready`. `address` gives "" for what is none."""
    compiled = re.compile(pattern)
    if all(known.pattern != compiled.pattern for known, _address in _rooms):
        _rooms.append((compiled, address))


def segments(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with the address it leads to or ""."""
    found = ((match, address(match)) for pattern, address in _rooms for match in pattern.finditer(text))
    at = 0
    for match, url in sorted(found, key=lambda each: each[0].start()):
        start, end = match.span()
        if start < at or not url:
            continue
        yield text[at:start], ""
        yield text[start:end], url
        at = end
    yield text[at:], ""
