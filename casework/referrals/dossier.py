"""The dossier: what a recipient reads of a referral, as a page in the browser and as an archival PDF.

Both are made from one `DossierData`, so the preview shows exactly what is sent. Whoever builds it has already left out
embargoed names and what caveats forbid; `withheld` tells only the preparer what that was and never reaches the PDF.
The PDF is a function of the data alone: no clock, no file, no font of the machine, and the same data give the same
bytes, so that an approval can be bound to its SHA-256.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from casework.referrals.typesetting import CannotTypeset, set_lines, typeset_pdf

# Characters of a running header or footer, so that it stays one line.
RUNNING_OFFICE = 80
RUNNING_REFERENCE = 32


@dataclass(frozen=True)
class DossierFile:
    """One file of an evidence item: its name, SHA-256 in hexadecimal, size in bytes."""

    name: str
    sha256: str
    size: int

    @property
    def size_text(self) -> str:
        """The exact size, as '1,234,567 bytes'."""
        return f"{self.size:,} byte" + ("" if self.size == 1 else "s")


@dataclass(frozen=True)
class DossierEvidence:
    """An evidence item as disclosed; `establishes` and `source` are ready to read and may be empty."""

    reference: str
    kind: str
    title: str
    description: str = ""
    establishes: str = ""
    source: str = ""
    files: tuple[DossierFile, ...] = ()


@dataclass(frozen=True)
class DossierVictim:
    """A victim or an unnamed group; `label` is the name, or says that it is withheld; details are (label, value)."""

    label: str
    status_at_death: str = ""
    outcome: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DossierPerpetrator:
    """A person or unit alleged to be responsible, the degree of involvement, and the basis for saying so."""

    label: str
    involvement: str = ""
    basis: str = ""


@dataclass(frozen=True)
class DossierCase:
    """One incident; `preliminary` when no finding is in force, and the numbers are then the working file's."""

    reference: str
    title: str
    occurred: str = ""
    place: str = ""
    party_of_victims: str = ""
    party_responsible: str = ""
    summary: str = ""
    conclusion: str = ""
    standard_of_proof: str = ""
    preliminary: bool = False
    victims_at_least: int | None = None
    victims_at_most: int | None = None
    victims: tuple[DossierVictim, ...] = ()
    legal_qualification: str = ""
    reasons: str = ""
    perpetrators: tuple[DossierPerpetrator, ...] = ()
    evidence: tuple[DossierEvidence, ...] = ()

    @property
    def victims_text(self) -> str:
        """The count with its bounds: '3', 'at least 3', 'at least 3, at most 5', 'at most 5' or 'not known'."""
        least, most = self.victims_at_least, self.victims_at_most
        if least is not None and least == most:
            return str(least)
        bounds = [f"at least {least}"] if least is not None else []
        bounds += [f"at most {most}"] if most is not None else []
        return ", ".join(bounds) or "not known"


@dataclass(frozen=True)
class DossierData:
    """Everything that one referral tells its recipient.

    `prepared_on` is also the creation time of the PDF (a date stands for midnight UTC). `handling` is the line printed
    on every page, such as 'Confidential: for the ICRC only'. `demonstration` marks every page as synthetic.
    """

    title: str
    reference: str
    recipient: str
    purpose: str
    prepared_on: date | datetime
    handling: str
    office: str
    cases: tuple[DossierCase, ...] = ()
    note: str = ""
    supplements: str = ""
    demonstration: bool = False
    withheld: tuple[str, ...] = ()

    @property
    def annex(self) -> tuple[AnnexEntry, ...]:
        """Every file disclosed, once for each evidence item, in the order of the dossier."""
        entries: dict[tuple[str, str, str], AnnexEntry] = {}
        for case in self.cases:
            for item in case.evidence:
                for file in item.files:
                    key = (item.reference, file.sha256, file.name)
                    known = entries.get(key)
                    cases = (known.cases if known else ()) + (case.reference,)
                    entries[key] = AnnexEntry(item.reference, tuple(dict.fromkeys(cases)), file)
        return tuple(entries.values())

    @property
    def evidence_count(self) -> int:
        """Distinct evidence items; an item that bears on two cases counts once."""
        return len({item.reference for case in self.cases for item in case.evidence})

    @property
    def prepared_text(self) -> str:
        """The day of preparation, as '5 March 2025'."""
        return f"{self.prepared_on.day} {self.prepared_on:%B %Y}"


