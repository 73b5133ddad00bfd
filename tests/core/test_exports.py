from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.exports import BYTE_ORDER_MARK, csv_response, safe_cell, safe_filename

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)


def read(response):
    body = b"".join(response.streaming_content)
    assert body.startswith(BYTE_ORDER_MARK.encode())
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x", " =1", "\u200b=1", "＝1+1"]
)
def test_it_neutralizes_cells_that_a_spreadsheet_would_run(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-1, "-1"), (Decimal("-2.50"), "-2.50"), (None, ""), (True, "true"), ("10-11", "10-11"), ("Ґанок", "Ґанок"),
        (date(2024, 10, 5), "2024-10-05"), (datetime(2024, 10, 5, 1, 2, tzinfo=UTC), "2024-10-05T01:02:00+00:00"),
        ("", ""), (0, "0"),
    ],
)  # fmt: skip
def test_it_keeps_numbers_dates_and_plain_text(value, cell):
    assert safe_cell(value) == cell


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_it_gives_back_every_cell_and_none_that_starts_a_formula(rows):
    read_back = read(csv_response("cases", ["a", "b"], rows))
    assert read_back[0] == ["a", "b"]
    assert [[cell.removeprefix("'") if cell != given else cell for cell, given in zip(*pair, strict=True)]
            for pair in zip(read_back[1:], rows, strict=True)] == rows  # fmt: skip
    assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") for row in read_back[1:] for cell in row if cell.strip())


def test_it_reads_rows_only_as_they_are_sent():
    sent = []

    def rows():
        for number in range(1000):
            sent.append(number)
            yield [number]

    response = csv_response("numbers", ["n"], rows())
    assert not sent
    next(iter(response.streaming_content))
    assert 0 < len(sent) < 1000


def test_it_says_that_it_is_a_private_download():
    response = csv_response("Cases 2024", ["a"], [])
    assert response["Content-Disposition"] == 'attachment; filename="Cases-2024.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("a\r\nSet-Cookie: x", "a--Set-Cookie-x"),
        ("CON", "_CON"), ("nul.csv", "_nul.csv"), ("", "export"), ("...", "export"), ("справи.csv", "справи.csv"),
        ("a\u202egpj.exe", "agpj.exe"),
    ],
)  # fmt: skip
def test_it_makes_names_safe_for_every_system(name, safe):
    assert safe_filename(name) == safe


@given(st.text(max_size=300))
def test_it_makes_a_short_name_of_any_text(name):
    safe = safe_filename(name)
    assert safe and len(safe.encode()) <= 120
    assert not set(safe) & set('/\\\0\r\n":')
    assert not safe.startswith(".")
    csv_response(name, [], [])
