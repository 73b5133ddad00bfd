"""Why two files are taken to be the same, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.recognition.models import Kind, Match


def clock_time(seconds: float) -> str:
    """Seconds as 1:05, or 1:02:05."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def stretch(start: float, end: float) -> str:
    """0:05 to 0:12, or one time alone."""
    if int(start) == int(end):
        return clock_time(start)
    return _("%(start)s to %(end)s") % {"start": clock_time(start), "end": clock_time(end)}


def turned(match: Match, first: str) -> list[list[float]]:
    """The spans with the seconds of the file `first` before those of the other."""
    return [[*span] if match.first_id == first else [*span[2:], *span[:2]] for span in match.spans]


def exact() -> str:
    return _("Every byte is the same.")


def reason(match: Match, first: str) -> str:
    """What agrees and how the two differ; the seconds of the file `first` come first."""
    words = {Kind.FOOTAGE: _footage, Kind.IMAGE: _image, Kind.SOUND: _sound}[Kind(match.kind)](match, first)
    differing = _differences(match.detail)
    return f"{words} {differing}".strip()


def _places(match: Match, first: str) -> str:
    spans = turned(match, first)
    told = [
        _("%(here)s here is %(there)s there") % {"here": stretch(span[0], span[1]), "there": stretch(span[2], span[3])}
        for span in spans[:4]
    ]
    more = len(spans) - len(told)
    if more > 0:
        told.append(ngettext("and %(count)d more stretch", "and %(count)d more stretches", more) % {"count": more})
    return ", ".join(told)


def _footage(match: Match, first: str) -> str:
    frames = match.detail.get("frames", 0)
    return ngettext(
        "%(count)d moment shows the same picture in the same order: %(places)s.",
        "%(count)d moments show the same pictures in the same order: %(places)s.",
        frames,
    ) % {"count": frames, "places": _places(match, first)}


def _image(match: Match, first: str) -> str:
    bits = match.detail.get("bits", 0)
    return _("The pictures differ in %(bits)d of 256 bits; unrelated ones differ in about 128.") % {"bits": bits}


def _sound(match: Match, first: str) -> str:
    return _("%(count)d marks of the sound agree: %(places)s.") % {
        "count": match.detail.get("marks", 0),
        "places": _places(match, first),
    }


def _differences(detail: dict[str, Any]) -> str:
    told = []
    if detail.get("mirrored"):
        told.append(_("One is the mirror image of the other."))
    if detail.get("cut"):
        told.append(_("One shows only a part of the other’s picture."))
    if detail.get("tilted"):
        told.append(_("One is askew, as if filmed from a screen."))
    if detail.get("recurring"):
        told.append(_("Many files have these pictures, such as an opening or a logo: by themselves they say little."))
    speed = detail.get("speed", 1)
    if abs(speed - 1) > 0.01:
        faster = max(speed, 1 / speed) if speed else 1
        told.append(_("One runs %(times)s times as fast as the other.") % {"times": f"{faster:.2f}".rstrip("0")})
    return " ".join(told)
