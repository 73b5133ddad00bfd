"""The plan of the demonstration adds up to what was published."""

from __future__ import annotations

import datetime

import pytest

from casework.office.demo.plan import CONFIRMED, OTHER_SIDE

D = datetime.date.fromisoformat


def total(begins: str, ends: str, as_of: str) -> tuple[int, int]:
    """Incidents and persons, counted here by plain arithmetic."""
    incidents = persons = 0
    for incident in CONFIRMED:
        if incident.earliest < D(begins) or incident.latest > D(ends) or incident.decided > D(as_of):
            continue
        later = incident.later_decided and incident.later_decided <= D(as_of)
        incidents += 1
        persons += incident.later if later else incident.persons
    return incidents, persons


@pytest.mark.parametrize(
    ("begins", "ends", "as_of", "expected"),
    [
        ("2022-01-01", "2025-12-31", "2024-04-09", (27, 54)),
        ("2022-01-01", "2025-12-31", "2024-11-22", (53, 177)),
        ("2024-01-01", "2024-12-31", "2024-11-22", (37, 109)),
        ("2024-10-01", "2024-11-30", "2024-11-22", (13, 54)),
        ("2022-01-01", "2025-12-31", "2024-12-31", (53, 177)),
        ("2024-01-01", "2024-12-31", "2024-12-31", (37, 109)),
        ("2024-09-01", "2025-12-31", "2025-02-03", (24, 79)),
        ("2025-01-25", "2025-01-31", "2025-02-03", (1, 6)),
    ],
)
def test_it_adds_up(begins: str, ends: str, as_of: str, expected: tuple[int, int]) -> None:
    assert total(begins, ends, as_of) == expected


def test_no_incident_is_decided_before_it_happened() -> None:
    for incident in (*CONFIRMED, OTHER_SIDE):
        assert incident.earliest <= incident.latest < incident.decided
        assert incident.later_decided is None or incident.decided < incident.later_decided
