"""What a proposal says, checked against the rules of the field before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from casework.audit import clock
from casework.cases.models import Case, Party
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import DateRange
from casework.core.errors import Invalid
from casework.core.text import UnstorableText, refuse_unstorable
from casework.evidence.models import EvidenceLink
from casework.findings.models import CitedEvidence, Conclusion, Finding, Qualification, Standard, VictimCount

MOST_VICTIMS = 10_000
LONGEST_REASONS = 50_000
OF_A_VIOLATION = frozenset({Conclusion.CONFIRMED, Conclusion.CONFIRMED_SIMILAR, Conclusion.LIKELY, Conclusion.POSSIBLE})
CONFIRMED = frozenset({Conclusion.CONFIRMED, Conclusion.CONFIRMED_SIMILAR})


@dataclass
class Content:
    """A proposal as a person makes it. `counts` maps a status at death to (at least, at most); `links` are evidence
    links of the case."""

    case: Case
    conclusion: str
    standard: int
    victims_party: Party
    responsible_party: Party | None
    occurred: DateRange
    counts: Mapping[str, tuple[int, int]]
    reasons: str
    links: Sequence[EvidenceLink]
    qualifications: Sequence[str] = ()
    problems: dict[str, list[str]] = field(default_factory=dict, init=False)

    def check(self) -> None:
        """Raise Invalid with every field at fault."""
        self.problems = {}
        self._check_words()
        self._check_dates()
        self._check_counts()
        self._check_links()
        if self.problems:
            raise Invalid(_("The finding cannot be proposed like this."), fields=self.problems)

    def values(self) -> dict[str, Any]:
        """The finding's own fields. Place is the case's at this moment and frozen with the rest."""
        return {
            "conclusion": self.conclusion,
            "standard": self.standard,
            "victims_party": self.victims_party,
            "responsible_party": self.responsible_party,
            "occurred_earliest": self.occurred.earliest,
            "occurred_latest": self.occurred.latest,
            "country": self.case.country,
            "region": self.case.region,
            "qualifications": [value for value in Qualification.values if value in set(self.qualifications)],
            "reasons": self.reasons.strip(),
        }

    def write_parts(self, finding: Finding) -> None:
        """Replace the counts and the cited evidence of a finding that is not decided."""
        finding.victim_counts.all().delete()
        finding.cited.all().delete()
        VictimCount.objects.bulk_create(
            VictimCount(finding=finding, status=status, at_least=least, at_most=most)
            for status, (least, most) in self.counts.items()
            if most
        )
        CitedEvidence.objects.bulk_create(_cited(finding, self.links))

    def _blame(self, name: str, message: str) -> None:
        self.problems.setdefault(name, []).append(message)

    def _check_words(self) -> None:
        if self.conclusion not in Conclusion.values:
            self._blame("conclusion", _("Choose a conclusion."))
        if self.standard not in Standard.values:
            self._blame("standard", _("Choose a standard of proof."))
        elif self.conclusion in CONFIRMED and self.standard < Standard.REASONABLE_GROUNDS:
            self._blame("standard", _("A confirmed conclusion needs at least reasonable grounds to believe."))
        if self.victims_party is None:
            self._blame("victims_party", _("Choose the party of the victims."))
        if unknown := set(self.qualifications) - set(Qualification.values):
            self._blame(
                "qualifications", _("There is no such qualification: %s.") % ", ".join(sorted(map(str, unknown)))
            )
        if not self.reasons.strip():
            self._blame("reasons", _("Say what the conclusion rests on."))
        if len(self.reasons) > LONGEST_REASONS:
            self._blame("reasons", _("Use at most %d characters.") % LONGEST_REASONS)
        try:
            refuse_unstorable(self.reasons)
        except UnstorableText as error:
            self._blame("reasons", str(error))

    def _check_dates(self) -> None:
        if not self.occurred:
            self._blame("occurred", _("Give the date of the incident, as precisely as is known; a range is enough."))
        elif self.occurred.earliest and self.occurred.earliest > clock.today():
            self._blame("occurred", _("The incident cannot lie in the future."))

    def _check_counts(self) -> None:
        for status, (least, most) in self.counts.items():
            if status not in StatusAtDeath.values:
                self._blame("counts", _("There is no such status at death: %s.") % status)
            elif not 0 <= least <= most <= MOST_VICTIMS:
                self._blame(
                    "counts",
                    _("%(status)s: give at least and at most, 0 to %(top)d, at least not above at most.")
                    % {"status": StatusAtDeath(status).label, "top": MOST_VICTIMS},
                )
        if self.conclusion in OF_A_VIOLATION and not sum(least for least, _most in self.counts.values()):
            self._blame("counts", _("Say how many victims it establishes: at least one."))

    def _check_links(self) -> None:
        if not self.links:
            self._blame("links", _("Choose the evidence that the finding stands on."))
            return
        present = set(
            EvidenceLink.objects.present()
            .filter(case=self.case, pk__in=[link.pk for link in self.links])
            .values_list("pk", flat=True)
        )
        if any(link.pk not in present for link in self.links):
            self._blame(
                "links", _("Some of the evidence is not linked to this case. Reload the page and choose again.")
            )


def _cited(finding: Finding, links: Iterable[EvidenceLink]) -> Iterable[CitedEvidence]:
    """One row for each file of each linked item, with the hash it has now; one without a hash for an item of none."""
    keys = list(dict.fromkeys(link.pk for link in links))
    found = EvidenceLink.objects.select_related("item").prefetch_related("item__files").in_bulk(keys)
    for link in (found[key] for key in keys):
        said = {"link": link, "item": link.item, "establishes": link.establishes, "bearing": link.bearing}
        files = [(file.name, file.blob_id) for file in link.item.files.all()] or [("", "")]
        for name, sha256 in files:
            yield CitedEvidence(finding=finding, file_name=name, sha256=sha256, **said)
