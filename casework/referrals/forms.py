"""The shape of what people type about referrals. Whether it may be done is decided by the actions."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.cases.models import Case
from casework.core.forms import CaseworkForm, HalfText, LongText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.caveats import why_not_disclose
from casework.evidence.forms.fields import DayField, SeveralFilesField
from casework.evidence.models import EvidenceLink
from casework.referrals.models import SENT_STATES, Correspondence, Recipient, Referral


class BasicsForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """To whom, what for, and about which cases of one team."""

    recipient = forms.ModelChoiceField(
        label=_("Recipient"), queryset=Recipient.objects.filter(in_use=True), empty_label=_("Choose")
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Referral.Purpose.choices)
    supplements = forms.ModelChoiceField(
        label=_("Earlier referral that this supplements"), queryset=Referral.objects.none(), required=False,
        empty_label=_("None"), help_text=_("Only for a supplement: one that was sent to the same recipient."),
    )  # fmt: skip
    cases = forms.ModelMultipleChoiceField(
        label=_("Cases"), queryset=Case.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("A case without a finding in force goes along marked as preliminary."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, cases: Any, team_id: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cases"].queryset = cases  # type: ignore[attr-defined]
        earlier = Referral.objects.visible_to(user).filter(team_id=team_id, state__in=SENT_STATES)
        self.fields["supplements"].queryset = earlier.select_related("recipient").order_by("-sent_on")  # type: ignore[attr-defined]
        self.fields["supplements"].label_from_instance = (  # type: ignore[attr-defined]
            lambda row: f"{row.reference} · {row.recipient.code} · {row.sent_on:%d %b %Y}"
        )


class EvidenceForm(StaleEditMixin, CaseworkForm):
    """Which evidence is disclosed, and of which the record alone. Items that their caveat keeps back cannot be
    chosen."""

    template_name = "referrals/_evidence_fields.html"

    links = forms.ModelMultipleChoiceField(label=_("Evidence"), queryset=EvidenceLink.objects.none(), required=False)
    records_only = forms.ModelMultipleChoiceField(
        label=_("Record only"), queryset=EvidenceLink.objects.none(), required=False
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = referral.cases.values("case_id")
        rows = EvidenceLink.objects.present().filter(case__in=cases).select_related("item__source", "case")
        self.fields["links"].queryset = self.fields["records_only"].queryset = rows  # type: ignore[attr-defined]
        self.offered = list(rows.order_by("case__reference", "item__reference"))
        self.referral = referral

    def lines(self) -> list[dict[str, Any]]:
        """Each item with whether it is ticked and what, if anything, keeps it back."""
        if self.is_bound:
            ticked = {str(value) for value in self.data.getlist("links")}  # type: ignore[attr-defined]
            bare = {str(value) for value in self.data.getlist("records_only")}  # type: ignore[attr-defined]
        else:
            chosen = dict(self.referral.evidence.values_list("link_id", "with_files"))
            ticked, bare = {str(key) for key in chosen}, {str(key) for key, files in chosen.items() if not files}
        lines = []
        for link in self.offered:
            why = why_not_disclose(link.item, self.referral.recipient).removeprefix(f"{link.item.reference}: ")
            first = not self.is_bound and not ticked
            lines.append({
                "link": link, "why": why, "ticked": not why and (first or str(link.pk) in ticked),
                "bare": str(link.pk) in bare,
            })  # fmt: skip
        return lines


class NoteForm(StaleEditMixin, CaseworkForm):
    covering_note = forms.CharField(
        label=_("Covering note to the recipient"), required=False, max_length=20_000, widget=LongText({"rows": 10}),
        help_text=_("It opens the dossier. Name nobody whose name is under embargo."),
    )  # fmt: skip


class NothingForm(CaseworkForm):
    """An act that needs no more than to be meant."""


class HashForm(CaseworkForm):
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReasonForm(CaseworkForm):
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=LongText({"rows": 3}))


def today() -> str:
    return clock.today().isoformat()


class SentForm(CaseworkForm):
    """What was done outside this system. `key` makes a second click the same act."""

    channel = forms.ChoiceField(label=_("How it was sent"), choices=Recipient.Channel.choices)
    sent_on = DayField(label=_("Sent on"), required=True, initial=today)
    receipt = forms.CharField(
        label=_("Receipt"), required=False, max_length=200, widget=HalfText(),
        help_text=_("Number of the message, form or consignment note, if there is one."),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid.uuid4().hex)


class LetterForm(OnceMixin, CaseworkForm):
    """What every letter has."""

    dated = DayField(label=_("Dated"), required=True, initial=today)
    text = forms.CharField(label=_("What it says"), required=False, max_length=20_000, widget=LongText())
    files = SeveralFilesField(  # type: ignore[assignment]
        label=_("Files"), required=False, help_text=_("The letter itself, as it came. Kept in the store like evidence.")
    )


class AcknowledgementForm(LetterForm):
    field_order = ("dated", "their_reference", "text", "files")
    their_reference = forms.CharField(label=_("Their reference"), required=False, max_length=80, widget=HalfText())


class ReplyForm(LetterForm):
    confidential = forms.BooleanField(
        label=_("Confidential"), required=False,
        help_text=_("Read by the team's referral officers alone; in no export, figure or search."),
    )  # fmt: skip


class CorrespondenceForm(ReplyForm):
    field_order = ("direction", "kind", "dated", "text", "files", "confidential")
    direction = forms.ChoiceField(
        label=_("Who wrote"), choices=Correspondence.Direction.choices, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Correspondence.Kind.choices)


class CloseForm(ReasonForm):
    field_order = ("outcome", "reason")
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Referral.Outcome.choices, widget=forms.RadioSelect)
