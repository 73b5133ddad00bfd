"""Reading the headers of tus, strictly: what is malformed is refused with the header named, never guessed at."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from casework.core.errors import DomainError, Invalid
from casework.core.text import UnstorableText, refuse_unstorable
from casework.evidence.store.hashing import Hashing

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CONTENT_TYPE = "application/offset+octet-stream"
ALGORITHMS: Mapping[str, Callable[[], Any]] = {
    # What a sender checks its line with, not what evidence is known by.
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
LONGEST_METADATA = 8000
_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,100}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class WrongVersion(DomainError):
    """The sender speaks no version of tus that we do."""

    status = 412
    code = "tus_version"


def malformed(header: str, why: str) -> Invalid:
    """The refusal of a header, by its name."""
    return Invalid(why, fields={header: [why]})


def require_version(headers: Mapping[str, str]) -> None:
    """Raise WrongVersion unless the request is of tus 1.0.0."""
    if headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion(_("Send the header Tus-Resumable: 1.0.0."))


def number(headers: Mapping[str, str], name: str) -> int:
    """A count of bytes. Raises Invalid when it is absent or no plain number."""
    text = headers.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise malformed(name, _("Give a whole number of bytes."))
    return int(text)


def upload_length(headers: Mapping[str, str]) -> int:
    """The declared size of the whole file; it cannot be left for later."""
    if "Upload-Defer-Length" in headers:
        raise malformed("Upload-Defer-Length", _("Say at once how many bytes the file has (Upload-Length)."))
    return number(headers, "Upload-Length")


def metadata(header: str) -> dict[str, str]:
    """Upload-Metadata as text by key. Raises Invalid for what is not "key base64,key base64" in UTF-8."""
    if len(header) > LONGEST_METADATA:
        raise malformed("Upload-Metadata", _("This is too long."))
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        key, _space, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise malformed("Upload-Metadata", _("Give each key once, in ASCII without spaces and commas."))
        found[key] = _text(value)
    return found


def _text(value: str) -> str:
    try:
        text = base64.b64decode(value, validate=True).decode("utf-8")
        refuse_unstorable(text)
    except (binascii.Error, ValueError, UnstorableText) as error:
        raise malformed("Upload-Metadata", _("Give each value as base64 of UTF-8 text that can be stored.")) from error
    return text


def fingerprint(given: Mapping[str, str]) -> str:
    """The SHA-256 of the file's beginning, by which it is found again; empty when the sender gives none."""
    text = given.get("fingerprint", "")
    if text and not _DIGEST.fullmatch(text):
        raise malformed("Upload-Metadata", _("The fingerprint is a SHA-256 in lower-case hexadecimal."))
    return text


class AnnouncedChecksum:
    """Upload-Checksum: the digest of one piece, compared when the piece is there."""

    def __init__(self, algorithm: str, digest: bytes) -> None:
        self._digest = digest
        self._hashing: Hashing | None = Hashing(ALGORITHMS[algorithm](), "checksum")

    def update(self, piece: bytes) -> None:
        if self._hashing:
            self._hashing.update(piece)

    def holds(self) -> bool:
        """Whether the bytes so far have the announced digest; asked once."""
        hashing, self._hashing = self._hashing, None
        return hashing is not None and hashing.finish() == self._digest.hex()

    def stop(self) -> None:
        """End the digest, wanted or not."""
        if self._hashing:
            self._hashing.stop()
            self._hashing = None


def checksum(header: str | None) -> AnnouncedChecksum | None:
    """The announced digest; None without the header. Raises Invalid for an unknown algorithm or a malformed digest."""
    if header is None:
        return None
    algorithm, _space, value = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise malformed("Upload-Checksum", _("This algorithm is not known. Use sha1 or sha256."))
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS[algorithm]().digest_size:
        raise malformed("Upload-Checksum", _("Give the digest as base64 after the algorithm's name."))
    return AnnouncedChecksum(algorithm, digest)
