"""Findings in force, arranged without the review that the findings' own tests prove."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from casework.cases.models import Party
from casework.core.references import next_reference
from casework.findings.models import Finding, VictimCount
from tests.factories import CaseFactory, PartyFactory

D = datetime.date.fromisoformat


@pytest.fixture
def decided(cast) -> Callable[..., Finding]:  # type: ignore[no-untyped-def]
    """`decided("2024-10-05", 3, "2024-11-01")`: an incident of that day, persons, and the day the office decided."""
    PartyFactory(code="UA")
    PartyFactory(code="RU")

    def make(
        dates: str,
        persons: int,
        decided_on: str,
        *,
        victims: str = "UA",
        status: str = "captured",
        case: object = None,
        until: str = "",
        team: object = None,
        **fields: object,
    ) -> Finding:
        earliest, _, latest = dates.partition("/")
        case = case or CaseFactory(team=team or cast.team, created_by=cast.investigator)
        finding = Finding.objects.create(
            **{
                "reference": next_reference("F"),
                "case": case,
                "conclusion": "confirmed",
                "standard": 2,
                "victims_party": Party.objects.get(code=victims),
                "responsible_party": Party.objects.get(code="RU" if victims == "UA" else "UA"),
                "occurred_earliest": D(earliest),
                "occurred_latest": D(latest or earliest),
                "reasons": "Arranged.",
                "proposed_by": cast.investigator,
                **fields,
            }
        )
        VictimCount.objects.create(finding=finding, status=status, at_least=persons, at_most=persons + 1)
        Finding.objects.filter(pk=finding.pk).update(
            state="approved",
            approved_by=cast.reviewer,
            decided_on=D(decided_on),
            in_force=(D(decided_on), D(until) if until else None),
        )
        finding.refresh_from_db()
        return finding

    return make
