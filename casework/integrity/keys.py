"""The key that signs heads: a file outside the database, read when a head is made, made once, never logged.

Two files at most: the key, and beside it, while a rotation is under way, the key that follows (`.next`).
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from casework.core.errors import IntegrityFailure
from casework.integrity.casework_verify import key_id


def path() -> Path:
    return Path(settings.CASEWORK_HEAD_KEY)


def public_of(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def pem_of(public: bytes) -> str:
    """A public key as people hand it on."""
    from_raw = serialization.load_der_public_key(bytes.fromhex("302a300506032b6570032100") + public)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return from_raw.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def make(where: Path) -> Ed25519PrivateKey:
    """A new key in a file of its own, for its owner's eyes alone; an existing file is never written over."""
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    where.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return key


def read(where: Path) -> Ed25519PrivateKey | None:
    """The key of a file; None when there is no such file. Raises IntegrityFailure, which never quotes the file."""
    try:
        data = where.read_bytes()
        mode = where.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IntegrityFailure(_("The key of heads cannot be read: %(reason)s.") % {"reason": error.strerror}) from None
    if mode & 0o077:
        raise IntegrityFailure(_("The key of heads can be read by others: run chmod 600 on it, then replace it."))
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise IntegrityFailure(_("The file of the key of heads holds no Ed25519 key. Put the backup back."))
    return key


def signing_key(expected: str | None) -> Ed25519PrivateKey:
    """The key that the next head is to be signed with. `expected` is its id by the last head; None for the first head,
    for which a key is made. A rotation that was cut off after its head is carried to its end.

    Raises IntegrityFailure when the key is missing or another: a new one is never made silently.
    """
    found = read(path())
    if expected is None:
        return found or make(path())
    if found is not None and key_id(public_of(found)) == expected:
        return found
    following = read(following_path())
    if following is not None and key_id(public_of(following)) == expected:
        os.replace(following_path(), path())
        return following
    if found is None:
        raise IntegrityFailure(
            _("The key of heads is missing: put its backup back, or begin a new one with rotate_head_key --lost.")
        )
    raise IntegrityFailure(_("The key of heads is not the one of the last head. Put the right one back."))


def following_path() -> Path:
    return path().with_name(path().name + ".next")
