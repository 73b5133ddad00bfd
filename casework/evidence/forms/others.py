"""Linking, unlinking, releasing; sources and their ratings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.cases.models import Case
from casework.core.forms import CaseworkForm, HalfText, LongText, ShortText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.forms.fields import DayField, caveat_field, establishes_field, recipients_field
from casework.evidence.models import EvidenceLink, PostStatus, Source
from casework.evidence.models.sources import Caveat, Reliability


class LinkForm(OnceMixin, CaseworkForm):
    case = forms.CharField(
        label=_("Case"), max_length=20, widget=ShortText(), help_text=_("Its reference, for example C-00042.")
    )
    establishes = establishes_field()
    bearing = forms.ChoiceField(
        label=_("It supports or contradicts what is recorded"), choices=EvidenceLink.Bearing.choices,
        initial=EvidenceLink.Bearing.SUPPORTS, widget=forms.RadioSelect,
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=LongText({"rows": 3}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = Case.objects.visible_to(user)

    def clean_case(self) -> Case:
        """The visible case of this reference; hidden and nonexistent ones get the same error."""
        found = self.cases.filter(reference=self.cleaned_data["case"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_("There is no such case, or you may not see it."), code="invalid_choice")
        return found


class ReasonForm(CaseworkForm):
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=LongText({"rows": 3}))


class ReleaseForm(OnceMixin, CaseworkForm):
    """A release in writing: a wider circle, who gave it, when, in what terms."""

    caveat = caveat_field()
    recipients = recipients_field()
    released_by = forms.CharField(label=_("Released by"), max_length=160, widget=HalfText({"dir": "auto"}))
    released_on = DayField(label=_("Released on"), required=True)
    terms = forms.CharField(
        label=_("Terms"), max_length=5000, widget=LongText(), help_text=_("Word for word, as the letter says.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["caveat"].choices = [pair for pair in Caveat.choices if pair[0] != Caveat.OFFICE]  # type: ignore[attr-defined]
        if not list(self.fields["recipients"].choices):  # type: ignore[attr-defined]
            del self.fields["recipients"]


class ObservationForm(OnceMixin, CaseworkForm):
    """What was found when a post was looked for again."""

    found = forms.ChoiceField(label=_("What was found"), choices=PostStatus.Found.choices, widget=forms.RadioSelect)
    seen_on = DayField(label=_("Seen on"), required=True)
    seen_by = forms.CharField(
        label=_("Seen by"), required=False, max_length=160, widget=HalfText(), help_text=_("Who looked, and with what.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=LongText({"rows": 3}))


class SourceForm(OnceMixin, StaleEditMixin, CaseworkForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *Source.Kind.choices])
    name = forms.CharField(
        label=_("Name"), max_length=160, widget=HalfText({"dir": "auto"}),
        help_text=_("Known to your team alone. It leaves the office in no package, export or figure."),
    )  # fmt: skip
    caveat = caveat_field()
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=LongText())

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "name", "caveat", "note")}


class NewSourceForm(SourceForm):
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=user.teams_as(Role.INVESTIGATOR))
        self.only_team = teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    @property
    def team_chosen(self) -> Team:
        return self.only_team or self.cleaned_data["team"]


class RatingForm(OnceMixin, CaseworkForm):
    reliability = forms.ChoiceField(label=_("Reliability"), choices=Reliability.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"), max_length=5000, widget=LongText({"rows": 4}),
        help_text=_("What the source said before and how it held up."),
    )  # fmt: skip
