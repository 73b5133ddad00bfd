"""The short form that opens a case, and the small forms that change its facts, one group at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.cases.models import Case, Party, Region, Tag
from casework.cases.models.reference import Country
from casework.core.dates import PartialDateField
from casework.core.forms import CaseworkForm, HalfText, LongText, ShortText, StaleEditMixin
from casework.core.once import OnceMixin

NAME_NOBODY = _("Name nobody here: titles appear in lists and in search. Names belong on the People page.")


def region_choices() -> list[tuple[str, Any]]:
    """Every region under its country, Ukraine first, with an empty choice for an unknown one."""
    by_country: dict[str, list[tuple[str, str]]] = {}
    for region in Region.objects.all():
        by_country.setdefault(region.country, []).append((region.code, region.name))
    names = dict(Country.choices)
    ordered = sorted(by_country, key=lambda code: (code != Country.UA, str(names.get(code, code))))
    return [("", _("Unknown")), *((str(names.get(code, code)), by_country[code]) for code in ordered)]


class RegionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A region; the choices are filled when the form is made."""

    def __init__(self) -> None:
        super().__init__(queryset=Region.objects.all(), required=False, label=_("Oblast or region"))


class TitleField(forms.CharField):
    """One line that says what happened and names nobody."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Title"),
            max_length=200,
            help_text=NAME_NOBODY,
            widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
        )


class SummaryField(forms.CharField):
    """What happened, in full."""

    def __init__(self) -> None:
        super().__init__(
            label=_("What happened"),
            required=False,
            max_length=20_000,
            help_text=_("Facts first. Say where each fact comes from."),
            widget=LongText({"rows": 7}),
        )


class RegionMixin(forms.Form):
    """For forms with a `region`: fills its choices with one query."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = region_choices()  # type: ignore[attr-defined]


def when_field() -> PartialDateField:
    return PartialDateField(label=_("When"), required=False, past=True, widget=HalfText())


class NewCaseForm(OnceMixin, RegionMixin, CaseworkForm):
    """What happened, when, where and how the office learned of it: enough to open a case at once."""

    title = TitleField()
    summary = SummaryField()
    occurred = when_field()
    region = RegionField()
    settlement = forms.CharField(
        label=_("Town or village"), required=False, max_length=80, widget=HalfText({"dir": "auto"})
    )
    place_note = forms.CharField(
        label=_("Place in words"),
        required=False,
        max_length=300,
        help_text=_("For example: tree line two kilometres north of the village."),
        widget=forms.TextInput({"dir": "auto"}),
    )
    learned_from = forms.ChoiceField(
        label=_("How the office learned of it"), choices=Case.LearnedFrom.choices, widget=forms.RadioSelect
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    sensitive = forms.BooleanField(
        label=_("Sensitive: only people named on the case may open it, even inside the team"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=user.teams_as(Role.INVESTIGATOR))
        self.only_team = None
        found = list(teams[:2])
        if len(found) == 1:
            self.only_team = found[0]
            del self.fields["team"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]

    @property
    def team_chosen(self) -> Team:
        """The team chosen, or the only one there is."""
        return self.only_team or self.cleaned_data["team"]


class WhatForm(StaleEditMixin, CaseworkForm):
    title = TitleField()
    summary = SummaryField()


class WhenForm(StaleEditMixin, CaseworkForm):
    occurred = when_field()


class WhereForm(RegionMixin, StaleEditMixin, CaseworkForm):
    """Every part may stay unknown; coordinates come with the radius within which they hold."""

    country = forms.ChoiceField(label=_("Country"), required=False, choices=[("", _("Unknown")), *Country.choices])
    region = RegionField()
    raion = forms.CharField(
        label=_("Raion or district"), required=False, max_length=80, widget=HalfText({"dir": "auto"})
    )
    settlement = forms.CharField(
        label=_("Town or village"), required=False, max_length=80, widget=HalfText({"dir": "auto"})
    )
    place_note = forms.CharField(
        label=_("Place in words"), required=False, max_length=300, widget=forms.TextInput({"dir": "auto"})
    )
    latitude = forms.DecimalField(
        label=_("Latitude"), required=False, min_value=-90, max_value=90, max_digits=8, decimal_places=5,
        help_text=_("Decimal degrees, for example 48.01234."), widget=ShortText({"inputmode": "decimal"}),
    )  # fmt: skip
    longitude = forms.DecimalField(
        label=_("Longitude"), required=False, min_value=-180, max_value=180, max_digits=8, decimal_places=5,
        help_text=_("Decimal degrees, for example 37.80123."), widget=ShortText({"inputmode": "decimal"}),
    )  # fmt: skip
    uncertainty = forms.IntegerField(
        label=_("Uncertainty"), required=False, min_value=0, max_value=500_000,
        help_text=_("Radius in metres within which the place lies."), widget=ShortText({"inputmode": "numeric"}),
    )  # fmt: skip


class PartiesForm(StaleEditMixin, CaseworkForm):
    victims_party = forms.ModelChoiceField(
        label=_("Party of the victims"), queryset=Party.objects.all(), required=False, empty_label=_("Unknown")
    )
    responsible_party = forms.ModelChoiceField(
        label=_("Party alleged responsible"), queryset=Party.objects.all(), required=False, empty_label=_("Unknown")
    )


class HandlingForm(StaleEditMixin, CaseworkForm):
    learned_from = forms.ChoiceField(label=_("How the office learned of it"), choices=Case.LearnedFrom.choices)
    priority = forms.ChoiceField(label=_("Priority"), choices=Case.Priority.choices, widget=forms.RadioSelect)
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )


GROUPS: dict[str, tuple[Any, type[CaseworkForm]]] = {
    "what": (_("What happened"), WhatForm),
    "when": (_("When it happened"), WhenForm),
    "where": (_("Where it happened"), WhereForm),
    "parties": (_("Parties"), PartiesForm),
    "handling": (_("Handling"), HandlingForm),
}
"""The groups of facts that are changed together, by the name in their address."""


def read_initial(form_class: type[CaseworkForm], row: Any) -> dict[str, Any]:
    """What a form begins with: the row's present values and the version they are of."""
    names = [name for name in form_class.base_fields if name != "expected_updated_at"]
    values = {name: getattr(row, name) for name in names if name != "tags"}
    if "tags" in names:
        values["tags"] = list(row.tags.all())
    return {**values, "expected_updated_at": row.updated_at}
