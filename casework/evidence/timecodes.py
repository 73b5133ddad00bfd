"""Seconds of a recording as people write them: 01:14, 1:02:03, 74.5."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from casework.core.errors import Invalid

LONGEST = Decimal(48 * 3600)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,3})?)")
_SECONDS = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")


def timecode(seconds: Any) -> str:
    """Minutes and seconds, hours when there are any; parts of a second when there are any."""
    whole = int(seconds)
    part = Decimal(str(seconds)) - whole
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"
    return text + f"{part:.2f}".rstrip("0").rstrip(".")[1:] if part >= Decimal("0.01") else text


def parse_timecode(text: str) -> Decimal:
    """Seconds from 01:14, 1:02:03, 01:14.5 or 74.5. Raises Invalid for anything else or beyond two days."""
    plain = text.strip()
    clock = _CLOCK.fullmatch(plain)
    if clock:
        minutes, seconds = int(clock[2]), Decimal(clock[3].replace(",", "."))
        inside = seconds < 60 and (not clock[1] or minutes < 60)
        value = int(clock[1] or 0) * 3600 + minutes * 60 + seconds if inside else None
    else:
        value = Decimal(plain.replace(",", ".")) if _SECONDS.fullmatch(plain) else None
    if value is None or value > LONGEST:
        raise Invalid(_("Write the time as minutes and seconds, like 01:14, or with hours, like 1:02:03."))
    return value


def asked_second(text: str) -> Decimal | None:
    """The second that an address asks for (`?at=74`); None when it asks for none or for nonsense."""
    try:
        return parse_timecode(text)
    except Invalid:
        return None
