"""What a recipient would see of a referral, computed and never written: the dossier, the copies, and what stays behind.

The rules: an item whose caveat forbids it is left out wholly, also from the annex and the counts; a name is told only
when the next of kin consent and the recipient may receive names (GC III art. 122 gives the fields); sources, authors
of unit reports and witnesses are never named; internal notes never leave. Copies carry neutral names, because a
sender's file name may itself name somebody. Everything here is in English, the language of the dossier, whatever the
reader's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils import translation

from casework.audit import clock
from casework.cases.models import Case, Perpetrator, Victim
from casework.evidence.caveats import why_not_disclose
from casework.evidence.models import EvidenceFile, EvidenceLink, Item
from casework.findings.models import CitedEvidence, Finding, Qualification
from casework.referrals.dossier import (
    DossierCase,
    DossierData,
    DossierEvidence,
    DossierFile,
    DossierPerpetrator,
    DossierVictim,
)
from casework.referrals.models import Recipient, Referral
from casework.referrals.names import find_names
from casework.referrals.sources import CaseParts, load_parts

NAME_WITHHELD = "Name withheld"
_EXTENSIONS = {
    "video/mp4": "mp4", "video/webm": "webm", "video/quicktime": "mov", "video/x-matroska": "mkv",
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
    "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/wav": "wav", "audio/x-wav": "wav",
    "application/pdf": "pdf", "text/plain": "txt",
}  # fmt: skip


@dataclass(frozen=True)
class Withheld:
    """Something that stays in the office; `rule` is caveat, embargo, profile or never. For the office's eyes only."""

    what: str
    why: str
    rule: str


@dataclass(frozen=True)
class DisclosedFile:
    """A copy that goes along: its neutral name in the package, size in bytes; of a working copy what was done to which
    file, by its hash."""

    evidence: str
    name: str
    sha256: str
    size: int
    made_from: str = ""
    operation: str = ""


@dataclass(frozen=True)
class Disclosure:
    """Everything that one referral would disclose now. `blocked` must be empty before it may be submitted."""

    dossier: DossierData
    files: tuple[DisclosedFile, ...] = ()
    findings: dict[str, str | None] = field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()
    cautions: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        """What the dossier says, in JSON types, without what it withholds."""
        return content_of(self.dossier)


def content_of(dossier: DossierData) -> dict[str, Any]:
    """A dossier's words as JSON types; the day of preparation as ISO text."""
    content = asdict(replace(dossier, withheld=()))
    content["prepared_on"] = dossier.prepared_on.isoformat()
    del content["withheld"]
    plain: dict[str, Any] = _plain(content)
    return plain


def dossier_from(content: dict[str, Any]) -> DossierData:
    """The dossier that `content_of` was taken from."""
    values = dict(content)
    values["prepared_on"] = datetime.date.fromisoformat(values["prepared_on"])
    values["cases"] = tuple(_case_from(case) for case in values["cases"])
    return DossierData(**values)


def compute_disclosure(referral: Referral, *, prepared_on: datetime.date | None = None) -> Disclosure:
    """What the recipient would see of the referral as everything stands now.

    The cost in queries does not depend on how many cases, victims or items there are.
    """
    with translation.override(settings.LANGUAGE_CODE):
        recipient = referral.recipient
        parts = load_parts(referral)
        withheld: list[Withheld] = []
        files: dict[str, list[DisclosedFile]] = {}
        cases = tuple(_case(part, recipient, withheld, files) for part in parts)
        dossier = DossierData(
            title=_title(referral),
            reference=referral.reference,
            recipient=recipient.name,
            purpose=str(referral.get_purpose_display()),
            prepared_on=prepared_on or clock.today(),
            handling=f"Confidential: for {recipient.name} only",
            office=settings.CASEWORK_OFFICE,
            cases=cases,
            note=referral.covering_note,
            supplements=referral.supplements.reference if referral.supplements else "",
            demonstration=settings.CASEWORK_DEMO,
        )
        found = find_names(dossier, parts, recipient)
        dossier = _without_reasons(dossier, {name.reasons_of for name in found if name.reasons_of}, withheld)
        return Disclosure(
            dossier=replace(dossier, withheld=tuple(dict.fromkeys(f"{one.what}: {one.why}" for one in withheld))),
            files=tuple(file for item in files.values() for file in item),
            findings={part.case.reference: part.finding.reference if part.finding else None for part in parts},
            withheld=tuple(dict.fromkeys(withheld)),
            cautions=tuple(_cautions(parts, recipient)),
            blocked=tuple(str(name) for name in found if not name.reasons_of),
        )


def _title(referral: Referral) -> str:
    count = len(referral.cases.all())
    return f"{referral.get_purpose_display()}: " + ("one incident" if count == 1 else f"{count} incidents")


