"""What people type about accounts, roles, teams and tokens."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import OFFICE_ROLES, Role, Team, Token, User
from casework.audit import clock
from casework.core.filters import VisibleChoiceField
from casework.core.forms import CaseworkForm, HalfText, LongText, ShortText
from casework.core.once import OnceMixin

ONE_DAY = datetime.timedelta(days=1)


class EndField(forms.DateField):
    """The last day on which something holds; the cleaned value is the moment after it, UTC."""

    def __init__(self, *, days: int, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Last day"))
        kwargs.setdefault("help_text", _("Year-month-day, for example 2027-03-31."))
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=ShortText(),
            initial=lambda: clock.today() + datetime.timedelta(days=days),
            error_messages={"invalid": _("Write the day as year-month-day, for example 2027-03-31.")},
            **kwargs,
        )

    def clean(self, value: Any) -> datetime.datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        try:
            return datetime.datetime.combine(day + ONE_DAY, datetime.time(), tzinfo=datetime.UTC)
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class InviteForm(CaseworkForm):
    name = forms.CharField(label=_("Name"), max_length=120, widget=HalfText())
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=200,
        widget=forms.EmailInput({"data-width": "half", "autocomplete": "off"}),
        help_text=_("With this the person signs in. No mail is sent to it."),
    )


class ReasonForm(CaseworkForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=LongText({"rows": 3}), help_text=_("Kept in the audit.")
    )


class GrantForm(OnceMixin, CaseworkForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect())
    team = VisibleChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("The office as a whole"),
        help_text=_("Administrators and auditors serve the office as a whole; every other role is held in one team."),
    )
    ends_on = EndField(days=365)
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=LongText({"rows": 3}), help_text=_("Kept in the audit.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        role, team = values.get("role"), values.get("team")
        if role in OFFICE_ROLES and team:
            self.add_error("team", _("This role is held in the office as a whole: choose no team."))
        elif role and role not in OFFICE_ROLES and not team and "team" not in self.errors:
            self.add_error("team", _("This role is held in one team: choose it."))
        return values


class TeamForm(OnceMixin, CaseworkForm):
    name = forms.CharField(label=_("Name"), max_length=80, widget=HalfText())
    description = forms.CharField(label=_("Description"), max_length=2000, required=False, widget=LongText())
    tells_of_related = forms.BooleanField(
        label=_("Allow others to learn that this team holds related footage"),
        required=False,
        help_text=_(
            "When footage of this team and of another one match, and both allow it, the people who work with it learn "
            "that another team holds related footage: no reference, no name. Otherwise only the teams’ reviewers do."
        ),
    )


class NameForm(CaseworkForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput({"data-width": "half", "autocomplete": "name"}),
        help_text=_("Colleagues see it beside what you do. Past entries keep the name they were made with."),
    )


class TokenForm(OnceMixin, CaseworkForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=HalfText(),
        help_text=_("Where you will use it, so that you know which one to revoke."),
    )
    scope = forms.ChoiceField(
        label=_("May"),
        choices=Token.Scope.choices,
        initial=Token.Scope.READ,
        widget=forms.RadioSelect(),
        help_text=_("As far as you may yourself. No token approves, sends or gives rights."),
    )
    ends_on = EndField(days=90)


class NewPasswordForm(CaseworkForm):
    """Of a one-time link."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"data-width": "half", "autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"data-width": "half", "autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("The two passwords differ."))
        return values


class FirstPasswordForm(InviteForm, NewPasswordForm):
    """Of the first administrator, who also says who they are."""

    field_order = ["name", "email", "password", "again"]
