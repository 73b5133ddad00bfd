"""Step-up: proving again that it is you, by password or second factor, before an act that cannot be taken back."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from casework.accounts.querysets import SECOND_FACTORS
from casework.core.errors import StepUpRequired

KEPT_BYTES = 64 * 1024
View = Callable[..., HttpResponseBase]


def is_recent(request: Any) -> bool:
    """Whether the person proved again, in this session and within CASEWORK_STEP_UP_SECONDS, that it is they.

    Signing in does not count: a session taken over in its first minutes must not be able to approve or send.
    """
    if not request.user.is_authenticated or hasattr(request.user, "token_scopes"):
        return False
    proofs = [at["at"] for at in get_authentication_records(request, request.user) if at.get("reauthenticated")]
    return bool(proofs) and time.time() - max(proofs) < settings.CASEWORK_STEP_UP_SECONDS


def require_recent(request: Any) -> None:
    """Raise StepUpRequired unless the proof is recent. For the API: a token never counts."""
    if not is_recent(request):
        raise StepUpRequired(_("Confirm at the page that it is you, then send this again."))


def step_up_required(view: View) -> View:
    """Ask for the proof before `view`. A form that was sent is kept and goes on by itself once the proof is given;
    one with files, or larger than 64 KB, is not kept: the person is brought back to its page."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_recent(request):
            return view(request, *args, **kwargs)
        return ask_again(request)

    return wrapped


def has_second_factor(user: Any) -> bool:
    """Whether the person enrolled an authenticator app or a key; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists())


def second_factor_missing(request: HttpRequest) -> HttpResponseBase | None:
    """For pages of administrators: to the page where a second factor is enrolled, when the office requires one."""
    if not settings.CASEWORK_REQUIRE_SECOND_FACTOR or has_second_factor(request.user):
        return None
    messages.warning(request, _("Add an authenticator app or a key first: administrators need a second factor here."))
    return HttpResponseRedirect(reverse("mfa_index"))


def ask_again(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the proof, and from there back."""
    page = proof_page(request)
    if getattr(request, "htmx", False):
        current = urlsplit(request.htmx.current_url or "")  # type: ignore[attr-defined]
        back = current.path + (f"?{current.query}" if current.query else "")
        return HttpResponseClientRedirect(f"{page}?{urlencode({REDIRECT_FIELD_NAME: back or '/'})}")
    if request.method == "POST" and (request.FILES or len(request.POST.urlencode()) > KEPT_BYTES):
        return HttpResponseRedirect(f"{page}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")
    return suspend_request(request, page)


def proof_page(request: HttpRequest) -> str:
    """Address of the person's first way of proving: password, authenticator app, key."""
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    return str(ways[0]["url"]) if ways else reverse("account_login")
