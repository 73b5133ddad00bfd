"""Home: what waits for the person who is signed in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from casework.core.http import AuthenticatedRequest


def home(request: AuthenticatedRequest) -> HttpResponse:
    """What to do next, by role."""
    return render(request, "office/home.html", {})
