"""The shape of what is asked of the figures page, and of another issuer's figure."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.cases.models import Party, Region
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import DateRange, PartialDateField
from casework.core.forms import CaseworkForm, CaseworkModelForm, HalfText, ShortText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.figures.counting import CONFIRMED, FigureQuery, Unit
from casework.figures.models import IssuerFigure
from casework.findings.models import Conclusion, Standard

EARLIEST = datetime.date(1900, 1, 1)


class DayField(forms.DateField):
    """A whole day, typed as 2024-12-31."""

    widget = ShortText

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = _("Write the day as 2024-12-31.")

    def to_python(self, value: Any) -> datetime.date | None:
        day = super().to_python(value)
        if day and not EARLIEST <= day <= datetime.date(clock.today().year + 1, 12, 31):
            raise ValidationError(_("This day is out of range."), code="range")
        return day


class FigureForm(CaseworkForm):
    """What to count. Everything but the unit may be left out."""

    unit = forms.ChoiceField(label=_("Count"), choices=Unit.choices, initial=Unit.PERSONS)
    incident_from = DayField(label=_("Incidents from"), required=False)
    incident_to = DayField(label=_("Incidents to"), required=False)
    as_of = DayField(label=_("As of"), required=False, help_text=_("Findings in force on this day, e.g. 2024-12-31."))
    victims_party = forms.ModelChoiceField(
        label=_("Party of the victims"), queryset=Party.objects.all(), required=False, empty_label=_("Any")
    )
    responsible_party = forms.ModelChoiceField(
        label=_("Party responsible"), queryset=Party.objects.all(), required=False, empty_label=_("Any")
    )
    conclusion = forms.ChoiceField(
        label=_("Conclusion"),
        choices=[("", _("Confirmed, or confirmed similar")), *Conclusion.choices],
        required=False,
    )
    standard = forms.TypedChoiceField(
        label=_("Standard of proof at least"),
        choices=Standard.choices,
        coerce=int,
        required=False,
        empty_value=Standard.REASONABLE_GROUNDS.value,  # type: ignore[arg-type]
        initial=Standard.REASONABLE_GROUNDS.value,
    )
    status = forms.ChoiceField(
        label=_("Status at death"), choices=[("", _("Any")), *StatusAtDeath.choices], required=False
    )
    region = forms.ModelChoiceField(
        label=_("Place"), queryset=Region.objects.all(), required=False, empty_label=_("Any place")
    )

    def clean_as_of(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["as_of"] or clock.today()
        if day > clock.today():
            raise ValidationError(_("This day has not come yet. A figure can be as of today at the latest."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins, ends = data.get("incident_from"), data.get("incident_to")
        if begins and ends and begins > ends:
            self.add_error("incident_to", _("The period ends before it begins."))
        return data

    def query(self) -> FigureQuery:
        """What was asked; only after the form proved valid."""
        data = dict(self.cleaned_data)
        chosen = data.pop("conclusion")
        return FigureQuery(**data, conclusions=(chosen,) if chosen else CONFIRMED)


class IssuerFigureForm(OnceMixin, StaleEditMixin, CaseworkModelForm):
    """A figure as another issuer published it, in the issuer's unit and words."""

    period = PartialDateField(label=_("Period"), required=False)

    class Meta:
        model = IssuerFigure
        fields = [
            "issuer",
            "unit",
            "value",
            "qualifier",
            "as_of",
            "published_on",
            "definition",
            "quote",
            "url",
            "difference",
        ]
        field_classes = {"as_of": DayField, "published_on": DayField}
        widgets = {"value": ShortText, "qualifier": HalfText, "issuer": HalfText}
        help_texts = {
            "qualifier": _("For example “at least”."),
            "as_of": _("As 2024-12-31."),
            "published_on": _("As 2025-02-03."),
            "difference": _("What explains the difference from this office's own count."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.period_earliest:
            self.initial["period"] = DateRange(self.instance.period_earliest, self.instance.period_latest)

    def values(self) -> dict[str, Any]:
        """Field values for the action; only after the form proved valid."""
        data = {name: self.cleaned_data[name] for name in self.Meta.fields}
        period = self.cleaned_data["period"]
        return data | {"period_earliest": period.earliest, "period_latest": period.latest}
