"""The incidents of the demonstration: how many people, when, and when the office decided.

The totals reproduce what was published (sources in docs/guide.md): 27 incidents and 54 persons decided by 2024-04-09;
53 and 177, of them 37 and 109 in 2024, 13 and 54 in October and November, decided by 2024-11-22; 24 incidents and
79 persons since 2024-09-01, decided by 2025-02-03, six of them in one incident at the end of January 2025; one person
of the other side in 2024. tests/office/test_demo_plan.py adds them up.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Incident:
    """One incident of the plan. `persons` is what the first finding establishes; `later` what a second, superseding one
    does, decided on `later_decided`. Dates are inclusive; equal to each other when the day is known."""

    earliest: datetime.date
    latest: datetime.date
    persons: int
    decided: datetime.date
    status: str = "captured"
    later: int = 0
    later_decided: datetime.date | None = None
    victims: str = "UA"


def _month(text: str) -> tuple[datetime.date, datetime.date]:
    first = datetime.date.fromisoformat(f"{text}-01")
    return first, (first + 31 * DAY).replace(day=1) - DAY


def _dates(text: str) -> tuple[datetime.date, datetime.date]:
    """2024-10, 2024-10-05 or 2024-10-05/2024-10-08."""
    if len(text) == 7:
        return _month(text)
    begins, _, ends = text.partition("/")
    return datetime.date.fromisoformat(begins), datetime.date.fromisoformat(ends or begins)


def _incident(dates: str, persons: int, decided: str, status: str = "captured", later: str = "") -> Incident:
    more, _, more_decided = later.partition("@")
    return Incident(
        *_dates(dates),
        persons,
        datetime.date.fromisoformat(decided),
        status,
        int(more or 0),
        datetime.date.fromisoformat(more_decided) if more_decided else None,
    )


SURRENDERING, HORS = "surrendering", "hors_de_combat"

CONFIRMED = (
    # 2022 and 2023: 14 incidents and 30 persons by 9 April 2024; later findings raise six of them by 20 persons.
    _incident("2022-03-11", 3, "2022-09-14", later="7@2024-06-18"),
    _incident("2022-04", 2, "2022-11-02"),
    _incident("2022-07-22/2022-07-25", 2, "2022-12-08", HORS),
    _incident("2022-11-12", 2, "2023-03-21", SURRENDERING, later="5@2024-07-09"),
    _incident("2023-01-29", 3, "2023-05-16", later="6@2024-07-23"),
    _incident("2023-02", 1, "2023-06-13", HORS),
    _incident("2023-04-17", 2, "2023-08-29"),
    _incident("2023-05-30", 4, "2023-10-03", SURRENDERING, later="9@2024-08-06"),
    _incident("2023-07-08", 2, "2023-11-14"),
    _incident("2023-08-19/2023-08-21", 1, "2023-12-05", HORS, later="3@2024-08-20"),
    _incident("2023-09-26", 2, "2024-01-16"),
    _incident("2023-10-14", 2, "2024-02-06", SURRENDERING),
    _incident("2023-12-02", 3, "2024-02-20", later="6@2024-09-10"),
    _incident("2023-12-19", 1, "2024-03-05"),
    # Two more of that time, verified late.
    _incident("2022-06-03/2022-06-06", 9, "2024-05-21"),
    _incident("2023-11", 9, "2024-06-04"),
    # January to March 2024: 13 incidents and 24 persons by 9 April.
    _incident("2024-01-05", 2, "2024-02-27"),
    _incident("2024-01-14", 1, "2024-03-12", SURRENDERING),
    _incident("2024-01-21", 3, "2024-03-12"),
    _incident("2024-01-30", 2, "2024-03-14"),
    _incident("2024-02-06", 1, "2024-03-19", HORS),
    _incident("2024-02-11", 2, "2024-03-21", SURRENDERING),
    _incident("2024-02-15/2024-02-18", 3, "2024-03-26"),
    _incident("2024-02-19", 1, "2024-03-26"),
    _incident("2024-02-25", 2, "2024-03-28", SURRENDERING),
    _incident("2024-03-04", 1, "2024-04-02"),
    _incident("2024-03-09", 2, "2024-04-04"),
    _incident("2024-03-16", 3, "2024-04-09", HORS),
    _incident("2024-03-21", 1, "2024-04-09"),
    # April to August 2024: 2 and 16.
    _incident("2024-05-18", 7, "2024-08-13"),
    _incident("2024-07-02/2024-07-04", 9, "2024-09-17", SURRENDERING),
    # September 2024: 9 and 15.
    _incident("2024-09-01", 1, "2024-10-15", HORS),
    _incident("2024-09-03", 2, "2024-10-17"),
    _incident("2024-09-06", 1, "2024-10-22", SURRENDERING),
    _incident("2024-09-10", 3, "2024-10-24"),
    _incident("2024-09-13", 1, "2024-10-29"),
    _incident("2024-09-17", 2, "2024-10-29", SURRENDERING),
    _incident("2024-09-20/2024-09-22", 1, "2024-11-05"),
    _incident("2024-09-24", 2, "2024-11-05"),
    _incident("2024-09-28", 2, "2024-11-07", HORS),
    # October and November 2024: 13 and 54, decided by 22 November.
    _incident("2024-10-01", 9, "2024-11-12"),
    _incident("2024-10-04", 3, "2024-11-12", SURRENDERING),
    _incident("2024-10-08", 2, "2024-11-14"),
    _incident("2024-10-10", 5, "2024-11-14"),
    _incident("2024-10-13", 4, "2024-11-15", SURRENDERING),
    _incident("2024-10-16/2024-10-17", 2, "2024-11-15", HORS),
    _incident("2024-10", 6, "2024-11-19"),
    _incident("2024-10-21", 3, "2024-11-19"),
    _incident("2024-10-25", 7, "2024-11-20"),
    _incident("2024-10-29", 2, "2024-11-20", SURRENDERING),
    _incident("2024-11-01", 5, "2024-11-21"),
    _incident("2024-11-03", 2, "2024-11-21", HORS),
    _incident("2024-11-05", 4, "2024-11-22"),
    # January 2025: 2 and 10 by 3 February.
    _incident("2025-01-09", 4, "2025-01-30", SURRENDERING),
    _incident("2025-01-28/2025-01-31", 6, "2025-02-03"),
)
OTHER_SIDE = Incident(
    datetime.date(2024, 7, 23), datetime.date(2024, 7, 23), 1, datetime.date(2024, 11, 28), HORS, victims="RU"
)  # fmt: skip