@dataclass(frozen=True)
class AnnexEntry:
    """One line of the annex of hashes: the evidence item, the cases that cite it, the file."""

    evidence: str
    cases: tuple[str, ...]
    file: DossierFile


def render_dossier(data: DossierData) -> bytes:
    """The dossier as PDF/A-2b, tagged; byte-identical for equal data. Raises CannotTypeset if it cannot be set."""
    try:
        return typeset_pdf(_template(), _content(data), made_on=data.prepared_on)
    except CannotTypeset:
        return typeset_pdf(_template(), _content(data, cautious=True), made_on=data.prepared_on)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return files("casework.referrals").joinpath("dossier.typ").read_bytes()


def _content(data: DossierData, *, cautious: bool = False) -> dict[str, Any]:
    """The data as the template takes them: every text in lines of segments, the preparer's part left out."""
    content: dict[str, Any] = {
        field.name: _set(getattr(data, field.name), cautious)
        for field in fields(data)
        if field.name not in {"withheld", "prepared_on"}
    }
    for case, shown in zip(data.cases, content["cases"], strict=True):
        shown["victims_text"] = _set(case.victims_text, cautious)
    content |= {
        "prepared": _set(data.prepared_text, cautious),
        "annex": [_annex_row(entry, cautious) for entry in data.annex],
        "evidence_count": data.evidence_count,
        "running_office": _set(shorten(data.office, RUNNING_OFFICE), cautious),
        "running_reference": _set(shorten(data.reference, RUNNING_REFERENCE), cautious),
        "document_title": _one_line(f"{data.reference} {data.title}") or "Dossier",
        "document_author": _one_line(data.office),
    }
    content["codes"] = [[code, _name_of(code)] for code in sorted(_codes_in(content))]
    return content


def _annex_row(entry: AnnexEntry, cautious: bool) -> dict[str, Any]:
    return {
        "evidence": set_lines(entry.evidence, cautious=cautious),
        "cases": set_lines(", ".join(entry.cases), cautious=cautious),
        "name": set_lines(entry.file.name, cautious=cautious),
        "sha256": set_lines(entry.file.sha256, cautious=cautious),
        "size": set_lines(entry.file.size_text, cautious=cautious),
    }


def _set(value: Any, cautious: bool) -> Any:
    """Texts into lines of segments, records into dictionaries, all the way down."""
    if isinstance(value, str):
        lines = set_lines(value, cautious=cautious)
        return lines if any(text.strip() for line in lines for text, _ in line) else None
    if isinstance(value, tuple):
        return [_set(item, cautious) for item in value]
    if is_dataclass(value):
        return {field.name: _set(getattr(value, field.name), cautious) for field in fields(value)}
    return value


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, the last of them an ellipsis if something was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _one_line(text: str) -> str:
    """Text for the document's own metadata: printable characters of the basic plane in one line."""
    return " ".join("".join(c if c.isprintable() and ord(c) <= 0xFFFF else " " for c in text).split())[:300]


def _codes_in(value: Any) -> set[str]:
    """Which characters were set as their code, anywhere in the content."""
    if isinstance(value, tuple) and len(value) == 2 and value[1] is True:
        return {value[0]}
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(_codes_in, value)) if isinstance(value, list) else set()


def _name_of(code: str) -> str:
    character = chr(int(code.removeprefix("U+"), 16))
    return unicodedata.name(character, "CONTROL OR UNASSIGNED CHARACTER")
