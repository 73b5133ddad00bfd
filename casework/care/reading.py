"""What is read of the ledger: by the person in full, by the lead of a case in totals alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.care.access import people_led_by
from casework.care.models import Exposure, Graphic, Preference, Step, monday
from casework.core.charts import Chart, month_chart

WEEKS = 12
TOTAL_WEEKS = 4
ROUND_TO = 5
"""Minutes to which a lead's totals are rounded up, so that one look cannot be matched with the custody of one item."""


def preference_of(user: User) -> Preference:
    """How the person wishes to meet hard material; the careful way until they choose."""
    return Preference.objects.filter(user_id=user.pk).first() or Preference(user_id=user.pk)


def minutes(seconds: int) -> int:
    """Whole minutes; any part of one counts."""
    return -(-seconds // 60)


def last_weeks(count: int) -> list[datetime.date]:
    """The Mondays of the last weeks, the present one last."""
    present = monday(clock.now())
    return [present - datetime.timedelta(weeks=back) for back in range(count - 1, -1, -1)]


@dataclass(frozen=True)
class Line:
    """Minutes of one graphic level, by step, in the weeks shown."""

    level: str
    cells: list[tuple[str, int]]
    total: int


@dataclass(frozen=True)
class Watched:
    """What one person watched in the last weeks."""

    weeks: list[tuple[datetime.date, int]]
    lines: list[Line]
    steps: list[str]

    @property
    def this_week(self) -> int:
        return self.weeks[-1][1]

    @property
    def chart(self) -> Chart:
        """The minutes by week."""
        return month_chart(
            [(date_format(week, "j M"), count) for week, count in self.weeks],
            title=_("Minutes of graphic material by week"),
            desc=_("Minutes in which graphic material was uncovered on your pages, by the week's Monday."),
            label_heading=str(_("Week of")),
            value_heading=str(_("Minutes")),
        )


def watched_by(user: User) -> Watched:
    """The person's own ledger of the last weeks."""
    weeks = last_weeks(WEEKS)
    rows = list(Exposure.objects.visible_to(user).filter(week__gte=weeks[0]))
    by_week = {week: sum(row.seconds for row in rows if row.week == week) for week in weeks}
    lines = []
    for level in sorted({row.level for row in rows}):
        own = [row for row in rows if row.level == level]
        by_step = [sum(row.seconds for row in own if row.step == step) for step in Step.values]
        cells = [(str(step.label), minutes(each)) for step, each in zip(Step, by_step, strict=True)]
        lines.append(Line(str(Graphic(level).label), cells, minutes(sum(by_step))))
    return Watched(
        [(week, minutes(seconds)) for week, seconds in by_week.items()], lines, [str(step.label) for step in Step]
    )


@dataclass(frozen=True)
class Total:
    """One person's minutes by week, rounded; nothing of what it was or how closely."""

    person: User
    cells: list[tuple[datetime.date, int]]


def totals_for(lead: User) -> tuple[list[datetime.date], list[Total]]:
    """Totals of the people who work on the open cases that `lead` leads, the latest week first."""
    weeks = last_weeks(TOTAL_WEEKS)[::-1]
    people = list(people_led_by(lead).order_by("name", "pk"))
    rows = Exposure.objects.filter(user__in=people, week__in=weeks).values("user_id", "week")
    seconds = {(row["user_id"], row["week"]): row["sum"] for row in rows.annotate(sum=Sum("seconds"))}
    return weeks, [Total(one, [(week, _rounded(seconds.get((one.pk, week), 0))) for week in weeks]) for one in people]


def _rounded(seconds: int) -> int:
    return -(-minutes(seconds) // ROUND_TO) * ROUND_TO
