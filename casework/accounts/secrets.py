"""Secrets that are shown once: links and tokens. What is stored cannot be turned back into them."""

from __future__ import annotations

import hashlib
import secrets

RANDOM_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits that fits into an address, after `prefix`."""
    return prefix + secrets.token_urlsafe(RANDOM_BYTES)


def secret_hash(secret: str) -> str:
    """What is stored, 64 hexadecimal digits: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
