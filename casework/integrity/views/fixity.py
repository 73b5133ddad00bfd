"""Checks of stored files: how far they are, what they found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.core.access import require
from casework.integrity.access import can_read_integrity
from casework.integrity.coverage import coverage


@require_safe
def fixity(request: HttpRequest) -> HttpResponse:
    """How much was hashed again within its days, when the present round ends, what is in quarantine."""
    require(can_read_integrity, request.user, None)
    return render(request, "integrity/fixity.html", {"coverage": coverage(request.user)})  # type: ignore[arg-type]
