"""What a disclosure is computed from, read in a fixed number of queries however many cases and items there are."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from casework.audit import clock
from casework.cases.models import Case, Perpetrator, Victim
from casework.evidence.models import EvidenceFile, EvidenceLink
from casework.findings.models import CitedEvidence, Finding, VictimCount
from casework.referrals.models import Referral

KILLED = (Victim.Outcome.KILLED, Victim.Outcome.PRESUMED_KILLED)


@dataclass
class CaseParts:
    """One case of a referral with everything that might be told of it. `chosen` are (link, whether copies go along);
    `links` are all that the case stands on."""

    case: Case
    finding: Finding | None = None
    counts: list[VictimCount] = field(default_factory=list)
    cited: list[CitedEvidence] = field(default_factory=list)
    victims: list[Victim] = field(default_factory=list)
    perpetrators: list[Perpetrator] = field(default_factory=list)
    links: list[EvidenceLink] = field(default_factory=list)
    chosen: list[tuple[EvidenceLink, bool]] = field(default_factory=list)
    files: dict[uuid.UUID, list[EvidenceFile]] = field(default_factory=dict)

    @property
    def count(self) -> tuple[int | None, int | None]:
        """Persons killed, at least and at most: the finding's, or the working file's when none is in force."""
        if self.finding:
            return sum(c.at_least for c in self.counts), sum(c.at_most for c in self.counts)
        killed = [victim for victim in self.victims if victim.outcome in KILLED]
        if not killed:
            return None, None
        return sum(victim.at_least for victim in killed), sum(victim.at_most for victim in killed)


def load_parts(referral: Referral) -> list[CaseParts]:
    """The cases of a referral by reference, each with the finding in force today."""
    rows = referral.cases.select_related("case__region", "case__victims_party", "case__responsible_party")
    parts = {row.case_id: CaseParts(row.case) for row in sorted(rows, key=lambda row: row.case.reference)}
    _add_findings(parts)
    for victim in Victim.objects.present().filter(case__in=parts).select_related("power", "unit"):
        parts[victim.case_id].victims.append(victim)
    for perpetrator in Perpetrator.objects.present().filter(case__in=parts).select_related("unit"):
        parts[perpetrator.case_id].perpetrators.append(perpetrator)
    _add_evidence(parts, referral)
    return list(parts.values())


def _add_findings(parts: dict[uuid.UUID, CaseParts]) -> None:
    in_force = Finding.objects.filter(case__in=parts, state=Finding.State.APPROVED).in_force(clock.today())
    by_id: dict[Any, CaseParts] = {}
    for finding in in_force.select_related("victims_party", "responsible_party"):
        parts[finding.case_id].finding = finding
        by_id[finding.pk] = parts[finding.case_id]
    for count in VictimCount.objects.filter(finding__in=by_id):
        by_id[count.finding_id].counts.append(count)
    for cited in CitedEvidence.objects.filter(finding__in=by_id).select_related("item"):
        by_id[cited.finding_id].cited.append(cited)


def _add_evidence(parts: dict[uuid.UUID, CaseParts], referral: Referral) -> None:
    chosen = dict(referral.evidence.values_list("link_id", "with_files"))
    links = EvidenceLink.objects.present().filter(case__in=parts)
    files: dict[uuid.UUID, list[EvidenceFile]] = defaultdict(list)
    for link in links.select_related("item__source", "item__unit_report", "item__testimony", "item__post"):
        part = parts[link.case_id]
        part.links.append(link)
        part.files = files
        if link.pk in chosen:
            part.chosen.append((link, chosen[link.pk]))
    items = {link.item_id for part in parts.values() for link, _ in part.chosen}
    for file in EvidenceFile.objects.filter(item__in=items).select_related("blob", "parent"):
        files[file.item_id].append(file)
    for part in parts.values():
        part.chosen.sort(key=lambda pair: pair[0].item.reference)
