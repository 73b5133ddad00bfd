"""What Bellingcat's auto-archiver leaves: metadata as JSON or CSV, the files it kept, hashes, time-stamp tokens.

Its CSV holds each result as Python prints it, which is read without running it (literals.py); the sheet it feeds holds
columns such as "link" and "archive status". Where it says that a file is stored may be a folder, a key or an address of
another machine: the file is looked for by its path, then by its name. Derived thumbnails are not taken.
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.core import json
from casework.core.errors import DomainError
from casework.evidence.addresses import read_address
from casework.evidence.models import EvidenceFile
from casework.evidence.models.items import Kind
from casework.imports.archives import Refused
from casework.imports.files import Files, read_whole
from casework.imports.readers.literals import NotLiteral, read_literal
from casework.imports.readers.sheets import Line, read_sheet
from casework.imports.rows import Media, Reading, Row

LARGEST_JSON = 32 << 20
LONGEST_TEXT = 50_000
_HASHES = {"sha-256": "sha256", "sha256": "sha256", "sha3-512": "sha3_512", "sha3_512": "sha3_512"}
_SHEET = {
    "link": "url", "archive status": "status", "archive location": "archive", "archive date": "date",
    "upload timestamp": "timestamp", "upload title": "title", "text content": "content", "screenshot": "screenshot",
    "hash": "hash", "wacz": "wacz",
}  # fmt: skip
_ATTACHED = frozenset({"_final_media", "timestamped_hashes", "metadata_json"})


def read(files: Files, reading: Reading) -> Iterator[Row]:
    """One row for each address that was archived."""
    found = False
    index = _Index(files)
    for path in sorted(files.sizes, key=lambda path: (path.count("/"), path)):
        if path.lower().endswith((".json", ".jsonl")) and (results := list(_of_json(files, path))):
            found = True
            reading.claimed.add(path)
            for number, result in enumerate(results, start=1):
                yield _row(f"{posixpath.basename(path)} {number}", result, index, reading)
        elif path.lower().endswith(".csv") and (rows := list(_of_table(files, path))):
            found = True
            reading.claimed.add(path)
            for number, result in rows:
                place = _("%(file)s, row %(number)s") % {"file": posixpath.basename(path), "number": number}
                yield _row(place, result, index, reading)
    if not found:
        raise Refused(_("There is neither a metadata.json of the auto-archiver nor a CSV of its results."))


class _Index:
    """The files by path, by the end of a path and by name."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._named: dict[str, list[str]] = {}
        for path in files.sizes:
            self._named.setdefault(posixpath.basename(path), []).append(path)

    def find(self, said: Iterable[Any]) -> str:
        """The first file that one of these paths, keys or addresses means; empty when none is here."""
        for text in said:
            path = _path_of(text)
            if not path:
                continue
            if here := self.files.find(path):
                return here
            alike = self._named.get(posixpath.basename(path), [])
            ends = [each for each in alike if f"/{path}".endswith(f"/{each}") or f"/{each}".endswith(f"/{path}")]
            if len(ends or alike) == 1:
                return (ends or alike)[0]
        return ""


def _path_of(said: Any) -> str:
    text = said if isinstance(said, str) else ""
    if re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        try:
            text = unquote(urlsplit(text).path)
        except ValueError:
            return ""
    return posixpath.normpath(text.replace("\\", "/")).lstrip("/.") if text.strip() else ""


# What it wrote --------------------------------------------------------------------------------------------------------


def _of_json(files: Files, path: str) -> Iterator[dict[str, Any]]:
    """The results in a JSON file; none when it is something else."""
    data = read_whole(files, path, LARGEST_JSON)
    texts = [line for line in data.splitlines() if line.strip()] if path.lower().endswith(".jsonl") else [data]
    for text in texts:
        try:
            whole = json.parse(text, max_bytes=LARGEST_JSON)
        except DomainError as error:
            said = {"file": posixpath.basename(path), "reason": error.message}
            raise Refused(_("%(file)s cannot be read: %(reason)s") % said) from error
        yield from (each for each in (whole if isinstance(whole, list) else [whole]) if _is_result(each))


def _is_result(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("metadata"), dict) and "url" in found["metadata"]


