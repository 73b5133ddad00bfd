"""Dates with the precision that is really known.

An incident may be known to a day, to a month, to a year or only to a range. The record keeps the earliest and the
latest day it can have been, and what is shown never claims a day that nobody established. Dates are calendar days
without a time zone.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_ALT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from casework.audit import clock

FIRST_YEAR = 1900
LONGEST_INPUT = 60

_PART = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_SEPARATOR = re.compile(r"\s*(?:\.\.+|/|–|—|…)\s*|\s+(?:to|-)\s+|\s+to$|^to\s+", re.IGNORECASE)

HELP_TEXT = gettext_lazy("A year, a month or a day: 2024, 2024-10 or 2024-10-05. A range: 2025-01-28 to 2025-01-31.")


class InvalidDate(ValueError):
    """What was typed is no date or range; the message says what to type instead."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """The earliest and latest day on which something can have happened, both inclusive; both empty when unknown.

    Raises ValueError for a range open at one end or ending before it starts.
    """

    earliest: date | None = None
    latest: date | None = None

    def __post_init__(self) -> None:
        if (self.earliest is None) != (self.latest is None):
            raise ValueError("A date range has both an earliest and a latest day, or neither.")
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError("A date range cannot end before it starts.")

    def __bool__(self) -> bool:
        return self.earliest is not None

    def __str__(self) -> str:
        return format_range(self.earliest, self.latest)


UNKNOWN = DateRange()


def parse_range(text: str) -> DateRange:
    """Read a partial date (2024, 2024-10, 2024-10-05) or a range of two of them ('to', '..', '/' or a dash between).

    Empty text and 'unknown' give the unknown range. Raises InvalidDate, whose message can be shown to the person.
    """
    typed = text.strip()
    if not typed or typed.casefold() in {"unknown", _("unknown").casefold()}:
        return UNKNOWN
    if len(typed) > LONGEST_INPUT:
        raise InvalidDate(_("This is too long for a date. %(help)s") % {"help": HELP_TEXT})
    parts = _SEPARATOR.split(typed)
    if len(parts) > 2:
        raise InvalidDate(_("Type one date or one range. %(help)s") % {"help": HELP_TEXT})
    if len(parts) == 2 and not all(parts):
        raise InvalidDate(_("Type both ends of the range, for example 2025-01-28 to 2025-01-31."))
    first, last = _parse_part(parts[0]), _parse_part(parts[-1])
    if last[1] < first[0]:
        raise InvalidDate(_("The range ends before it starts. Type the earlier date first."))
    return DateRange(first[0], last[1])


def _parse_part(part: str) -> tuple[date, date]:
    match = _PART.fullmatch(part)
    if not match:
        raise InvalidDate(_("This is not a date that can be read. %(help)s") % {"help": HELP_TEXT})
    year, month, day = (int(group) if group else None for group in match.groups())
    last_year = clock.today().year + 1
    if year is None or not FIRST_YEAR <= year <= last_year:
        raise InvalidDate(
            _("Type a year from %(first)s to %(last)s.") % {"first": str(FIRST_YEAR), "last": str(last_year)}
        )
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        raise InvalidDate(_("There is no month %(month)s. Type a month from 01 to 12.") % {"month": str(month)})
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, length)
    if not 1 <= day <= length:
        raise InvalidDate(
            _("%(month)s has no day %(day)s. Type a day from 01 to %(length)s, or leave the day out.")
            % {"month": _month(date(year, month, 1)), "day": str(day), "length": str(length)}
        )
    return date(year, month, day), date(year, month, day)


def _precision(earliest: date, latest: date) -> str:
    """'year' or 'month' when the range is made of whole ones, else 'day'."""
    if earliest.day != 1 or latest.day != calendar.monthrange(latest.year, latest.month)[1]:
        return "day"
    return "year" if (earliest.month, latest.month) == (1, 12) else "month"


def format_range(earliest: date | None, latest: date | None) -> str:
    """Say a range in words, in the active language, without claiming more than is known."""
    if earliest is None and latest is None:
        return _("unknown")
    if earliest is None or latest is None:
        if earliest is not None:
            return _("not before %(day)s") % {"day": _day(earliest)}
        assert latest is not None  # noqa: S101
        return _("not after %(day)s") % {"day": _day(latest)}
    precision = _precision(earliest, latest)
    if precision == "year":
        return _format_years(earliest, latest)
    if precision == "month":
        return _format_months(earliest, latest)
    return _format_days(earliest, latest)


def _format_years(earliest: date, latest: date) -> str:
    if earliest.year == latest.year:
        return str(earliest.year)
    return _("between %(first)s and %(last)s") % {"first": str(earliest.year), "last": str(latest.year)}


def _format_months(earliest: date, latest: date) -> str:
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        return _month(earliest)
    if earliest.year == latest.year:
        return _("between %(first_month)s and %(last_month)s %(year)s") % {
            "first_month": MONTHS[earliest.month],
            "last_month": MONTHS[latest.month],
            "year": str(latest.year),
        }
    return _("between %(first)s and %(last)s") % {"first": _month(earliest), "last": _month(latest)}


def _format_days(earliest: date, latest: date) -> str:
    if earliest == latest:
        return _day(earliest)
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        first = str(earliest.day)
    elif earliest.year == latest.year:
        first = pgettext("day and month", "%(day)s %(month)s") % {
            "day": str(earliest.day),
            "month": MONTHS_ALT[earliest.month],
        }
    else:
        first = _day(earliest)
    return _("between %(first)s and %(last)s") % {"first": first, "last": _day(latest)}


def _day(day: date) -> str:
    return pgettext("full date", "%(day)s %(month)s %(year)s") % {
        "day": str(day.day),
        "month": MONTHS_ALT[day.month],
        "year": str(day.year),
    }


def _month(day: date) -> str:
    return pgettext("month of a year", "%(month)s %(year)s") % {
        "month": MONTHS[day.month],
        "year": str(day.year),
    }


def edit_text(earliest: date | None, latest: date | None) -> str:
    """The shortest text that `parse_range` reads back as this range; empty when unknown.

    A range open at one end, which old data may hold, is written with the end missing, so that it has to be completed.
    """
    if earliest is None and latest is None:
        return ""
    if earliest is None or latest is None:
        return f"{earliest or ''} to {latest or ''}".strip()
    width = {"year": 4, "month": 7, "day": 10}[_precision(earliest, latest)]
    first, last = earliest.isoformat()[:width], latest.isoformat()[:width]
    return first if first == last else f"{first} to {last}"


def quarter_end(day: date) -> date:
    """The last day of the calendar quarter of this day, after which a finding about it counts as late verification."""
    month = (day.month - 1) // 3 * 3 + 3
    return date(day.year, month, calendar.monthrange(day.year, month)[1])


class PartialDateField(forms.CharField):
    """A form field for a partial date or range; its clean value is a `DateRange`, `UNKNOWN` when left empty.

    With `past=True` a range that begins after today is refused.
    """

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        kwargs.setdefault("help_text", HELP_TEXT)
        kwargs.setdefault("max_length", LONGEST_INPUT)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Read the text; raises ValidationError with the message of `parse_range`."""
        return read_range(super().clean(value), past=self.past, required=self.required)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored range as the text a person would type for it; show what was typed as typed."""
        return edit_text(value.earliest, value.latest) if isinstance(value, DateRange) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the texts mean, so that 2024-10 and 2024-10-01 to 2024-10-31 are the same."""
        try:
            return bool(parse_range(data or "") != (initial or UNKNOWN))
        except InvalidDate:
            return True


def read_range(text: str, *, past: bool = False, required: bool = False) -> DateRange:
    """`parse_range` for forms and serializers: raises Django's ValidationError instead of InvalidDate."""
    try:
        found = parse_range(text)
    except InvalidDate as error:
        raise ValidationError(str(error), code="invalid_date") from error
    if required and not found:
        raise ValidationError(_("Type a date. %(help)s"), code="required", params={"help": HELP_TEXT})
    if past and found.earliest and found.earliest > clock.today():
        raise ValidationError(_("This is in the future. Type a date up to today."), code="future_date")
    return found
