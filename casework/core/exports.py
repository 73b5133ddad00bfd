"""Tables that leave the system as CSV, safe to open in a spreadsheet.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front; what is stored stays as it is.
Rows are written as they are read, so that an export of any length takes constant memory.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

BYTE_ORDER_MARK = "\ufeff"
LONGEST_NAME = 100
ROWS_AT_ONCE = 200

# Full-width forms are taken for formulas by spreadsheets in East Asian locales; leading blanks are skipped by some.
_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff\x00]*[=+\-@＝＋－＠]|[\t\r\n]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


def safe_cell(value: Any) -> str:
    """A value as the text of a cell. Numbers stay numbers, days and times are ISO 8601, None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


class _Echo:
    """A file that hands every line straight back."""

    def write(self, value: str) -> str:
        return value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The CSV in chunks of UTF-8, with a byte order mark and CRLF line ends (RFC 4180)."""
    writer = csv.writer(_Echo())
    waiting = [BYTE_ORDER_MARK + writer.writerow([safe_cell(name) for name in header])]
    for row in rows:
        waiting.append(writer.writerow([safe_cell(value) for value in row]))
        if len(waiting) >= ROWS_AT_ONCE:
            yield "".join(waiting).encode("utf-8", "replace")
            waiting = []
    yield "".join(waiting).encode("utf-8", "replace")


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download of rows as CSV. `rows` may be a generator over `queryset.iterator()`; it is read while sending."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8; header=present")
    name = safe_filename(filename)
    if not name.lower().endswith(".csv"):
        name += ".csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def safe_filename(name: str, default: str = "export") -> str:
    """A file name without folders, controls, blanks or names reserved by an operating system; at most 100 bytes."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kept = "".join(
        character if character.isalnum() or character in "-_." else "-" if character.isspace() else ""
        for character in last
    )
    stem, dot, suffix = kept.strip(".-").rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    room = LONGEST_NAME - len((dot + suffix[:10]).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").strip(".-")
    result = stem + dot + suffix[:10] if stem else ""
    if _RESERVED.match(result):
        result = f"_{result}"
    return result or default
