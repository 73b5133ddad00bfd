"""What is checked about the person on every request, before the view knows of it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from casework.accounts.kept_forms import COOKIE, drop, keep_of_ended_session, kept_for, mark, page_of
from casework.accounts.refill import refill


class AccountMiddleware:
    """A session whose person was disabled, or whose password was changed elsewhere, is not only ignored but ended.

    The person is read from the database on every request, and with them their roles in force: a role that ended a
    second ago is gone. No answer is left in the cache of a browser or proxy unless its view says otherwise: the disk of
    a stolen laptop, or the back button after signing out, shows nothing. A form that comes after the end of its session
    is kept for its owner.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and SESSION_KEY in request.session and not request.user.is_authenticated:
            request.session.flush()
        # Asked before the view, which may sign the person in or out.
        known = request.user.is_authenticated
        response = self.get_response(request)
        if not known and _asks_to_sign_in(response):
            response = _come_back(request, response)
        elif known and COOKIE in request.COOKIES:
            _with_what_was_kept(request, response)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


def _asks_to_sign_in(response: HttpResponseBase) -> bool:
    sign_in = f"{resolve_url(settings.LOGIN_URL)}?"
    return response.status_code == HTTPStatus.FOUND and response.headers.get("Location", "").startswith(sign_in)


def _come_back(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """To sign-in, and from there to the page that was open, with what was typed in it."""
    page = keep_of_ended_session(request) if request.method == "POST" else None
    part = request.headers.get("HX-Request") == "true"
    if page is None and not part:
        return response
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: page or page_of(request)})}"
    # htmx would put the page for signing in where a part of the open one was.
    answer: HttpResponseBase = HttpResponse(headers={"HX-Redirect": address}) if part else HttpResponseRedirect(address)
    if page is not None:
        mark(answer)
    return answer


def _with_what_was_kept(request: HttpRequest, response: HttpResponseBase) -> None:
    """Fill in the form of this page; or forget what was kept of it, now that it was sent."""
    sent = response.status_code == HTTPStatus.CREATED or 300 <= response.status_code < 400
    if request.method == "POST" and sent:
        if not getattr(request, "kept_just_now", False):
            drop(request.user, page_of(request))  # type: ignore[arg-type]
        return
    is_page = response.status_code == HTTPStatus.OK and response.headers.get("Content-Type", "").startswith("text/html")
    if request.method != "GET" or not is_page or not isinstance(response, HttpResponse):
        return
    kept = kept_for(request.user, request.path)  # type: ignore[arg-type]
    if kept is not None:
        response.content = refill(response.content.decode(), kept, request)
