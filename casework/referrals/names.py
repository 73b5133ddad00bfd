"""Finds in a dossier's free text the names that must not leave, so that a referral with one is not submitted.

Rules withhold what has a field of its own; a summary or a covering note may still name somebody. Names are compared as
whole words, whatever the script, accents or grammatical case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from casework.core.text import skeleton
from casework.evidence.models import Source
from casework.referrals.dossier import DossierData
from casework.referrals.models import Recipient
from casework.referrals.sources import CaseParts

# Shorter names are too often parts of other words.
SHORTEST = 4
WITNESSES = (Source.Kind.WITNESS, Source.Kind.RELEASED_PRISONER)


@dataclass(frozen=True)
class Found:
    """A protected name in a text; `whose` says whose it is without repeating it. `reasons_of` is the reference of the
    case when the text is the reasons of its finding, which nobody can change."""

    place: str
    whose: str
    reasons_of: str = ""

    def __str__(self) -> str:
        return f"{self.place} names {self.whose}, which must not be disclosed. Take the name out of the text."


def find_names(dossier: DossierData, parts: Sequence[CaseParts], recipient: Recipient) -> list[Found]:
    """Every protected name that some text of the dossier holds, each once for a text."""
    protected = [
        (whose, [_pattern(name) for name in names if len(skeleton(name)) >= SHORTEST])
        for whose, names in _protected(parts, recipient)
    ]
    found = []
    for place, reasons_of, text in _texts(dossier):
        words = skeleton(text)
        for whose, patterns in protected:
            if any(pattern.search(words) for pattern in patterns):
                found.append(Found(place, whose, reasons_of))
    return list(dict.fromkeys(found))


def _protected(parts: Sequence[CaseParts], recipient: Recipient) -> Iterable[tuple[str, list[str]]]:
    """Whose names stay in the office: those under embargo, authors of reports, witnesses."""
    people = [(part.case, number, v) for part in parts for number, v in enumerate(part.victims, 1) if v.surname]
    told = {skeleton(victim.surname) for _, _, victim in people if victim.may_be_named and recipient.receives_names}
    for case, number, victim in people:
        if skeleton(victim.surname) not in told:
            yield f"victim {number} of {case.reference}", [victim.surname]
    for link, _ in (pair for part in parts for pair in part.chosen):
        item = link.item
        if report := getattr(item, "unit_report", None):
            yield f"the author of {item.reference}", [report.author]
        if testimony := getattr(item, "testimony", None):
            yield f"the witness of {item.reference}", [testimony.identity]
        if item.source and item.source.kind in WITNESSES:
            yield f"the source of {item.reference}", [item.source.name]


def _texts(dossier: DossierData) -> Iterator[tuple[str, str, str]]:
    """Every text as (where it stands, the case whose finding's reasons it is, text)."""
    yield "The covering note", "", dossier.note
    for case in dossier.cases:
        yield f"The title of {case.reference}", "", case.title
        yield f"The summary of {case.reference}", "", case.summary
        yield f"The reasons of the finding on {case.reference}", case.reference, case.reasons
        for item in case.evidence:
            yield f"The record of {item.reference}", "", f"{item.title} | {item.description}"
        told = [case.place, *(text for victim in case.victims for _, text in victim.details)]
        told += [perpetrator.basis for perpetrator in case.perpetrators]
        yield f"What is said of the people or the place of {case.reference}", "", " | ".join(told)


def _pattern(name: str) -> re.Pattern[str]:
    """What finds a name among words: each of its words in any case ending, as Ukrainian and Russian have them."""
    stems = (re.escape(word.rstrip("aeiou") if len(word.rstrip("aeiou")) >= SHORTEST else word) for word in
             skeleton(name).split())  # fmt: skip
    return re.compile(r"\b" + r"\w{0,3} ".join(stems) + r"\w{0,3}\b")
