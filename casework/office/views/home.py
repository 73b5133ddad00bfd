"""Home: what waits for the person who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.office.home import home_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, by role."""
    user: Any = request.user
    return render(request, "office/home.html", {"home": home_of(user)})
