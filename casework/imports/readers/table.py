"""Files described by a table: one row for one item, with the names of its files beside what is said of them."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.core.dates import read_range
from casework.evidence.addresses import read_address
from casework.evidence.models.items import Credibility, Graphic, Kind
from casework.imports.archives import Refused
from casework.imports.files import Files
from casework.imports.readers.sheets import Line, read_sheet
from casework.imports.rows import Media, Reading, Row

# Column, and the headings it is known by.
HEADINGS = {
    "file": "file files filename path media файл файли файлы",
    "title": "title name caption назва заголовок название",
    "kind": "kind type вид тип",
    "description": "description what_it_shows shows опис описание",
    "recorded": "recorded recorded_on date date_recorded дата",
    "published": "published published_at posted publication_date опубліковано опубликовано",
    "url": "url source_url link address посилання ссылка адреса адрес",
    "text": "text post_text текст",
    "translation": "translation переклад перевод",
    "language": "language lang мова язык",
    "how_obtained": "how_obtained obtained provenance походження происхождение",
    "collected_by": "collected_by collector зібрав собрал",
    "credibility": "credibility достовірність достоверность",
    "graphic": "graphic graphic_content graphic_level жорсткість жесткость",
    "sha256": "sha256 sha_256 hash checksum",
}
_COLUMNS = {heading: column for column, headings in HEADINGS.items() for heading in headings.split()}
_BY_ENDING = {
    Kind.VIDEO: "mp4 mov mkv webm avi m4v 3gp mpg mpeg ts wmv flv",
    Kind.IMAGE: "jpg jpeg png webp gif heic heif tif tiff bmp",
    Kind.AUDIO: "mp3 ogg oga opus m4a wav flac aac amr",
}
_ENDINGS = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings.split()}
_TABLE = re.compile(r"\.(?:csv|tsv|xlsx)\Z", re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_STRANGERS = 200
MOST_FILES = 200
"""Of one row: each becomes a file of the item, or a problem of its own."""


def read(files: Files, reading: Reading) -> Iterator[Row]:
    """A row for each line of the table; files that no line names are told of and left out."""
    path = _table(files)
    reading.claimed.add(path)
    lines = read_sheet(files, path)
    header = next(lines, None)
    columns = _header(header, reading)
    for line in lines:
        yield _Line(line, columns, files, posixpath.dirname(path), reading).row
    strangers = sorted(set(files.sizes) - reading.claimed)
    for name in strangers[:MOST_STRANGERS]:
        reading.tell("warn", _("No row names the file %(name)s: it is left out.") % {"name": name[-200:]})
    if len(strangers) > MOST_STRANGERS:
        reading.tell("warn", _("And %(count)s more.") % {"count": len(strangers) - MOST_STRANGERS})


def _table(files: Files) -> str:
    """The table nearest to the root; the only one there, or the one that is called metadata."""
    tables = sorted((path for path in files.sizes if _TABLE.search(path)), key=lambda path: (path.count("/"), path))
    nearest = [path for path in tables if path.count("/") == tables[0].count("/")]
    named = [path for path in nearest if posixpath.basename(path).lower().startswith("metadata.")]
    if not tables:
        raise Refused(_("There is no table: send the files with a .csv or .xlsx that names them."))
    if len(nearest) > 1 and len(named) != 1:
        raise Refused(_("There are several tables. Call the one that is meant metadata.csv or metadata.xlsx."))
    return named[0] if named else nearest[0]


def _header(header: Line | None, reading: Reading) -> list[str]:
    """The column of each cell, empty for one that is not known. Raises Refused when it is no such table."""
    names = [re.sub(r"[\s\-]+", "_", cell.strip().lower()).strip("_") for cell in header.cells] if header else []
    columns = [_COLUMNS.get(name, "") for name in names]
    known = [column for column in columns if column]
    if not {"file", "url", "title"} & set(known):
        expected = ", ".join(HEADINGS)
        raise Refused(
            _("The first row of the table names no column that is known. It may name: %(columns)s.")
            % {"columns": expected}
        )
    doubled = sorted({column for column in known if known.count(column) > 1})
    if doubled:
        raise Refused(_("Two columns of the table mean the same: %(columns)s.") % {"columns": ", ".join(doubled)})
    for name, column in zip(names, columns, strict=True):
        if name and not column:
            reading.tell("warn", _("The column “%(name)s” is not known and was not read.") % {"name": name[:80]})
    return columns


class _Line:
    """One line on its way to a row."""

    def __init__(self, line: Line, columns: list[str], files: Files, folder: str, reading: Reading) -> None:
        cells = {column: cell.strip() for column, cell in zip(columns, line.cells, strict=False) if column}
        self.cells, self.files, self.folder, self.reading = cells, files, folder, reading
        self.row = Row(_("row %(number)s") % {"number": line.number}, Kind.DOCUMENT, {})
        if len(line.cells) > len(columns) and any(cell.strip() for cell in line.cells[len(columns) :]):
            self.row.wrong("", _("The row has more cells than the table has columns."))
        if line.guessed:
            self.row.note("", _("The row is not written in UTF-8; it was read as Windows Cyrillic."))
        self._files()
        self._kind()
        self._values()

    def _files(self) -> None:
        names = [name for each in re.split(r"[;|\n]", self.cells.get("file", "")) if (name := each.strip())]
        if len(names) > MOST_FILES:
            self.row.wrong("file", _("The row names more than %(most)s files.") % {"most": MOST_FILES})
            names = []
        for name in names:
            path = self.files.find(posixpath.join(self.folder, name)) or self.files.find(name)
            if not path:
                self.row.wrong("file", _("There is no such file in what was sent: %(name)s") % {"name": name[:200]})
            else:
                self.row.media.append(Media(path, posixpath.basename(name.replace("\\", "/"))))
                self.reading.claimed.add(path)
        if digest := self.cells.get("sha256", "").lower():
            if not _DIGEST.fullmatch(digest) or len(self.row.media) != 1:
                self.row.wrong("sha256", _("Type the 64 hexadecimal digits of one file."))
            else:
                self.row.media[0].stated = {"sha256": digest}

    def _kind(self) -> None:
        typed = self.cells.get("kind", "").lower().replace(" ", "_")
        labels = {str(label).lower().replace(" ", "_"): value for value, label in Kind.choices}
        if typed in ("unit_report", "testimony"):
            self.row.wrong(
                "kind", _("Unit reports and testimonies are registered one by one, with fields of their own.")
            )
        elif typed:
            kind = typed if typed in Kind.values else labels.get(typed, "")
            self.row.kind = kind or Kind.DOCUMENT
            if not kind:
                self.row.wrong("kind", _("Type one of: video, image, audio, document, post."))
        elif read_address(self.cells.get("url", "")) and (not self.row.media or self.cells.get("text")):
            self.row.kind = Kind.POST
        elif self.row.media:
            self.row.kind = _ENDINGS.get(self.row.media[0].name.rpartition(".")[2].lower(), Kind.DOCUMENT)

    def _values(self) -> None:
        cells, row = self.cells, self.row
        fallback = row.media[0].name if row.media else cells.get("url", "")
        row.values = {
            "title": cells.get("title") or fallback[:200],
            "description": cells.get("description", ""),
            "language": cells.get("language", ""),
            "how_obtained": cells.get("how_obtained", ""),
            "collected_by": cells.get("collected_by") or self.reading.taken_by,
        }
        self._read("recorded", _recorded)
        self._read("published", _published)
        self._read("credibility", _credibility)
        self._read("graphic", _graphic)
        if not row.values["title"]:
            row.wrong("title", _("The row has neither a title nor a file nor an address."))
        if row.kind in (Kind.VIDEO, Kind.IMAGE, Kind.AUDIO) and not row.media:
            row.wrong("file", _("Name the file: this kind of evidence is nothing without one."))
        self._address()

    def _address(self) -> None:
        url, found = self.cells.get("url", ""), read_address(self.cells.get("url", ""))
        if url and not found:
            self.row.wrong("url", _("This is no address of a page: %(url)s") % {"url": url[:200]})
        if self.row.kind != Kind.POST:
            if url:
                self.row.values["description"] = f"{self.row.values['description']}\n\n{_('Address:')} {url}".strip()
            return
        if not url:
            self.row.wrong("url", _("Type the address of the post."))
        full = url if re.match(r"[a-z]+:", url, re.IGNORECASE) else f"https://{url}"
        self.row.details = {
            "url": full, "text": self.cells.get("text", ""), "translation": self.cells.get("translation", ""),
            "captured_by": self.row.values["collected_by"],
        }  # fmt: skip

    def _read(self, column: str, read: Callable[[str], dict[str, Any]]) -> None:
        if typed := self.cells.get(column, ""):
            try:
                self.row.values |= read(typed)
            except ValidationError as error:
                self.row.wrong(column, "; ".join(error.messages))


def _recorded(typed: str) -> dict[str, Any]:
    found = read_range(typed, past=True)
    return {"recorded_earliest": found.earliest, "recorded_latest": found.latest}


def _published(typed: str) -> dict[str, Any]:
    try:
        moment = parse_datetime(typed.removesuffix(" UTC")) or parse_datetime(f"{typed} 00:00")
    except ValueError:
        moment = None
    if moment is None or not 1990 <= moment.year <= 2100:
        raise ValidationError(_("Type date and time in UTC, for example 2024-10-05 14:02."))
    return {"published_at": moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)}


def _credibility(typed: str) -> dict[str, Any]:
    number = typed[:1]
    if typed == "1" or number == "1":
        raise ValidationError(
            _("“Confirmed” needs a second source in the record: import it with 2 to 6, then judge it.")
        )
    if not re.fullmatch(r"[2-6](?:\D.*)?", typed):
        raise ValidationError(_("Type a number from 2 to 6."))
    return {"credibility": int(Credibility(int(number)))}


def _graphic(typed: str) -> dict[str, Any]:
    names = {name.lower(): value for name, value in zip(Graphic.names, Graphic.values, strict=True)}
    labels = {str(label).lower(): value for value, label in Graphic.choices}
    if typed in {str(value) for value in Graphic.values}:
        return {"graphic": int(typed)}
    found = names.get(typed.lower(), labels.get(typed.lower()))
    if found is None:
        raise ValidationError(_("Type a number from 0 (nothing) to 3 (extreme violence)."))
    return {"graphic": found}
