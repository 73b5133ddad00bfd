"""A Telegram export of ten thousand messages with a thousand media files, made as one ZIP."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

from tests.imports.exports import chat, message

MESSAGES, MEDIA, MEDIA_BYTES = 10_000, 1_000, 200_000
WORDS = ("column", "road", "village", "seen", "north", "before", "dawn", "they", "said", "сьогодні", "вночі", "поле")


def make(path: Path, *, messages: int = MESSAGES, media: int = MEDIA, size: int = MEDIA_BYTES) -> None:
    """Every tenth message has a picture of its own, of `size` bytes."""
    dice = random.Random(7)
    every = max(1, messages // media) if media else messages + 1
    listed = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(1, messages + 1):
            more = {}
            if media and number % every == 0:
                name = f"photos/photo_{number}.jpg"
                archive.writestr(name, b"\xff\xd8\xff\xe0" + number.to_bytes(8, "big") + dice.randbytes(size - 12))
                more["photo"] = name
            listed.append(message(number, " ".join(dice.choices(WORDS, k=30)), **more))
        archive.writestr("result.json", json.dumps(chat(*listed), ensure_ascii=False))
