"""What the text of a unit report suggests for its record: number, date, reporting unit. Never written by themselves.

Forms met in Ukrainian, Russian and English papers: "№ 123/45 від 12.01.2025", "Вих. № 45/12/301 від 5 січня 2025 року",
"Исх. № 17 от 12.01.2025", "Report no. 88/24, 12 January 2025", "військова частина А1234", "в/ч А1234", "74 окремий
розвідувальний батальйон", "35th Separate Marine Brigade".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

LOOKED_AT = 6000
"""Characters from the beginning: the head of a paper, not the numbers that its text mentions."""
NEAR = 80
"""Characters between a paper's number and its date."""

_MONTHS = {
    "січня": 1, "лютого": 2, "березня": 3, "квітня": 4, "травня": 5, "червня": 6, "липня": 7, "серпня": 8,
    "вересня": 9, "жовтня": 10, "листопада": 11, "грудня": 12, "января": 1, "февраля": 2, "марта": 3, "апреля": 4,
    "мая": 5, "июня": 6, "июля": 7, "августа": 8, "сентября": 9, "октября": 10, "ноября": 11, "декабря": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?:№|N[oº°]\.?|\bno\.|\breport\s+(?:no\.?|number)|\bномер)[ \t]*:?[ \t]*(?P<number>\d[\w/\-–.]{0,29})",
    re.IGNORECASE,
)
_DIGITS = r"(?P<day>\d{1,2})[.\-/](?P<month>\d{1,2})[.\-/](?P<year>20\d\d)"
_ISO = r"(?P<iso>20\d\d-\d\d-\d\d)"
_WORDS = rf"[«\"“]?(?P<wday>\d{{1,2}})[»\"”]?\s+(?P<wmonth>{'|'.join(_MONTHS)})\s+(?P<wyear>20\d\d)"
_DATE = re.compile(rf"(?:{_ISO}|{_DIGITS}|{_WORDS})", re.IGNORECASE)
_UNITS = (
    re.compile(
        r"\b(?:військов(?:а|ої|ій)\s+частин(?:а|и|і)|войсков(?:ая|ой)\s+част(?:ь|и)|в/ч)\s+[«\"]?[A-ZА-ЯІЇЄ]?\d{3,5}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b\d{1,3}(?:-?(?:а|та|ша|га|й|ї|ої|я|ой))?[ \t]+(?:окрем\w+|отдельн\w+)?[ \t]*(?:\w+[ \t]+){0,3}?"
        r"(?:бригад\w+|батальйон\w*|батальон\w*|полк\w*|дивізі\w+|дивизи\w+|загін\w*|отряд\w*)", re.IGNORECASE,
    ),
    re.compile(
        r"\b\d{1,3}(?:st|nd|rd|th)[ \t]+(?:[A-Z][a-z]+[ \t]+){0,4}(?:Brigade|Battalion|Regiment|Division|Detachment)"
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """One field of the record that the text may fill: `value` as the record takes it, `shown` as people read it."""

    field: str
    label: Any
    value: Any
    shown: str


def suggestions(text: str) -> Iterator[Suggestion]:
    """The first number, date and unit in the head of the text; each is a guess for a person to take or leave."""
    head = text[:LOOKED_AT]
    if number := _number(head):
        yield Suggestion("number", _("number"), number[0], number[0])
    if dated := _date(head, number[1] if number else None):
        yield Suggestion("dated", _("date"), dated, dated.isoformat())
    if unit := next((found[0] for form in _UNITS if (found := form.search(head))), ""):
        name = " ".join(unit.split())[:160]
        yield Suggestion("unit", _("reporting unit"), name, name)


def _number(head: str) -> tuple[str, tuple[int, int]] | None:
    """The first number, and where it stands."""
    found = _NUMBER.search(head)
    return (found["number"].rstrip(".-–/"), found.span()) if found else None


def _date(head: str, number: tuple[int, int] | None) -> datetime.date | None:
    """The real date that stands closest to the number, before or behind it; else the first."""
    days = [(found.span(), day) for found in _DATE.finditer(head) if (day := _day(found))]
    if number:
        near = [(max(place[0] - number[1], number[0] - place[1]), day) for place, day in days]
        if near and min(near)[0] <= NEAR:
            return min(near)[1]
    return days[0][1] if days else None


def _day(found: re.Match[str]) -> datetime.date | None:
    try:
        if found["iso"]:
            return datetime.date.fromisoformat(found["iso"])
        if found["day"]:
            return datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
        return datetime.date(int(found["wyear"]), _MONTHS[found["wmonth"].lower()], int(found["wday"]))
    except ValueError:
        return None
