"""What every page needs and no room owns: the choice of light or dark."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from casework.core.templatetags.casework import THEME_COOKIE, THEMES

ONE_YEAR = 365 * 24 * 3600  # seconds


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen scheme in a cookie: 'light', 'dark', 'toggle', or anything else to follow the device again."""
    chosen = request.POST.get("theme", "")
    if chosen == "toggle":
        chosen = "light" if request.COOKIES.get(THEME_COOKIE) == "dark" else "dark"
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if allowed else "/")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
