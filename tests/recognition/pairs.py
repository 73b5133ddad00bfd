"""Files that were compared and match, without the worker: what pages of pairs are made from."""

from __future__ import annotations

import numpy as np

from casework.evidence.models import Blob
from casework.recognition.fingerprints import pictures
from casework.recognition.frames import Frames
from casework.recognition.models import Fingerprint, Match, Prints


def compared(blob: Blob) -> Fingerprint:
    """The bytes as the worker leaves them, with three small pictures of a dark and a bright half."""
    points = np.zeros((3, 128, 128), np.uint8)
    points[:, :, 64:] = 240
    small = pictures(Frames(np.array([0, 1, 2], np.float32), points))
    columns = {"hashes": b"", "moments": b"", "parts": b"", "pictures": small.data, "width": 320, "height": 180}
    columns |= {"picture_moments": small.moments.tobytes(), "picture_ends": small.ends.tobytes()}
    fingerprint, _made = Fingerprint.objects.update_or_create(blob=blob, defaults={"family": "video", "state": "ready"})
    Prints.objects.update_or_create(fingerprint=fingerprint, defaults=columns)
    return fingerprint


def match(one: Blob, other: Blob, *, sure: int = 3, kind: str = "footage") -> Match:
    """Two seconds that are the same."""
    first, second = sorted((one.pk, other.pk))
    detail = {"mirrored": True, "frames": 5, "speed": 1.25}
    values = {"sure": sure, "spans": [[0, 2, 61, 63]], "detail": detail}
    return Match.objects.update_or_create(first_id=first, second_id=second, kind=kind, defaults=values)[0]
