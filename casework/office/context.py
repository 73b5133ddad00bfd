"""What every page shows around its content: navigation, the demonstration banner, who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from casework.office import navigation as nav

LOCK_AFTER_SECONDS = 15 * 60


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html. Nothing is read from the database until a page draws it."""
    context: dict[str, Any] = {"demo": settings.CASEWORK_DEMO}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    facts = nav.Facts(user)
    return context | {
        "home_url": reverse("office:home"),
        "nav_sections": SimpleLazyObject(lambda: nav.sections(user, request.path, facts)),
        "user_line": SimpleLazyObject(lambda: facts.line),
        "search_url": reverse("office:search"),
        "lock_url": reverse("accounts:lock"),
        "lock_after": LOCK_AFTER_SECONDS,
        "account_url": reverse("accounts:account"),
    }
