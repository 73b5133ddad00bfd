"""The elements of the three crimes a case may be qualified as (Rome Statute, Elements of Crimes, article 8), as data.

No element is ever marked by the program: a person judges each one. In particular a published text seldom shows command
over the forces it addresses, the third element of denying quarter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.findings.models import ElementAssessment, Qualification


@dataclass(frozen=True)
class Element:
    """One element: its key as stored, and what has to be shown."""

    key: str
    label: Any


_NEXUS = Element(
    "nexus", _("It took place in the context of, and was associated with, an international armed conflict")
)
_CONFLICT_KNOWN = Element("conflict_known", _("The perpetrator was aware of the facts that made it an armed conflict"))

ELEMENTS: Mapping[str, tuple[Element, ...]] = {
    Qualification.WILFUL_KILLING: (
        Element("killed", _("The perpetrator killed one or more persons")),
        Element("protected", _("The persons were protected under one of the Geneva Conventions of 1949")),
        Element("protection_known", _("The perpetrator was aware of the facts that made them protected")),
        _NEXUS,
        _CONFLICT_KNOWN,
    ),
    Qualification.HORS_DE_COMBAT: (
        Element("harmed", _("The perpetrator killed or injured one or more persons")),
        Element("hors_de_combat", _("The persons were hors de combat")),
        Element("hors_de_combat_known", _("The perpetrator was aware of the facts that put them hors de combat")),
        _NEXUS,
        _CONFLICT_KNOWN,
    ),
    Qualification.NO_QUARTER: (
        Element("declared", _("The perpetrator declared or ordered that there be no survivors")),
        Element("purpose", _("It was done to threaten an adversary or to conduct hostilities on that basis")),
        Element("control", _("The perpetrator effectively commanded or controlled the forces addressed")),
        _NEXUS,
        _CONFLICT_KNOWN,
    ),
}


@dataclass(frozen=True)
class Row:
    """One element as it stands in a case; `assessment` is None until somebody judged it."""

    element: Element
    assessment: ElementAssessment | None

    @property
    def is_open(self) -> bool:
        """Whether it still needs work: not judged, a gap, or contested."""
        return self.assessment is None or self.assessment.standing != ElementAssessment.Standing.ESTABLISHED


@dataclass(frozen=True)
class Table:
    """One qualification of a case with every element of it."""

    qualification: Qualification
    rows: tuple[Row, ...]

    @property
    def started(self) -> bool:
        return any(row.assessment for row in self.rows)

    @property
    def established(self) -> int:
        return sum(not row.is_open for row in self.rows)

    @property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if row.is_open]


def element_of(qualification: str, key: str) -> Element | None:
    """The element of that key in that qualification, or None."""
    return next((element for element in ELEMENTS.get(qualification, ()) if element.key == key), None)


def tables(assessments: Iterable[ElementAssessment]) -> list[Table]:
    """The whole matrix of a case from its stored assessments."""
    known = {(each.qualification, each.element): each for each in assessments}
    return [
        Table(
            Qualification(qualification),
            tuple(Row(element, known.get((str(qualification), element.key))) for element in elements),
        )
        for qualification, elements in ELEMENTS.items()
    ]


def state_of(matrix: Iterable[Table]) -> str:
    """not_started, started, or done: every element of at least one qualification is judged and none is a gap."""
    matrix = list(matrix)
    gap = ElementAssessment.Standing.GAP
    if any(all(row.assessment and row.assessment.standing != gap for row in table.rows) for table in matrix):
        return "done"
    return "started" if any(table.started for table in matrix) else "not_started"
