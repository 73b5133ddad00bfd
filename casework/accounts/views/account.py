"""Pages of one's own account, locking, and taking up an invitation."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from casework.accounts import actions
from casework.accounts.forms import FirstPasswordForm, NameForm, NewPasswordForm, TokenForm
from casework.accounts.invitations import accept_invitation, gone, open_invitation
from casework.accounts.locking import lock_session
from casework.accounts.models import RoleGrant, Token
from casework.accounts.step_up import has_second_factor, step_up_required
from casework.accounts.views.people import form_methods
from casework.core.access import visible_or_404
from casework.core.errors import DomainError, NotFound
from casework.core.http import AuthenticatedRequest, add_error, render_form
from casework.core.once import once


@require_safe
@never_cache
def account(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "person": request.user,
        "held": RoleGrant.objects.in_force().filter(user=request.user).select_related("team", "granted_by"),
        "tokens": Token.objects.visible_to(request.user),
        "sessions": UserSession.objects.filter(user=request.user).count(),
        "has_second_factor": has_second_factor(request.user),
        "second_factor_required": settings.CASEWORK_REQUIRE_SECOND_FACTOR and request.user.is_administrator,
    }
    return render(request, "accounts/account.html", context)


@form_methods
def change_name(request: AuthenticatedRequest) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_name(request.user, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Your name is changed."))
            return redirect("accounts:account")
    return render_form(request, "accounts/name_form.html", form)


@form_methods
@step_up_required
@never_cache
def create_token(request: AuthenticatedRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        ends_at = values.pop("ends_on")
        made: dict[str, Any] = {}

        def save() -> str:
            made["token"], made["secret"] = actions.make_token(
                request.user, actor=request.user, ends_at=ends_at, **values
            )
            return reverse("accounts:account")

        try:
            url = once(request, form, save)
        except DomainError as error:
            add_error(form, error)
        else:
            if made:
                return render(request, "accounts/token_made.html", made)
            messages.warning(request, _("This token was made already. If you did not see its secret, revoke it."))
            return redirect(url)
    return render_form(request, "accounts/token_form.html", form)


@require_POST
def revoke_token(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    actions.revoke_token(visible_or_404(Token, request.user, pk=pk), actor=request.user)
    messages.success(request, _("The token works no more."))
    return redirect("accounts:account")


@require_POST
@login_not_required
def lock(request: HttpRequest) -> HttpResponse:
    """End this session at once; signing in again leads back to the page that was open, with what was typed in it."""
    return lock_session(request)


@login_not_required
@form_methods
@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password by a one-time link. A link that is used, ended or wrong gets one and the same answer."""
    found = open_invitation(secret)
    if found is None:
        return _gone(request, gone())
    kind = FirstPasswordForm if found.asks_who else NewPasswordForm
    form = kind(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "again"}
        try:
            accept_invitation(secret, **values)
        except NotFound as error:
            return _gone(request, error)
        except DomainError as error:
            add_error(form, error)
        else:
            logout(request)
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    return render_form(request, "accounts/invitation.html", form, {"person": found.user, "asks_who": found.asks_who})


def _gone(request: HttpRequest, error: NotFound) -> HttpResponse:
    return render(request, "accounts/invitation_gone.html", {"message": error.message}, status=error.status)