def _case(
    part: CaseParts, recipient: Recipient, withheld: list[Withheld], files: dict[str, list[DisclosedFile]]
) -> DossierCase:
    case, finding = part.case, part.finding
    least, most = part.count
    occurred = finding.occurred if finding else case.occurred
    victims_party = finding.victims_party if finding else case.victims_party
    responsible = finding.responsible_party if finding else case.responsible_party
    return DossierCase(
        reference=case.reference,
        title=case.title,
        occurred=str(occurred) if occurred else "",
        place=case.place,
        party_of_victims=victims_party.name if victims_party else "",
        party_responsible=responsible.name if responsible else "",
        summary=case.summary,
        conclusion=str(finding.get_conclusion_display()) if finding else "",
        standard_of_proof=str(finding.get_standard_display()) if finding else "",
        preliminary=finding is None,
        victims_at_least=least,
        victims_at_most=most,
        victims=tuple(_victim(case, number, v, recipient, withheld) for number, v in enumerate(part.victims, 1)),
        legal_qualification="; ".join(str(Qualification(q).label) for q in finding.qualifications) if finding else "",
        reasons=_reasons(finding, part.cited, recipient, withheld),
        perpetrators=_perpetrators(case, part.perpetrators, recipient, withheld),
        evidence=_evidence(part, recipient, withheld, files),
    )


def _reasons(
    finding: Finding | None, cited: Sequence[CitedEvidence], recipient: Recipient, withheld: list[Withheld]
) -> str:
    """The finding's reasons, unless they rest on material that the recipient may not have: a caveat follows facts
    too."""
    if finding is None:
        return ""
    forbidden = sorted({entry.item.reference for entry in cited if why_not_disclose(entry.item, recipient)})
    if not forbidden:
        return finding.reasons
    why = f"they rest on {', '.join(forbidden)}, which this recipient may not have"
    withheld.append(Withheld(f"The reasons of finding {finding.reference}", why, "caveat"))
    return ""


def _without_reasons(dossier: DossierData, cases: set[str], withheld: list[Withheld]) -> DossierData:
    """Without the reasons that name somebody who must not be named: nobody can take a name out of a finding."""
    withheld += [
        Withheld(f"The reasons of the finding on {case}", "they name somebody who must not be named", "embargo")
        for case in sorted(cases)
    ]
    shown = (replace(case, reasons="") if case.reference in cases else case for case in dossier.cases)
    return replace(dossier, cases=tuple(shown))


def _victim(case: Case, number: int, victim: Victim, recipient: Recipient, withheld: list[Withheld]) -> DossierVictim:
    details: list[tuple[str, str]] = []
    if victim.kind == Victim.Kind.GROUP:
        label = f"A group of unnamed people, {_counted(victim.at_least, victim.at_most)}"
    elif not victim.full_name:
        label = "Unidentified person"
    elif victim.may_be_named and recipient.receives_names:
        label, details = victim.full_name, _identity(victim, recipient)
    else:
        label = NAME_WITHHELD
        embargoed = not victim.may_be_named
        why = (
            "under embargo until the next of kin are informed and consent"
            if embargoed
            else f"{recipient.name} receives no names"
        )
        withheld.append(
            Withheld(f"The name of victim {number} of {case.reference}", why, "embargo" if embargoed else "profile")
        )
    details += [
        (name, text)
        for name, text in (
            ("Wounded", _yes_no(victim.wounded)),
            ("Unarmed", _yes_no(victim.unarmed)),
            ("Cause and manner", victim.cause),
        )
        if text
    ]
    return DossierVictim(
        label=label,
        status_at_death=str(victim.get_status_at_death_display()),
        outcome=str(victim.get_outcome_display()),
        details=tuple(details),
    )


def _identity(victim: Victim, recipient: Recipient) -> list[tuple[str, str]]:
    """The identifying fields of GC III art. 122, of a person who may be named; whom to inform is told to the ICRC
    alone."""
    tracing = recipient.kind == Recipient.Kind.ICRC
    rows = [
        ("Rank", victim.rank),
        ("Army, regimental, personal or serial number", victim.service_number),
        ("Unit", victim.unit.name if victim.unit else ""),
        ("Power depended on", victim.power.name if victim.power else ""),
        ("Born", str(victim.born) if victim.born else ""),
        ("Place of birth", victim.birth_place),
        ("Age at the time", str(victim.age) if victim.age else ""),
        ("First name of the father", victim.father_name),
        ("Maiden name of the mother", victim.mother_maiden_name),
        ("Identity", str(victim.get_identity_display())),
        ("Remains and burial", victim.remains),
        ("Person to be informed", victim.person_to_inform if tracing else ""),
    ]
    return [(name, text) for name, text in rows if text]


