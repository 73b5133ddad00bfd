"""The statements room's part of the API."""

from __future__ import annotations

routes: list[tuple[str, type, str]] = []
