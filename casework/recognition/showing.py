"""Pictures of two items side by side at the seconds that match: covered, and in grey after a reveal."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from django.core import signing
from django.utils.translation import gettext as _
from PIL import Image, ImageFilter

from casework.accounts.models import User
from casework.recognition.fingerprints import shown_size
from casework.recognition.models import Fingerprint, Kind, Match, Pair, Prints
from casework.recognition.reading import matches_of
from casework.recognition.reasons import clock_time, turned

SEEN_SECONDS = 15 * 60
"""How long a page may show what was revealed before it has to be revealed, and logged, anew."""
MOST_MOMENTS = 3
_SALT = "recognition.seen"
_GAP, _BLUR_SIDE = 12, 16


@dataclass(frozen=True)
class Moment:
    """One place where two files match: the hashes of both, the seconds in each (pages count from 0)."""

    first: str
    second: str
    here: float
    there: float
    moving: tuple[bool, bool]

    def label(self, pair: Pair) -> str:
        """0:05 in E-00012 · 0:11 in E-00040; empty for two pictures."""
        if not any(self.moving):
            return ""
        sides = ((self.here, pair.first), (self.there, pair.second))
        words = [
            _("%(time)s in %(item)s") % {"time": clock_time(second), "item": item.reference} for second, item in sides
        ]
        return " · ".join(words)


def moments(pair: Pair) -> list[Moment]:
    """Up to three places where the files of a pair match, spread over what matches."""
    found = [each for each in matches_of(pair) if each[2].kind != Kind.SOUND]
    if not found:
        return []
    first, second, match = found[0]
    families = dict(Fingerprint.objects.filter(blob__in=[first, second]).values_list("blob_id", "family"))
    moving = (families.get(first) == "video", families.get(second) == "video")
    return [Moment(first, second, here, there, moving) for here, there in _places(match, first)]


def _places(match: Match, first: str) -> list[tuple[float, float]]:
    spans = turned(match, first)
    longest = max(spans, key=lambda span: span[1] - span[0])
    parts = (0.1, 0.5, 0.9) if longest[1] - longest[0] >= 2 else (0.5,)
    return [(_between(longest[:2], part), _between(longest[2:], part)) for part in parts][:MOST_MOMENTS]


def _between(span: list[float], part: float) -> float:
    return span[0] + (span[1] - span[0]) * part


def side_by_side(moment: Moment, *, covered: bool) -> bytes | None:
    """Both pictures in one JPEG, blurred beyond recognition when covered; None when one is not there."""
    pictures = [_picture(moment.first, moment.here), _picture(moment.second, moment.there)]
    if None in pictures:
        return None
    drawn = [_covered(each) if covered else each for each in pictures if each is not None]
    height = max(each.height for each in drawn)
    sheet = Image.new("L", (sum(each.width for each in drawn) + _GAP, height), 0)
    left = 0
    for each in drawn:
        sheet.paste(each, (left, (height - each.height) // 2))
        left += each.width + _GAP
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _picture(sha256: str, second: float) -> Image.Image | None:
    """The kept picture of a file that is nearest to a second. It was drawn from grey points by this office."""
    prints = Prints.objects.filter(fingerprint__blob=sha256).first()
    if prints is None or not prints.pictures:
        return None
    ends = np.frombuffer(prints.picture_ends, "<u4")
    place = int(np.argmin(np.abs(np.frombuffer(prints.picture_moments, "<f4") - second)))
    data = bytes(prints.pictures)[ends[place - 1] if place else 0 : ends[place]]
    picture = Image.open(io.BytesIO(data), formats=["JPEG"]).convert("L")
    return picture.resize(shown_size(prints.width, prints.height), Image.Resampling.BICUBIC)


def _covered(picture: Image.Image) -> Image.Image:
    tiny = picture.resize((_BLUR_SIDE, _BLUR_SIDE), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1))
    return tiny.resize(picture.size, Image.Resampling.BICUBIC)


def seen_token(pair: Pair, user: User) -> str:
    """Lets the revealed pictures be fetched for a while by this person alone."""
    return signing.dumps([str(pair.pk), str(user.pk)], salt=_SALT)


def was_revealed(token: str, pair: Pair, user: User) -> bool:
    """Whether the person revealed the pictures of this pair a short while ago."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=SEEN_SECONDS)
    except signing.BadSignature:
        return False
    return bool(said == [str(pair.pk), str(user.pk)])