def _perpetrators(
    case: Case, perpetrators: Sequence[Perpetrator], recipient: Recipient, withheld: list[Withheld]
) -> tuple[DossierPerpetrator, ...]:
    if perpetrators and not recipient.receives_perpetrators:
        what = f"The alleged perpetrators of {case.reference} ({len(perpetrators)})"
        withheld.append(Withheld(what, f"{recipient.name} receives no alleged perpetrators", "profile"))
        return ()
    return tuple(DossierPerpetrator(p.label, str(p.get_involvement_display()), p.basis) for p in perpetrators)


def _evidence(
    part: CaseParts, recipient: Recipient, withheld: list[Withheld], files: dict[str, list[DisclosedFile]]
) -> tuple[DossierEvidence, ...]:
    withheld += _held_back(part.links, recipient)
    shown = []
    for link, with_files in part.chosen:
        item = link.item
        if why_not_disclose(item, recipient):
            continue
        named = [(_neutral(item, number, file), file) for number, file in enumerate(part.files.get(item.pk, ()), 1)]
        withheld += [Withheld(item.reference, why, "never") for why in _never_told(item)]
        if named and not recipient.receives_files:
            withheld.append(
                Withheld(f"Copies of {item.reference}", f"{recipient.name} receives no copies of evidence", "profile")
            )
        elif named and with_files:
            files[item.reference] = [
                DisclosedFile(
                    item.reference,
                    name,
                    file.blob_id,
                    file.blob.size,
                    file.parent.blob_id if file.parent else "",
                    file.operation,
                )
                for name, file in named
            ]
        shown.append(
            DossierEvidence(
                reference=item.reference,
                kind=str(item.get_kind_display()),
                title=item.title,
                description=item.description,
                establishes=_establishes(link),
                source=_source(item),
                files=tuple(DossierFile(name, file.blob_id, file.blob.size) for name, file in named),
            )
        )
    return tuple(shown)


def _held_back(links: Iterable[EvidenceLink], recipient: Recipient) -> Iterable[Withheld]:
    """The items that the case stands on and that their caveat forbids, chosen or not: a form offers none of them to be
    chosen, and who prepares has to see all the same that they stay here."""
    for item in sorted((link.item for link in links), key=lambda item: item.reference):
        if reason := why_not_disclose(item, recipient):
            yield Withheld(item.reference, reason.removeprefix(f"{item.reference}: "), "caveat")


def _establishes(link: EvidenceLink) -> str:
    facts = ", ".join(link.facts)
    return f"{link.get_bearing_display()}: {facts}" if facts else str(link.get_bearing_display())


def _source(item: Item) -> str:
    """The kind of source with both ratings, never its name."""
    kind = str(item.source.get_kind_display()) if item.source else "Source not recorded"
    reliability = item.source.reliability if item.source else "F"
    return f"{kind}, reliability {reliability}, credibility {item.credibility}"


def _never_told(item: Item) -> list[str]:
    """What of a disclosed item stays in the office whoever asks."""
    report, testimony = getattr(item, "unit_report", None), getattr(item, "testimony", None)
    told = {
        "the name of its source is never disclosed": item.source,
        "the author of a unit report is never disclosed": report and report.author,
        "the identity of a witness is never disclosed": testimony and testimony.identity,
    }
    return [why for why, present in told.items() if present]


def _neutral(item: Item, number: int, file: EvidenceFile) -> str:
    return f"{item.reference}-{number:02d}.{_EXTENSIONS.get(file.blob.media_type, 'bin')}"


def _cautions(parts: Sequence[CaseParts], recipient: Recipient) -> Iterable[str]:
    """What a person has to look at, because no rule can: words that may rest on material the recipient may not have."""
    for part in parts:
        forbidden = sorted({link.item.reference for link in part.links if why_not_disclose(link.item, recipient)})
        if forbidden:
            yield (
                f"{part.case.reference} also stands on {', '.join(forbidden)}, which this recipient may not have: "
                "check that the summary tells nothing that is known from there alone."
            )


def _counted(least: int, most: int) -> str:
    return f"{least}" if least == most else f"at least {least}, at most {most}"


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _case_from(values: dict[str, Any]) -> DossierCase:
    case = dict(values)
    case["victims"] = tuple(
        DossierVictim(**{**victim, "details": tuple((name, text) for name, text in victim["details"])})
        for victim in case["victims"]
    )
    case["perpetrators"] = tuple(DossierPerpetrator(**perpetrator) for perpetrator in case["perpetrators"])
    case["evidence"] = tuple(
        DossierEvidence(**{**item, "files": tuple(DossierFile(**file) for file in item["files"])})
        for item in case["evidence"]
    )
    return DossierCase(**case)
