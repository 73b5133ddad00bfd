"""Victims and alleged perpetrators as they are typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Party, Perpetrator, Unit, Victim
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import PartialDateField
from casework.core.forms import CaseworkForm, HalfText, LongText, ShortText, StaleEditMixin
from casework.core.once import OnceMixin


def yes_no(label: Any) -> forms.TypedChoiceField:
    """Yes, no or unknown."""
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=[("", _("Unknown")), ("True", _("Yes")), ("False", _("No"))],
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.Select({"data-width": "short"}),
    )


def name_field(label: Any, longest: int = 80) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, widget=HalfText({"dir": "auto"}))


def count_field(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=10_000, help_text=help_text, widget=ShortText({"inputmode": "numeric"})
    )


class VictimForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """One person with the fields of GC III art. 122, or a group of unnamed people."""

    template_name = "cases/parts/_victim_form.html"

    kind = forms.ChoiceField(label=_("Who is counted here"), choices=Victim.Kind.choices, widget=forms.RadioSelect)
    at_least = count_field(_("At least"), _("1 for one person."))
    at_most = count_field(_("At most"), _("The same number when it is certain."))
    status_at_death = forms.ChoiceField(
        label=_("Status at death"), choices=StatusAtDeath.choices, widget=forms.RadioSelect,
        help_text=_("What they were when the act happened; it decides which law protects them."),
    )  # fmt: skip
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Victim.Outcome.choices)
    wounded = yes_no(_("Wounded"))
    unarmed = yes_no(_("Unarmed"))
    identity = forms.ChoiceField(label=_("Identity"), choices=Victim.Identity.choices)
    surname = name_field(_("Surname"))
    first_names = name_field(_("First names"))
    patronymic = name_field(_("Patronymic"))
    rank = name_field(_("Rank"), 60)
    service_number = name_field(_("Army, regimental, personal or serial number"), 60)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.all(), required=False, empty_label=_("Unknown")
    )
    power = forms.ModelChoiceField(
        label=_("Power depended on"), queryset=Party.objects.all(), required=False, empty_label=_("Unknown")
    )
    born = PartialDateField(label=_("Born"), required=False, past=True, widget=HalfText())
    age = forms.IntegerField(
        label=_("Age at the time"),
        required=False,
        min_value=10,
        max_value=110,
        widget=ShortText({"inputmode": "numeric"}),
    )
    birth_place = name_field(_("Place of birth"), 160)
    father_name = name_field(_("First name of the father"))
    mother_maiden_name = name_field(_("Maiden name of the mother"))
    cause = name_field(_("Cause and manner"), 300)
    remains = name_field(_("Remains and burial"), 300)
    kin = forms.ChoiceField(
        label=_("Next of kin"), choices=Victim.Kin.choices,
        help_text=_("Nobody outside the office learns the name until they are informed and their consent is recorded."),
    )  # fmt: skip
    person_to_inform = name_field(_("Person to be informed"), 300)
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=LongText())

    SECTIONS = (
        (_("Who and how many"), ("kind", ("at_least", "at_most"))),
        (_("What happened to them"), ("status_at_death", ("outcome", "wounded", "unarmed"), "cause", "remains")),
        (
            _("Identity"),
            (
                "identity", ("surname", "first_names", "patronymic"), ("rank", "service_number"), ("unit", "power"),
                ("born", "age"), "birth_place", ("father_name", "mother_maiden_name"),
            ),
        ),
        (_("Next of kin"), ("kin", "person_to_inform")),
        ("", ("note",)),
    )  # fmt: skip

    def sections(self) -> list[tuple[Any, list[list[forms.BoundField]]]]:
        """The fields in the order of the page: title of a part, and its rows of one or more fields."""
        return [
            (title, [[self[name] for name in ([row] if isinstance(row, str) else row)] for row in rows])
            for title, rows in self.SECTIONS
        ]


NEW_VICTIM = {
    "kind": Victim.Kind.PERSON, "at_least": 1, "at_most": 1, "status_at_death": StatusAtDeath.UNKNOWN,
    "outcome": Victim.Outcome.KILLED, "identity": Victim.Identity.UNIDENTIFIED, "kin": Victim.Kin.NOT_INFORMED,
}  # fmt: skip


class PerpetratorForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """A person or a unit, the degree of involvement, and what this rests on."""

    kind = forms.ChoiceField(label=_("Person or unit"), choices=Perpetrator.Kind.choices, widget=forms.RadioSelect)
    involvement = forms.ChoiceField(
        label=_("Degree of involvement"), choices=[("", _("Choose")), *Perpetrator.Involvement.choices]
    )
    basis = forms.CharField(
        label=_("Basis for this"), max_length=5000, widget=LongText(),
        help_text=_("What it rests on: evidence by its reference, who says so, how sure they are."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name or call sign"), required=False, max_length=160, widget=HalfText({"dir": "auto"})
    )
    rank = forms.CharField(label=_("Rank or position"), required=False, max_length=80, widget=HalfText({"dir": "auto"}))
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.all(), required=False, empty_label=_("Unknown")
    )
    party = forms.ModelChoiceField(
        label=_("Party"), queryset=Party.objects.all(), required=False, empty_label=_("Unknown")
    )
