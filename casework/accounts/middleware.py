"""What is checked about the person on every request, before the view knows of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase


class AccountMiddleware:
    """A session whose person was disabled, or whose password was changed elsewhere, is not only ignored but ended.

    The person is read from the database on every request, and with them their roles in force: a role that ended a
    second ago is gone. No answer is left in the cache of a browser or proxy unless its view says otherwise: the disk of
    a stolen laptop, or the back button after signing out, shows nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and SESSION_KEY in request.session and not request.user.is_authenticated:
            request.session.flush()
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
