"""What signing in and out, proving again and changing a password leave in the audit. Connected by AccountsConfig.

Changes of second factors are recorded in sign_in_urls.py: allauth tells of them only after the commit."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from casework.accounts.kept_forms import remember_owner
from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record

PROOFS = "account_authentication_methods"  # allauth's name of what was proved in this session


@receiver(account.user_logged_in, dispatch_uid="accounts.signed_in")
def on_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    remember_owner(request, user)
    methods = [proof.get("type") or proof["method"] for proof in request.session.get(PROOFS, [])]
    record(Event.SIGNED_IN, actor=user, obj=user, detail={"by": methods})


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def on_signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record(Event.SIGNED_OUT, actor=user, obj=user)


@receiver(account.authentication_step_completed, dispatch_uid="accounts.stepped_up")
def on_step(user: User, method: str, reauthenticated: bool = False, type: str = "", **_: Any) -> None:
    if reauthenticated:
        record(Event.STEPPED_UP, actor=user, obj=user, detail={"by": type or method})


@receiver(mfa.authentication_failed, dispatch_uid="accounts.factor_failed")
def on_factor_failed(user: User, authenticator: Any, reauthentication: bool = False, **_: Any) -> None:
    actor = user if reauthentication else None
    record(Event.SIGN_IN_FAILED, actor=actor, obj=user, detail={"step": str(authenticator.type)})


@receiver([account.password_changed, account.password_set], dispatch_uid="accounts.password_changed")
def on_password_changed(user: User, **_: Any) -> None:
    record(Event.PASSWORD_CHANGED, actor=user, obj=user)
