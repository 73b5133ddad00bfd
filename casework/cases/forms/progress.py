"""Tasks, notes, moments, access and reasons as they are typed."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import READING_ROLES, User
from casework.cases.models import CaptureMoment, Case, CaseAssignment, Note
from casework.core.forms import CaseworkForm, HalfText, LongText, ShortText, StaleEditMixin
from casework.core.once import OnceMixin


class ReasonForm(CaseworkForm):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=LongText({"rows": 3}))


class TaskForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """Something to be done, by whom and by when."""

    title = forms.CharField(label=_("What is to be done"), max_length=200, widget=forms.TextInput({"dir": "auto"}))
    due_on = forms.DateField(
        label=_("Due"), required=False, input_formats=["%Y-%m-%d"], widget=ShortText(),
        help_text=_("A day: 2025-03-31."),
        error_messages={"invalid": _("Type a day as year-month-day, for example 2025-03-31.")},
    )  # fmt: skip
    assignee = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people_of(case)  # type: ignore[attr-defined]


def people_of(case: Case) -> Any:
    """Enabled people who hold a reading role in the case's team; on a sensitive case only those named on it."""
    people = User.objects.with_role(*READING_ROLES, team_id=case.team_id)
    if case.sensitive:
        people = people.filter(case_assignments__case=case, case_assignments__ended_at=None)
    return people.order_by("name", "id")


class NoteForm(OnceMixin, CaseworkForm):
    """A note; a correction points to the note it corrects."""

    text = forms.CharField(label=_("Note"), max_length=20_000, widget=LongText())
    corrects = forms.ModelChoiceField(queryset=Note.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corrects"].queryset = Note.objects.filter(case=case)  # type: ignore[attr-defined]


class MomentForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """One moment of the incident, in its place among the others."""

    kind = forms.ChoiceField(label=_("What happened"), choices=[("", _("Choose")), *CaptureMoment.Kind.choices])
    position = forms.IntegerField(
        label=_("Place in the order"), required=False, min_value=1, max_value=1000,
        help_text=_("1 is the first moment. Left empty, it goes to the end."),
        widget=ShortText({"inputmode": "numeric"}),
    )  # fmt: skip
    at = forms.CharField(
        label=_("Time, if known"), required=False, max_length=60, widget=HalfText(),
        help_text=_("Of the day, or in the video: 14:20, or 00:01:12 of E-00017."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note and where it is seen"), required=False, max_length=5000, widget=LongText(),
        help_text=_("What is seen, in which evidence."),
    )  # fmt: skip


class AssignForm(OnceMixin, CaseworkForm):
    """A person of the case's team, and their part."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose"))
    part = forms.ChoiceField(
        label=_("Part"), choices=CaseAssignment.Part.choices, initial=CaseAssignment.Part.MEMBER,
        widget=forms.RadioSelect,
        help_text=_("A new lead makes the present one a member."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.with_role(*READING_ROLES, team_id=case.team_id)
        self.fields["user"].queryset = people.order_by("name", "id")  # type: ignore[attr-defined]


class GrantForm(OnceMixin, CaseworkForm):
    """Access for one person of another team, why, and for how long."""

    email = forms.EmailField(
        label=_("E-mail address of the person"), max_length=200, help_text=_("The address they sign in with."),
        widget=forms.EmailInput({"autocomplete": "off", "data-width": "half"}),
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=7, widget=forms.Select({"data-width": "short"}),
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=LongText({"rows": 3}))

    def clean_email(self) -> str:
        """Keep the address and the person found by it, who has to have an enabled account."""
        address: str = self.cleaned_data["email"]
        self.person = User.objects.active().filter(email__iexact=address).first()
        if self.person is None:
            raise forms.ValidationError(_("Nobody with an enabled account signs in with this address."))
        return address

    @property
    def duration(self) -> datetime.timedelta:
        return datetime.timedelta(days=self.cleaned_data["days"])


class BreakGlassForm(OnceMixin, CaseworkForm):
    """A hidden case by its reference, and why it has to be opened."""

    reference = forms.RegexField(
        r"^\s*[Cc]-[0-9]{1,12}\s*$", label=_("Reference of the case"), max_length=20, widget=ShortText(),
        help_text=_("For example C-00042."), error_messages={"invalid": _("Type the reference as C-00042.")},
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=LongText({"rows": 3}))

    def clean_reference(self) -> str:
        """The reference as it is stored."""
        return self.cleaned_data["reference"].strip().upper()
