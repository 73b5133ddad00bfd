"""Hash chains over canonical bytes: each link commits to the one before it, so that an edit, a removal or a
reordering anywhere shows at the first broken link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = b"\x00" * 32


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The one byte form of a payload: UTF-8 JSON, keys sorted, no spaces. Values must be JSON types already."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def link(previous: bytes, payload: Mapping[str, Any]) -> bytes:
    """The hash of this link: SHA-256 over the previous link's hash and the payload's canonical bytes."""
    return hashlib.sha256(previous + canonical(payload)).digest()
