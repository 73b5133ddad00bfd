"""What every page shows around its content: navigation, the demonstration banner, who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html."""
    return {"demo": settings.CASEWORK_DEMO}
