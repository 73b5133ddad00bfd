"""How django-allauth behaves here: nobody signs up, no answer or mail tells which accounts exist, and what happens to
sessions and second factors is recorded."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record

log = structlog.get_logger("casework.accounts")


WAYS_OF_PROVING = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a key"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators, and allauth sends no mail: links are handed over in person."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail and password do not belong together. Check both and try again."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The ways of proving that it is you, in our words."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for way in ways:
            way["description"] = WAYS_OF_PROVING.get(way["id"], way["description"])
        return ways

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: a mail would tell whoever reads the box, or the server's log, that the account exists."""

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether `password` is that of `user`; guesses count against the same limit as sign-in."""
        found = self.authenticate(self.request, email=user.email, password=password)  # type: ignore[attr-defined]
        return found is not None and found.pk == user.pk

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the guess. What was typed is not kept: it may be a password in the wrong box. An account that it aims
        at is named; the look-up is made either way, so that its time tells nothing."""
        aimed_at = User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()
        actor = request.user if request.user.is_authenticated else None
        record(Event.SIGN_IN_FAILED, actor=actor, obj=aimed_at, detail={"step": "password"})


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are encrypted with a key made from the signing key, so that a
    copy of the database alone gives no second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "The code does not fit. The app shows a new one every 30 seconds; a recovery code works once."
        ),
        "cannot_generate_recovery_codes": _("Add an app or a key first."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; under another signing key than it was stored with, a random one that no code fits."""
        try:
            return _cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("second_factor_unreadable", hint="The signing key changed: people have to enrol again.")
            return base64.b32encode(secrets.token_bytes(20)).decode()


@lru_cache(maxsize=2)
def _cipher(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"casework second factors").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending sessions from the list of one's own."""

    @transaction.atomic
    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """End them and record each."""
        for session in sessions:
            user = session.user
            session.end()
            record(Event.SESSION_ENDED, actor=user, obj=user)
