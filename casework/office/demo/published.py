"""What others published, and the registry of public statements.

The issuers' figures are public facts; wording is a summary in this project's own words except for short numbers.
"""

from __future__ import annotations

import datetime

from casework.cases.models import Party
from casework.core.dates import DateRange
from casework.figures.actions import record_issuer_figure
from casework.office.demo.cases import Story, at, days
from casework.office.demo.people import EAST, Cast
from casework.office.demo.texts import STATEMENTS
from casework.statements.actions import register_statement

D = datetime.date.fromisoformat
HRMMU = "UN Human Rights Monitoring Mission in Ukraine"
PROSECUTOR = "Office of the Prosecutor General of Ukraine"
OMBUDSMAN = "Ombudsman's office"
CREDIBLE = "Ukrainian prisoners of war executed, by credible reports"
# Issuer, unit, value, qualifier, period, as of, published, definition, why it differs.
FIGURES = (
    (HRMMU, "persons", 79, "", ("2024-08-31", "2025-02-03"), None, "2025-02-03", CREDIBLE,
     "The same period counted from 1 September: the mission's “end of August” is taken as its last day."),
    (HRMMU, "incidents", 24, "", ("2024-08-31", "2025-02-03"), None, "2025-02-03",
     "Separate incidents in which those persons were executed", ""),
    (OMBUDSMAN, "persons", 177, "at least", None, "2024-12-31", "2024-12-31",
     "Confirmed executions of Ukrainian prisoners of war", ""),
    (OMBUDSMAN, "persons", 109, "at least", ("2024-01-01", "2024-12-31"), "2024-12-31", "2024-12-31",
     "Confirmed executions of Ukrainian prisoners of war in 2024", ""),
    (PROSECUTOR, "persons", 177, "", None, "2024-11-22", "2024-11-22",
     "Prisoners of war whose execution is the subject of criminal proceedings",
     "Equal in number, but a person in a proceeding is not yet a finding of this office."),
    (PROSECUTOR, "proceedings", 53, "", None, "2024-11-22", "2024-11-22",
     "Criminal proceedings on executions of prisoners of war",
     "A proceeding is not an incident: one may hold several, and press reports call the 177 persons “cases”."),
    (PROSECUTOR, "persons", 54, "", None, "2024-04-09", "2024-04-09",
     "Prisoners of war whose execution is the subject of criminal proceedings", ""),
    (PROSECUTOR, "proceedings", 27, "", None, "2024-04-09", "2024-04-09",
     "Criminal proceedings on executions of prisoners of war", ""),
    (HRMMU, "persons", 1, "", ("2024-01-01", "2024-12-31"), None, "2025-02-03",
     "Wounded Russian serviceman, incapacitated and not yet captured, executed by Ukrainian military", ""),
    (HRMMU, "statements", 3, "at least", ("2024-01-01", "2024-12-31"), None, "2025-02-03",
     "Public calls by Russian officials for inhumane treatment or execution of captured Ukrainian servicemen", ""),
    (HRMMU, "persons", 32, "at least", ("2023-12-01", "2024-02-29"), None, "2024-03-26",
     "Ukrainian prisoners of war executed in 12 incidents, by credible reports; three incidents with seven persons "
     "independently verified",
     "Ours counts approved findings only; the mission counts credible reports."),
)  # fmt: skip


def issuer_figures(cast: Cast) -> Story:
    """Record each figure two days after its publication."""
    for issuer, unit, value, qualifier, period, as_of, published, definition, difference in sorted(
        FIGURES, key=lambda row: row[6]
    ):
        yield at(D(published) + days(2), 9)
        begins, ends = period or (None, None)
        record_issuer_figure(
            actor=cast["investigator"],
            issuer=issuer,
            unit=unit,
            value=value,
            qualifier=qualifier,
            period_earliest=D(begins) if begins else None,
            period_latest=D(ends) if ends else None,
            as_of=D(as_of) if as_of else None,
            published_on=D(published),
            definition=definition,
            quote=f"{qualifier} {value} {unit}".strip(),
            difference=difference,
        )


def statements(cast: Cast) -> Story:
    """Register each public statement the day after it was made."""
    languages = {"uk": "Ukrainian", "ru": "Russian", "en": "English"}
    for said in sorted(STATEMENTS, key=lambda row: row.said_on):
        day = D(said.said_on)
        yield at(day + days(1), 13)
        register_statement(
            actor=cast["investigator2"],
            team=cast.teams[EAST],
            speaker=said.speaker,
            speaker_kind="official" if said.by_official else "military_group",
            office=said.function,
            party=Party.objects.get(code=said.party),
            made=DateRange(day, day),
            medium=said.medium,
            text=said.text,
            language=languages.get(said.language, said.language),
            translation=said.translation,
            kind=said.kind,
        )
