"""Counting: what the office can say in numbers, from the findings in force on a day, and what exactly it means.

A figure is a unit, filters, and an as-of date. Its definition is a sentence made from the same query that counts, so
the two cannot drift apart. Units are never mixed, and other issuers' figures are never summed with ours.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.audit import clock
from casework.cases.models import Party, Region
from casework.cases.models.people import StatusAtDeath
from casework.findings.models import Conclusion, Finding, Standard

if TYPE_CHECKING:
    from casework.accounts.models import User

CONFIRMED = (Conclusion.CONFIRMED.value, Conclusion.CONFIRMED_SIMILAR.value)


class Unit(models.TextChoices):
    """What is counted. An incident is one case; a person is one victim, by the finding's "at least"."""

    PERSONS = "persons", gettext_lazy("Persons")
    INCIDENTS = "incidents", gettext_lazy("Incidents")


@dataclass(frozen=True)
class FigureQuery:
    """What to count. Dates are inclusive; an incident counts when its whole range of possible dates lies inside."""

    unit: str
    as_of: datetime.date
    incident_from: datetime.date | None = None
    incident_to: datetime.date | None = None
    victims_party: Party | None = None
    responsible_party: Party | None = None
    conclusions: tuple[str, ...] = CONFIRMED
    standard: int = Standard.REASONABLE_GROUNDS.value
    status: str = ""
    region: Region | None = None


class Counted(NamedTuple):
    """One incident behind a figure."""

    case_id: uuid.UUID
    reference: str
    finding_id: uuid.UUID
    finding: str
    earliest: datetime.date
    latest: datetime.date
    at_least: int
    at_most: int


class Total(NamedTuple):
    """A figure's number alone: `value` is "at least", `at_most` the upper bound; equal for incidents."""

    query: FigureQuery
    value: int
    at_most: int


@dataclass(frozen=True)
class Figure:
    """An answer: the number, its unit, its day, what it means, and the incidents it consists of.

    `value` is "at least"; `at_most` is the upper bound for persons. `straddling` counts incidents left out because only
    a part of their range of dates lies in the period.
    """

    query: FigureQuery
    value: int
    at_most: int
    cases: tuple[Counted, ...] = field(repr=False)
    straddling: int
    definition: str

    @property
    def references(self) -> list[str]:
        return [case.reference for case in self.cases]


def count_figure(query: FigureQuery, user: User | None = None) -> Figure:
    """Answer `query` from the findings that `user` may see, or from the whole office's for None. Two SQL queries."""
    held = _findings(query, user)
    counts = Q(victim_counts__status=query.status) if query.status else Q()
    rows = (
        held.filter(_inside(query))
        .annotate(
            least=Sum("victim_counts__at_least", filter=counts, default=0),
            most=Sum("victim_counts__at_most", filter=counts, default=0),
        )
        .filter(Q(least__gt=0) | Q(most__gt=0))
        .order_by("occurred_earliest", "case__reference")
        .values_list(
            "case_id", "case__reference", "id", "reference", "occurred_earliest", "occurred_latest", "least", "most"
        )
    )
    cases = tuple(map(Counted._make, rows))
    persons = query.unit == Unit.PERSONS
    return Figure(
        query=query,
        value=sum(case.at_least for case in cases) if persons else len(cases),
        at_most=sum(case.at_most for case in cases) if persons else len(cases),
        cases=cases,
        straddling=_straddling(held, query),
        definition=define(query),
    )


def total_figure(query: FigureQuery, user: User | None = None) -> Total:
    """The number that `count_figure` gives, without the incidents behind it: one SQL query, whatever the number."""
    counts = Q(victim_counts__status=query.status) if query.status else Q()
    found = _findings(query, user).filter(_inside(query))
    if query.unit == Unit.PERSONS:
        sums = found.aggregate(
            least=Sum("victim_counts__at_least", filter=counts, default=0),
            most=Sum("victim_counts__at_most", filter=counts, default=0),
        )
        return Total(query, sums["least"], sums["most"])
    some = Q(victim_counts__at_least__gt=0) | Q(victim_counts__at_most__gt=0)
    number = found.aggregate(number=Count("pk", filter=counts & some, distinct=True))["number"]
    return Total(query, number, number)


def _inside(query: FigureQuery) -> Q:
    """The whole range of possible dates lies in the period."""
    inside = Q()
    if query.incident_from:
        inside &= Q(occurred_earliest__gte=query.incident_from)
    if query.incident_to:
        inside &= Q(occurred_latest__lte=query.incident_to)
    return inside


