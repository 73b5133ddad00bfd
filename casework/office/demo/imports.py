"""The imports of the demonstration: an export that came in, one that waits, and one that was refused."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from casework.core.errors import DomainError
from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import confirm_import, fail_import, read_import, receive_import, run_import
from casework.imports.models import Import
from casework.office.demo import files
from casework.office.demo.cases import Story
from casework.office.demo.people import EAST, Cast
from casework.office.demo.texts import post

CHANNEL = {"name": "Demonstration front", "type": "public_channel", "id": 1_900_000_001}
NOT_INCLUDED = "(File not included. Change data exporting settings to download.)"


def imports(cast: Cast, now: datetime.datetime) -> Story:
    """A Telegram export that came in, the same channel a week later waiting for a person, and one refused."""
    yield now - datetime.timedelta(days=8)
    first = _receive(cast, "telegram", _export(cast, now, range(101, 107)), channel="demonstration_front")
    confirm_import(first, actor=cast["investigator"])
    run_import(Import.objects.get(pk=first.pk))
    yield now - datetime.timedelta(days=2)
    _receive(cast, "table", _table(), graphic=1)
    yield now - datetime.timedelta(hours=3)
    _receive(cast, "telegram", _export(cast, now, range(104, 113)), channel="demonstration_front")
    yield now - datetime.timedelta(hours=1)
    _receive(cast, "table", _packed({"photos.7z": b"7z made up", "list.csv": "title\nA locked archive\n"}))


def _receive(cast: Cast, kind: str, data: bytes, **chosen: Any) -> Import:
    """Receive an archive and read it, as the worker would."""
    upload = stored_from_bytes(f"export-{kind}.zip", data, "application/zip")
    batch = receive_import(
        actor=cast["investigator"], team=cast.teams[EAST], kind=kind, files=[upload], how_obtained="Exported by us",
        **chosen,
    )  # fmt: skip
    try:
        return read_import(batch)
    except DomainError as error:
        return fail_import(Import.objects.get(pk=batch.pk), reason=error.message)


def _export(cast: Cast, now: datetime.datetime, numbers: range) -> bytes:
    messages, media = [], {}
    for number in numbers:
        told = post(number, place="the village", place_uk="село")
        published = now - datetime.timedelta(days=30 - (number - 100), hours=2)
        message: dict[str, Any] = {
            "id": number, "type": "message", "date": f"{published:%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(int(published.timestamp())), "from": CHANNEL["name"],
            "from_id": f"channel{CHANNEL['id']}", "text": told.text,
        }  # fmt: skip
        if number % 3 == 0:
            media[f"photos/photo_{number}.jpg"] = files.photo(f"import {number}", size=(320, 213))
            message["photo"] = f"photos/photo_{number}.jpg"
        elif number % 4 == 0:
            message["photo"] = NOT_INCLUDED
        messages.append(message)
    return _packed({"result.json": json.dumps({**CHANNEL, "messages": messages}, ensure_ascii=False), **media})


def _table() -> bytes:
    lines = (
        "file,title,description,recorded,source url,credibility,graphic",
        "north.jpg,View from the north,Fields and a road,2024-10,,3,0",
        "south.jpg,View from the south,The same road,2024-10-05,,3,0",
        "west.jpg,View from the west,,yesterday,,3,0",
        ",Article on the place,,,https://news.example.org/2024/10/road?utm_source=x,4,0",
    )
    pictures = {f"{name}.jpg": files.photo(f"table {name}", size=(320, 213)) for name in ("north", "south")}
    return _packed({"metadata.csv": "\n".join(lines), **pictures})


def _packed(contents: Mapping[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return made.getvalue()
