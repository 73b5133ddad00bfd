"""Synthetic exports, made as the programs make them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

NOT_INCLUDED = "(File not included. Change data exporting settings to download.)"
BEGINNING = 1_728_100_000
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64


def png(number: int) -> bytes:
    """A picture of its own for each number, too small to be drawn anew."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + number.to_bytes(8, "big") + b"\x00" * 32


def message(number: int, text: Any = "", **more: Any) -> dict[str, Any]:
    """A message as Telegram Desktop writes one; `at` in seconds after the beginning."""
    at = BEGINNING + more.pop("at", number * 60)
    return {
        "id": number, "type": "message", "date": "2024-10-05T06:26:40", "date_unixtime": str(at),
        "from": "Front", "from_id": "channel1234567", "text": text, "text_entities": [], **more,
    }  # fmt: skip


def chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A channel with these messages."""
    return {"name": "Front", "type": "public_channel", "id": 1234567, "messages": list(messages), **more}


def packed(files: Mapping[str, bytes | str]) -> bytes:
    """A ZIP of files by path."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return made.getvalue()


def telegram(whole: Any, files: Mapping[str, bytes] | None = None, folder: str = "ChatExport_2024-10-06/") -> bytes:
    """An export of one chat, or of an account, with its media, as one ZIP."""
    text = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False, indent=1)
    return packed({f"{folder}result.json": text, **{f"{folder}{path}": data for path, data in (files or {}).items()}})
