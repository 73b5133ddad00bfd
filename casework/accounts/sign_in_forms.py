"""The words of django-allauth's forms: its behaviour, our labels and helps. Named in the settings."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class _PlainWords(forms.Form):
    """Without placeholders, which vanish when one types, and with labels and helps by the name of the field."""

    words: dict[str, tuple[Any, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs.setdefault("data-width", "half")
            if name in self.words:
                label, field.help_text = self.words[name]
                field.label = label or field.label


CODE = (_("Code"), _("The six digits that your app shows now, or one of your recovery codes."))


class SignInForm(_PlainWords, LoginForm):
    """E-mail and password."""


class SignInCodeForm(_PlainWords, AuthenticateForm):
    """The second step of signing in."""

    words = {"code": CODE}


class ProveByCodeForm(_PlainWords, ReauthenticateByCodeForm):
    """Step-up by code."""

    words = {"code": CODE}


class ProveForm(_PlainWords, ReauthenticateForm):
    """Step-up by password."""


class PasswordForm(_PlainWords, ChangePasswordForm):
    """A new password of one's own."""

    words = {
        "oldpassword": (_("Current password"), ""),
        "password2": (_("New password again"), ""),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")


class AppForm(_PlainWords, ActivateTOTPForm):
    """The first code of an app."""

    words = {"code": (_("Code from the app"), _("Six digits. It changes every 30 seconds."))}


class KeyForm(_PlainWords, AddWebAuthnForm):
    """A passkey or security key."""

    words = {
        "name": (_("Name of the key"), _("For example: key on my ring, laptop of the office.")),
        "passwordless": (
            _("Sign in with this key alone"),
            _("Without a password. The key must then ask for your finger, face or PIN."),
        ),
    }
