"""Every address of the house, read from the URLconf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

# Groups that other people's code serves; they have tests of their own (tests/accounts).
GROUPS = ("admin/", "accounts/")


def routes() -> dict[str, str]:
    """Name and pattern of every route outside the groups."""
    found = {name: route for name, route in _walk(get_resolver()) if not route.startswith(GROUPS)}
    if "" in found:
        raise AssertionError(f"a route without a name: {found['']}")
    return found


def _walk(resolver: Any, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, route, inner)
        else:
            yield f"{namespace}{pattern.name}" if pattern.name else "", route
