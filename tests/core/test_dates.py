from __future__ import annotations

import calendar
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from casework.audit import clock
from casework.core.dates import (
    UNKNOWN,
    DateRange,
    InvalidDate,
    PartialDateField,
    edit_text,
    format_range,
    parse_range,
    quarter_end,
)

DAYS = st.dates(date(1900, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("typed", "earliest", "latest", "said"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), "2024"),
        ("2024-10", date(2024, 10, 1), date(2024, 10, 31), "October 2024"),
        (" 2024-10-05 ", date(2024, 10, 5), date(2024, 10, 5), "5 October 2024"),
        ("2025-01-28 to 2025-01-31", date(2025, 1, 28), date(2025, 1, 31), "between 28 and 31 January 2025"),
        ("2025-01-28 TO 2025-02-03", date(2025, 1, 28), date(2025, 2, 3), "between 28 January and 3 February 2025"),
        ("2024-12-30..2025-01-02", date(2024, 12, 30), date(2025, 1, 2), "between 30 December 2024 and 2 January 2025"),
        ("2024-10/2024-11", date(2024, 10, 1), date(2024, 11, 30), "between October and November 2024"),
        ("2023-12–2024-02", date(2023, 12, 1), date(2024, 2, 29), "between December 2023 and February 2024"),
        ("2023 - 2024", date(2023, 1, 1), date(2024, 12, 31), "between 2023 and 2024"),
        ("2024-02-27 to 2024-02", date(2024, 2, 27), date(2024, 2, 29), "between 27 and 29 February 2024"),
        ("", None, None, "unknown"),
        ("Unknown", None, None, "unknown"),
    ],
)
def test_it_reads_what_people_type_and_says_no_more_than_is_known(typed, earliest, latest, said):
    found = parse_range(typed)
    assert (found.earliest, found.latest) == (earliest, latest)
    assert str(found) == said


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("2024-02-30", "leave the day out"),
        ("2023-02-29", "01 to 28"),
        ("2024-13", "01 to 12"),
        ("2024-00", "01 to 12"),
        ("0000", "Type a year from 1900"),
        ("1899-12-31", "Type a year from 1900"),
        ("9999", "Type a year from 1900"),
        ("2024-10 to", "both ends"),
        ("to 2024-10", "both ends"),
        ("..2024", "both ends"),
        ("2024/", "both ends"),
        ("2024-11 to 2024-10", "earlier date first"),
        ("2024 to 2025 to 2026", "one range"),
        ("05.10.2024", "2024-10-05"),
        ("٢٠٢٤", "2024-10-05"),
        ("2024-10-05T10:00", "2024-10-05"),
        ("yesterday", "2024-10-05"),
        ("2024\x00", "2024-10-05"),
        ("2" * 5000, "too long"),
    ],
)
def test_it_refuses_impossible_dates_and_says_what_to_type(typed, advice):
    with pytest.raises(InvalidDate, match=advice.replace("..", r"\.\.")):
        parse_range(typed)


def test_it_accepts_next_year_and_no_later():
    year = clock.today().year
    assert parse_range(str(year + 1))
    with pytest.raises(InvalidDate):
        parse_range(str(year + 2))


@given(DAYS, DAYS)
def test_it_reads_back_every_range_it_writes(one, other):
    earliest, latest = sorted((one, other))
    assert parse_range(edit_text(earliest, latest)) == DateRange(earliest, latest)


@given(st.integers(1900, 2026), st.integers(1, 12), st.integers(0, 30))
def test_it_never_says_a_day_for_a_range_of_whole_months(year, month, more):
    last_month = (month - 1 + more) % 12 + 1
    last_year = year + (month - 1 + more) // 12
    earliest = date(year, month, 1)
    latest = date(last_year, last_month, calendar.monthrange(last_year, last_month)[1])
    words = format_range(earliest, latest).split()
    assert not any(word.isdigit() and len(word) < 4 for word in words)
    if latest <= date(2027, 12, 31):
        assert parse_range(edit_text(earliest, latest)) == DateRange(earliest, latest)


@given(st.text(max_size=70))
def test_it_answers_any_text_with_a_range_or_a_message(typed):
    try:
        found = parse_range(typed)
    except InvalidDate as error:
        assert str(error)
    else:
        assert found == UNKNOWN or found.earliest <= found.latest


@pytest.mark.parametrize(("earliest", "latest"), [(date(2024, 1, 1), None), (date(2024, 2, 1), date(2024, 1, 1))])
def test_it_keeps_no_half_open_or_reversed_range(earliest, latest):
    with pytest.raises(ValueError, match="range"):
        DateRange(earliest, latest)


def test_it_shows_half_open_ranges_of_others_without_inventing_an_end():
    assert format_range(date(2024, 10, 5), None) == "not before 5 October 2024"
    assert format_range(None, date(2024, 10, 5)) == "not after 5 October 2024"
    with pytest.raises(InvalidDate, match="both ends"):
        parse_range(edit_text(date(2024, 10, 5), None))


def test_it_names_months_in_the_language_of_the_reader():
    with translation.override("uk"):
        assert "жовтня" in format_range(date(2024, 10, 5), date(2024, 10, 5))
        assert "Жовтень" in format_range(date(2024, 10, 1), date(2024, 10, 31)).title()


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2024, 1, 1), date(2024, 3, 31)),
        (date(2024, 6, 30), date(2024, 6, 30)),
        (date(2024, 8, 2), date(2024, 9, 30)),
        (date(2024, 12, 31), date(2024, 12, 31)),
    ],
)
def test_it_finds_the_end_of_the_quarter(day, end):
    assert quarter_end(day) == end


def test_it_gives_a_form_field_that_keeps_what_was_typed():
    field = PartialDateField(required=False)
    assert field.clean("2024-10") == DateRange(date(2024, 10, 1), date(2024, 10, 31))
    assert field.clean("") == UNKNOWN
    assert field.prepare_value(DateRange(date(2024, 10, 1), date(2024, 10, 31))) == "2024-10"
    assert field.prepare_value("2024-99") == "2024-99"
    assert not field.has_changed(DateRange(date(2024, 10, 1), date(2024, 10, 31)), "2024-10")
    assert field.has_changed(None, "2024-99")
    with pytest.raises(ValidationError, match="01 to 12"):
        field.clean("2024-99")


def test_it_requires_a_known_date_when_told_to():
    with pytest.raises(ValidationError):
        PartialDateField().clean("unknown")
    with pytest.raises(ValidationError, match="future"):
        PartialDateField(past=True).clean(str(clock.today().year + 1))
