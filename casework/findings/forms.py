"""Findings, decisions and elements as they are typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case, Party, Victim
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import PartialDateField
from casework.core.forms import CaseworkForm, LongText, MomentField, ShortText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.models import EvidenceLink
from casework.evidence.models.items import Establishes
from casework.findings.content import LONGEST_REASONS, MOST_VICTIMS
from casework.findings.models import Conclusion, ElementAssessment, Finding, Qualification, Standard

DEAD = (Victim.Outcome.KILLED, Victim.Outcome.PRESUMED_KILLED)


def persons_field(label: Any) -> forms.IntegerField:
    """A number of people, which may be left empty for none."""
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_VICTIMS, widget=ShortText())


class ProposalForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """Everything a finding says. Numbers of victims are asked for each status at death, none where left empty."""

    template_name = "findings/_proposal_fields.html"

    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=[("", _("Choose")), *Conclusion.choices])
    standard = forms.TypedChoiceField(
        label=_("Standard of proof"), coerce=int, choices=[("", _("Choose")), *Standard.choices],
        help_text=_("The strongest that the evidence carries today; a later finding can raise it."),
    )  # fmt: skip
    occurred = PartialDateField(label=_("Date of the incident"), required=True, past=True)
    victims_party = forms.ModelChoiceField(
        label=_("Party of the victims"), queryset=Party.objects.all(), empty_label=_("Choose")
    )
    responsible_party = forms.ModelChoiceField(
        label=_("Party responsible"), queryset=Party.objects.all(), required=False, empty_label=_("Not established")
    )
    qualifications = forms.MultipleChoiceField(
        label=_("Legal qualification"), choices=Qualification.choices, required=False,
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip
    links = forms.ModelMultipleChoiceField(
        label=_("Evidence that it stands on"), queryset=EvidenceLink.objects.none(),
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("Each file is frozen with the hash it has now. Whoever registered an item cannot approve."),
    )  # fmt: skip
    reasons = forms.CharField(
        label=_("Reasons"), max_length=LONGEST_REASONS, widget=LongText({"rows": 10}),
        help_text=_("What shows the act, the victims, their status and number, place, time; what speaks against it."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for status, label in StatusAtDeath.choices:
            self.fields[f"{status}_at_least"] = persons_field(_("%s: at least") % label)
            self.fields[f"{status}_at_most"] = persons_field(_("%s: at most") % label)
        self.fields["links"].queryset = (  # type: ignore[attr-defined]
            EvidenceLink.objects.present().filter(case=case).select_related("item")
        )

    def count_rows(self) -> list[tuple[Any, Any, Any]]:
        """Label, at least, at most, for each status."""
        return [
            (label, self[f"{status}_at_least"], self[f"{status}_at_most"]) for status, label in StatusAtDeath.choices
        ]

    def link_rows(self) -> list[tuple[Any, EvidenceLink, str]]:
        """Checkbox, link, and what the link says, for each item of the case."""
        rows = []
        for choice in self["links"]:
            link = choice.data["value"].instance
            words = [str(Establishes(value).label) for value in link.establishes]
            rows.append((choice, link, ", ".join(words)))
        return rows

    def clean(self) -> dict[str, Any]:
        """Put the numbers together as `counts`; one number alone is taken for both."""
        cleaned = dict(super().clean() or {})
        counts = {}
        for status in StatusAtDeath.values:
            least, most = cleaned.pop(f"{status}_at_least", None), cleaned.pop(f"{status}_at_most", None)
            if least is None and most is None:
                continue
            most = least if most is None else most
            least = 0 if least is None else least
            if least > most:
                self.add_error(f"{status}_at_least", _("At least cannot be more than at most."))
            counts[status] = (least, most)
        cleaned["counts"] = counts
        cleaned["links"] = list(cleaned.get("links") or [])
        return cleaned


def initial_from_case(case: Case) -> dict[str, Any]:
    """What the working file already says: dates, parties, and the victims recorded as killed, by status at death."""
    totals: dict[str, int] = {}
    for victim in Victim.objects.present().filter(case=case, outcome__in=DEAD):
        for bound in ("at_least", "at_most"):
            key = f"{victim.status_at_death}_{bound}"
            totals[key] = totals.get(key, 0) + getattr(victim, bound)
    return {
        "occurred": case.occurred,
        "victims_party": case.victims_party_id,
        "responsible_party": case.responsible_party_id,
        **totals,
    }


def initial_from_finding(finding: Finding) -> dict[str, Any]:
    """What was proposed before, to be changed."""
    values = {
        "expected_updated_at": finding.updated_at,
        "conclusion": finding.conclusion,
        "standard": finding.standard,
        "occurred": finding.occurred,
        "victims_party": finding.victims_party_id,
        "responsible_party": finding.responsible_party_id,
        "qualifications": finding.qualifications,
        "reasons": finding.reasons,
        "links": list(finding.cited.values_list("link_id", flat=True).distinct()),
    }
    for count in finding.victim_counts.all():
        values[f"{count.status}_at_least"], values[f"{count.status}_at_most"] = count.at_least, count.at_most
    return values


class ApprovalForm(CaseworkForm):
    """Which version the reviewer read."""

    expected = MomentField(required=False)


class ReturnForm(CaseworkForm):
    """Why a finding is returned."""

    code = forms.ChoiceField(label=_("Why"), choices=[("", _("Choose")), *Finding.ReturnReason.choices])
    note = forms.CharField(
        label=_("What has to change"), max_length=5000, widget=LongText(),
        help_text=_("The person who proposed it reads this."),
    )  # fmt: skip


class WithdrawForm(CaseworkForm):
    """Why a proposal is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=LongText({"rows": 3}))


class ElementForm(CaseworkForm):
    """Where the case stands on one element."""

    standing = forms.ChoiceField(label=_("Standing"), choices=ElementAssessment.Standing.choices)
    note = forms.CharField(
        label=_("Evidence for and against"), max_length=5000, required=False, widget=LongText({"rows": 2})
    )
