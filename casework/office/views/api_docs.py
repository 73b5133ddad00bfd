"""The API's documentation as an ordinary page, drawn from the same schema that /api/v1/schema/ gives."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from casework.office.api_docs import ApiGroup, describe


@lru_cache(maxsize=8)
def _described(language: str) -> tuple[ApiGroup, ...]:
    return tuple(describe())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation by room: address, what it takes, what it answers."""
    return render(request, "office/api_docs.html", {"groups": _described(get_language() or "en")})
