"""Rows of a CSV file or a workbook as plain text by column, whatever letters and separators they were written in."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from django.utils.translation import gettext as _

from casework.imports.archives import Archive, Refused
from casework.imports.files import Files, read_whole

LARGEST_TABLE = 64 << 20
LARGEST_SHEET = 512 << 20
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 100_000
_MARKUP = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MARKUP_16 = re.compile(rb"<\x00?!\x00?[DdEe]\x00?[OoNn]\x00?[CcTt]")


@dataclass(frozen=True)
class Line:
    """A row: its number as a spreadsheet counts, its cells, and whether its letters had to be guessed."""

    number: int
    cells: list[str]
    guessed: bool = False


def read_sheet(files: Files, path: str) -> Iterator[Line]:
    """The rows of a table, the header first. Raises Refused for one that cannot be read at all."""
    return _workbook(files, path) if path.lower().endswith(".xlsx") else _csv(read_whole(files, path, LARGEST_TABLE))


def _csv(data: bytes) -> Iterator[Line]:
    lines, guessed = _decoded(data)
    csv.field_size_limit(LONGEST_CELL)
    try:
        dialect = csv.Sniffer().sniff("".join(lines[:5])[:8192], ",;\t|").delimiter
    except csv.Error:
        dialect = ","
    reader = csv.reader(lines, delimiter=dialect)
    before = 0
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(_("The table breaks off at line %(line)s: %(reason)s.") % {
                "line": reader.line_num, "reason": str(error)}) from error  # fmt: skip
        _refuse_many(number, cells)
        unsure = bool(guessed.intersection(range(before, reader.line_num)))
        before = reader.line_num
        if any(cell.strip() for cell in cells):
            yield Line(number, cells, unsure)


def _decoded(data: bytes) -> tuple[list[str], set[int]]:
    """The lines as text, and which of them are not UTF-8: those are taken for Windows Cyrillic, line by line."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return io.StringIO(data.decode("utf-16"), newline="").readlines(), set()
        except UnicodeDecodeError as error:
            raise Refused(_("The table is damaged: it begins as UTF-16 and is none.")) from error
    lines: list[str] = []
    guessed: set[int] = set()
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1251", errors="replace"))
            guessed.add(number)
    return lines, guessed


def _workbook(files: Files, path: str) -> Iterator[Line]:
    """The first sheet of a workbook, with the values that were computed when it was saved."""
    data = read_whole(files, path, LARGEST_TABLE)
    _refuse_unsafe(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
        for number, values in enumerate(rows, start=1):
            cells = [_cell(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            _refuse_many(number, cells)
            if cells:
                yield Line(number, cells)
    # A workbook that somebody made to break this reader fails in more ways than its library names.
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        SyntaxError,
        zipfile.BadZipFile,
    ) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("The workbook cannot be read. Save it again as .xlsx, or as CSV in UTF-8.")) from error


def _refuse_unsafe(data: bytes) -> None:
    """Refuse what an archive may not be, and entities before anything could expand them."""
    book = Archive(io.BytesIO(data))
    try:
        if sum(book.sizes.values()) > LARGEST_SHEET:
            raise Refused(_("The workbook swells to more than %(most)s bytes.") % {"most": LARGEST_SHEET})
        for path in book.sizes:
            if path.lower().endswith((".xml", ".rels", ".vml")):
                with book.open(path) as stream:
                    _refuse_entities(stream)
    finally:
        book.close()


def _refuse_entities(stream: Any) -> None:
    tail = b""
    while piece := stream.read(1 << 20):
        seen = tail + piece
        if _MARKUP.search(seen) or _MARKUP_16.search(seen):
            raise Refused(_("The workbook declares entities, as no spreadsheet program does. It was not read."))
        tail = piece[-64:]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:LONGEST_CELL]


def _refuse_many(number: int, cells: list[str]) -> None:
    if number > MOST_ROWS + 1:
        raise Refused(_("The table has more than %(most)s rows. Import it in parts.") % {"most": MOST_ROWS})
    if len(cells) > MOST_COLUMNS:
        raise Refused(_("Row %(row)s has more than %(most)s columns.") % {"row": number, "most": MOST_COLUMNS})
