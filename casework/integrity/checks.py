"""System checks of heads: where they go, how often they are made, who stamps them, who can read their key."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from casework.checks import Apps, is_loopback
from casework.integrity.authorities import authorities


def check_heads(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Where heads of the chains go, how often, and who stamps them."""
    found: list[CheckMessage] = []
    address = urlsplit(settings.CASEWORK_HEADS_URL)
    if settings.CASEWORK_HEADS_URL and not (address.scheme == "https" or is_loopback(address.hostname)):
        hint = "Give CASEWORK_HEADS_URL an https address."
        found.append(Error("Heads would travel unencrypted to another host.", hint=hint, id="casework.E021"))
    if not 1 <= settings.CASEWORK_HEAD_MINUTES <= 59:
        found.append(Error("CASEWORK_HEAD_MINUTES is not from 1 to 59.", id="casework.E022"))
    for authority in authorities():
        lost = [str(path) for path in authority.cas if not path.is_file()]
        if not authority.url.startswith(("http://", "https://")) or lost:
            hint = "Write address|file.pem, with commas between authorities; the file holds the CA's certificate."
            said = f"{lost[0]} is not there" if lost else f"{authority.url} is not an address"
            found.append(Error(f"CASEWORK_TSA: {said}.", hint=hint, id="casework.E023"))
    key = Path(settings.CASEWORK_HEAD_KEY)
    if key.exists() and key.stat().st_mode & 0o077:
        hint = "Run: chmod 600 on it. If others may have read it: manage.py rotate_head_key."
        found.append(Error(f"{key} can be read by others.", hint=hint, id="casework.E024"))
    return found