def _findings(query: FigureQuery, user: User | None) -> models.QuerySet[Finding]:
    findings = Finding.objects.all() if user is None else Finding.objects.visible_to(user)
    findings = findings.in_force(query.as_of).filter(
        state=Finding.State.APPROVED, conclusion__in=query.conclusions, standard__gte=query.standard
    )
    if query.victims_party:
        findings = findings.filter(victims_party=query.victims_party)
    if query.responsible_party:
        findings = findings.filter(responsible_party=query.responsible_party)
    if query.region:
        findings = findings.filter(region=query.region)
    return findings


def _straddling(held: models.QuerySet[Finding], query: FigureQuery) -> int:
    """How many incidents may or may not have happened in the period, by what is known of their date."""
    across = Q(pk__in=[])
    if query.incident_from:
        across |= Q(occurred_earliest__lt=query.incident_from, occurred_latest__gte=query.incident_from)
    if query.incident_to:
        across |= Q(occurred_earliest__lte=query.incident_to, occurred_latest__gt=query.incident_to)
    if not (query.incident_from or query.incident_to):
        return 0
    return held.filter(across).aggregate(number=Count("pk"))["number"]


def define(query: FigureQuery) -> str:
    """The definition to print beside the number: one sentence for each thing that decides what is in it."""
    day = date_format(query.as_of, "j F Y")
    unit = (
        _("Persons: the sum of “at least” over the incidents counted.")
        if query.unit == Unit.PERSONS
        else _("Incidents: each case counts once, whatever the number of victims.")
    )
    conclusions = get_text_list([str(Conclusion(value).label).lower() for value in query.conclusions], _("or"))
    found = _(
        "The office's findings in force on %(day)s whose conclusion is %(conclusions)s, at the standard “%(standard)s” "
        "or higher."
    ) % {"day": day, "conclusions": conclusions, "standard": str(Standard(query.standard).label).lower()}
    return " ".join([unit, found, _period(query), *_limits(query)])


def _period(query: FigureQuery) -> str:
    begins = date_format(query.incident_from, "j F Y") if query.incident_from else ""
    ends = date_format(query.incident_to, "j F Y") if query.incident_to else ""
    if begins and ends:
        return _("Incidents from %(begins)s to %(ends)s, by their whole range of possible dates.") % {
            "begins": begins,
            "ends": ends,
        }
    if begins:
        return _("Incidents since %(begins)s, by their whole range of possible dates.") % {"begins": begins}
    if ends:
        return _("Incidents up to %(ends)s, by their whole range of possible dates.") % {"ends": ends}
    return _("Incidents of any date.")


def _limits(query: FigureQuery) -> list[str]:
    limits = []
    if query.victims_party:
        limits.append(_("Party of the victims: %(party)s.") % {"party": query.victims_party.name})
    if query.responsible_party:
        limits.append(_("Party responsible: %(party)s.") % {"party": query.responsible_party.name})
    if query.status:
        limits.append(_("Status at death: %(status)s.") % {"status": str(StatusAtDeath(query.status).label).lower()})
    if query.region:
        limits.append(_("Place: %(region)s.") % {"region": query.region.name})
    return limits


def by_month(figure: Figure) -> list[tuple[datetime.date | None, int]]:
    """The figure's value spread over months of incident, first to last without a gap; None gathers incidents whose
    dates span months. The parts sum to the value."""
    persons = figure.query.unit == Unit.PERSONS
    counted: Counter[datetime.date] = Counter()
    spanning = 0
    for case in figure.cases:
        weight = case.at_least if persons else 1
        if (case.earliest.year, case.earliest.month) == (case.latest.year, case.latest.month):
            counted[case.earliest.replace(day=1)] += weight
        else:
            spanning += weight
    series: list[tuple[datetime.date | None, int]] = []
    if counted:
        month, last = min(counted), max(counted)
        while month <= last:
            series.append((month, counted[month]))
            month = (month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    if spanning:
        series.append((None, spanning))
    return series


def headline_queries(today: datetime.date | None = None) -> list[FigureQuery]:
    """The figures that Home and the figures page open with: persons and incidents, all confirmed, as of today."""
    day = today or clock.today()
    return [FigureQuery(unit=Unit.PERSONS, as_of=day), FigureQuery(unit=Unit.INCIDENTS, as_of=day)]
