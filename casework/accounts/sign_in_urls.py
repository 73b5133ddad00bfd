"""The pages of django-allauth that we use, under /accounts/. Open registration, reset by mail and change of address
are left out: an address is a way in, and only administrators hand out links."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import cast

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record

View = Callable[..., HttpResponseBase]


def whole(view: View) -> View:
    """The change and its audit event stand or fall together. Not for guesses: their count must survive a refusal."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    return wrapped


def watched(view: View) -> View:
    """`whole`, for second factors: what the person had and has is compared, and the difference recorded with it."""

    def held(request: HttpRequest) -> dict[int, str]:
        person = request.user if request.user.is_authenticated else None
        return dict(Authenticator.objects.filter(user=person).values_list("pk", "type")) if person else {}

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        before = held(request)
        response = view(request, *args, **kwargs)
        after = held(request)
        detail = {
            "added": sorted(after[key] for key in after.keys() - before.keys()),
            "removed": sorted(before[key] for key in before.keys() - after.keys()),
        }
        if any(detail.values()):
            user = cast(User, request.user)
            record(Event.SECOND_FACTOR_CHANGED, actor=user, obj=user, detail=detail)
        return response

    return whole(wrapped)


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", whole(account.password_change), name="account_change_password"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", watched(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", watched(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", watched(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", watched(keys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/login/", login_not_required(keys.login_webauthn), name="mfa_login_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", watched(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, name="mfa_edit_webauthn"),
]