def _of_table(files: Files, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The results in a CSV file, by row; none when it is something else."""
    lines = read_sheet(files, path)
    header = next(lines, None)
    names = [cell.strip().lower() for cell in header.cells] if header else []
    if {"status", "metadata", "media"} <= set(names):
        for line in lines:
            yield line.number, _printed(dict(zip(names, line.cells, strict=False)))
    elif "link" in names:
        for line in lines:
            yield line.number, _sheet_result(names, line)


def _printed(cells: dict[str, str]) -> dict[str, Any]:
    """A result as Python printed it; `broken` says what could not be read."""
    result: dict[str, Any] = {"status": cells.get("status", "")}
    for name, otherwise in (("metadata", {}), ("media", [])):
        try:
            value = read_literal(cells.get(name, "") or repr(otherwise))
        except NotLiteral:
            value, result["broken"] = otherwise, name
        result[name] = value if isinstance(value, type(otherwise)) else otherwise
    return result


def _sheet_result(names: list[str], line: Line) -> dict[str, Any]:
    cells = {_SHEET.get(name, name): cell.strip() for name, cell in zip(names, line.cells, strict=False)}
    media = []
    for name in ("archive", "screenshot", "wacz"):
        if cells.get(name):
            properties = {"hash": cells.get("hash", "")} if name == "archive" else {}
            properties["id"] = "_final_media" if name == "archive" and cells[name].endswith(".html") else name
            media.append({"filename": cells[name], "properties": properties})
    metadata = {name: cells.get(name, "") for name in ("url", "title", "content", "timestamp")}
    return {
        "status": cells.get("status", ""),
        "metadata": {**metadata, "_processed_at": cells.get("date", "")},
        "media": media,
    }


# What becomes of it ---------------------------------------------------------------------------------------------------


def _row(place: str, result: dict[str, Any], index: _Index, reading: Reading) -> Row:
    told = result.get("metadata") or {}
    url = _text(told.get("url"))
    row = Row(place, Kind.POST, {})
    address = read_address(url)
    if not address:
        row.wrong("url", _("This is no address of a page: %(url)s") % {"url": url[:200]})
    if result.get("broken"):
        row.wrong(result["broken"], _("The column cannot be read as the auto-archiver writes it."))
    published, captured = _moment(told.get("timestamp")), _moment(told.get("_processed_at"))
    title = " ".join(_text(told.get("title")).split())[:200]
    row.values = {
        "title": title or url[:200],
        "published_at": published,
        "collected_at": captured,
        "collected_by": reading.taken_by,
    }
    row.details = {
        "url": url,
        "text": (_text(told.get("content")) or _text(told.get("text")))[:LONGEST_TEXT],
        "captured_at": captured,
        "captured_by": reading.taken_by,
        "capture_method": _("auto-archiver: %(status)s") % {"status": _text(result.get("status"))[:120]},
    }
    for media in _listed(result.get("media")):
        _take(row, media, index, reading)
    if not row.media and "success" not in _text(result.get("status")).lower():
        row.wrong(
            "status", _("The archiver kept nothing of it: %(status)s") % {"status": _text(result.get("status"))[:200]}
        )
    return row


def _take(row: Row, media: dict[str, Any], index: _Index, reading: Reading, part: str = "") -> None:
    """A file that was kept, its hash as stated, and with it the time-stamp tokens and their certificates."""
    given = media.get("properties")
    properties: dict[str, Any] = given if isinstance(given, dict) else {}
    said = [media.get("key"), media.get("_key"), media.get("filename"), *_strings(media.get("urls"))]
    path, label = index.find(said), _text(media.get("filename") or media.get("key"))
    attached = part or properties.get("id") in _ATTACHED
    if path:
        kept = Media(path, posixpath.basename(_path_of(label)) or posixpath.basename(path))
        kept.part = EvidenceFile.Part.ATTACHMENT if attached else EvidenceFile.Part.ORIGINAL
        kept.stated = _stated(row, properties.get("hash"))
        if path not in {each.path for each in row.media}:
            row.media.append(kept)
        reading.claimed.add(path)
    else:
        row.missing += 1
        row.note("media", _("A file that was archived is not in what was sent: %(name)s") % {"name": label[:200]})
    for name in ("timestamp_authority_files", "cert_chain"):
        for inner in _listed(properties.get(name)):
            _take(row, inner, index, reading, EvidenceFile.Part.ATTACHMENT)


def _stated(row: Row, said: Any) -> dict[str, str]:
    """SHA-256:… or SHA3-512:… as the archiver states it; a note when the kind is not known."""
    kind, _colon, digits = _text(said).rpartition(":")
    if not digits or not re.fullmatch(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{128}", digits):
        return {}
    name = _HASHES.get(kind.lower() or ("sha256" if len(digits) == 64 else ""))
    if name is None:
        row.note("hash", _("A hash of an unknown kind was not checked: %(kind)s") % {"kind": kind[:40]})
        return {}
    return {name: digits.lower()}


def _moment(value: Any) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        moment = value
    else:
        try:
            moment = parse_datetime(_text(value)) if _text(value) else None  # type: ignore[assignment]
        except ValueError:
            moment = None  # type: ignore[assignment]
    if moment is None or not 1990 <= moment.year <= 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _listed(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [])[:1000] if isinstance(each, dict)]


def _strings(value: Any) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [])[:20] if isinstance(each, str)]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
