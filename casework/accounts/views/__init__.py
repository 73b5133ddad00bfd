"""Pages about people, teams, one's own account, and the answers of sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from casework.core.http import error_response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """handler429: too many guesses; the same whether or not the account exists."""
    response = error_response(
        request, 429, _("Too many attempts. Wait a few minutes, then try again."), kind="too_many"
    )
    response["Retry-After"] = "300"
    return response
