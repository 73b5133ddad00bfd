"""Bytes on their way from a browser or a program into the store, at constant memory and under the limit.

Pages that take files wear `@receives_files` (below the permission check, which must come before the body is read); the
form then finds a `StoredUpload` in `request.FILES`, already fsynced under `incoming/`. Programs send the bare bytes as
`application/octet-stream`, read by `receive_body`. Either way the action keeps the bytes with
`store.keep(upload.received)` before its transaction, and whatever it did not keep is gone when the request ends.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from casework.core.errors import Invalid
from casework.evidence import store

NAME_LENGTH = 255
# What a page that does not expect files may be sent, in all: a picked file in a form that ignores it is no attack.
SMALL_FORM = 10 << 20
# Boundaries, part headers and the other fields of a form around its files.
_FORM_MARGIN = 4 << 20
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


class StoredUpload(UploadedFile):
    """A received file: hashes, size in bytes, the sender's name and type as claims; no content to read here.

    `received` goes to `store.keep`; it is None for an empty file, which a form's file field refuses by its size.
    Closing (the request does) or `abort` removes what was not kept.
    """

    def __init__(
        self, received: store.Received | None, name: str, content_type: str, field_name: str | None = None
    ) -> None:
        super().__init__(None, name="upload", content_type=content_type, size=received.size if received else 0)
        self._name = clean_name(name)
        self.received, self.field_name = received, field_name
        self.sha256 = received.sha256 if received else ""
        self.blake3 = received.blake3 if received else ""

    def abort(self) -> None:
        """Remove the bytes unless they were kept. May be called again."""
        if self.received:
            store.discard(self.received)

    def close(self) -> None:
        self.abort()


class StoreUploadHandler(FileUploadHandler):
    """Streams the files of a multipart form straight into the store. The only handler configured.

    Strangers' files are read past, not stored. On a page without `receives_files`, the body may be 10 MiB at most.
    """

    chunk_size = store.PIECE

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._incoming: store.Incoming | None = None
        self._uploads: list[StoredUpload] = []

    @property
    def limit(self) -> int:
        """The most bytes that one file may have in this request."""
        return getattr(self.request, "casework_file_limit", SMALL_FORM)

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse at once a body that cannot be within the limit."""
        if content_length > self.limit + _FORM_MARGIN:
            if hasattr(self.request, "casework_file_limit"):
                raise store.too_large(self.limit)
            # Django parses the form inside its CSRF check, where only its own refusals become an answer.
            raise RequestDataTooBig("files sent to a page that takes none")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; one from a stranger is skipped."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise SkipFile
        self._incoming = store.begin(limit=self.limit)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk; no further handler sees it."""
        if self._incoming is not None:
            self._incoming.write(raw_data)

    def file_complete(self, file_size: int) -> StoredUpload | None:
        """Finish the file. An empty one is handed over as such, for the form to refuse beside its field."""
        incoming, self._incoming = self._incoming, None
        if incoming is None:
            return None
        with incoming:
            received = incoming.finish() if incoming.size else None
        upload = StoredUpload(received, self.file_name or "", self.content_type or "", self.field_name)
        self._uploads.append(upload)
        return upload

    def upload_interrupted(self) -> None:
        """The sender went away, or something refused the form: nothing stays."""
        self.abort()

    def abort(self) -> None:
        """Remove everything of this request that was not kept."""
        if self._incoming is not None:
            self._incoming.abort()
            self._incoming = None
        for upload in self._uploads:
            upload.abort()


def receives_files(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that takes files up to the configured limit.

    The CSRF check is made here, inside the view, because it parses the form: refusals of a file (too large, no room)
    are then answered like every other error of the page. Put the checks of sign-in and permission outside of it.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        handler = StoreUploadHandler(request)
        request.casework_file_limit = settings.CASEWORK_MAX_UPLOAD  # type: ignore[attr-defined]
        request.upload_handlers = [handler]
        try:
            return protected(request, *args, **kwargs)
        finally:
            handler.abort()

    return wrapper


def receive_body(request: HttpRequest, *, name: str = "", limit: int | None = None) -> StoredUpload:
    """Read a bare body into the store. The caller keeps it or calls `abort`; best as `with receive_body(...)`.

    Raises Invalid without a Content-Length, for a body shorter than that, or one that does not match a digest given in
    `Content-Digest`, `Digest` or `X-Content-SHA256`; TooLarge over the limit; EmptyFile; StorageFull.
    """
    length = _content_length(request)
    wanted = _wanted_digest(request)
    with store.begin(limit=limit, expected_size=length) as incoming:
        try:
            while incoming.size < length and (piece := request.read(min(store.PIECE, length - incoming.size))):
                incoming.write(piece)
        except UnreadablePostError as error:
            raise Invalid(_("The upload broke off. Send the file again."), code="incomplete") from error
        received = incoming.finish()
    if wanted and received.sha256 != wanted:
        store.discard(received)
        raise Invalid(
            _("The bytes that arrived do not match the announced digest. Send the file again."), code="digest_mismatch"
        )
    return StoredUpload(received, name, request.META.get("CONTENT_TYPE", ""))


def stored_from_bytes(name: str, data: bytes, content_type: str = "") -> StoredUpload:
    """Bytes that the office made itself (a dossier, the demonstration's files), received like any upload."""
    return StoredUpload(store.receive([data], expected_size=len(data)), name, content_type)


def clean_name(name: str) -> str:
    """A sender's file name as it may be shown and stored: no control characters or lone surrogates, at most 255
    characters with the extension kept. Slashes and dots stay: it is a label and never becomes part of a path."""
    label = "".join(letter for letter in str(name) if unicodedata.category(letter) not in {"Cc", "Cs"}).strip()
    if len(label) > NAME_LENGTH:
        found = _EXTENSION.search(label)
        extension = found.group() if found else ""
        label = label[: NAME_LENGTH - len(extension) - 1] + "…" + extension
    return label or _("unnamed file")


def _content_length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Invalid(_("The request does not say how many bytes it brings (Content-Length)."), code="length_required")
    return int(text)


def _wanted_digest(request: HttpRequest) -> str:
    """The SHA-256 that the sender announced, in hexadecimal; empty when none. An unreadable one is refused."""
    plain = request.META.get("HTTP_X_CONTENT_SHA256", "").strip().lower()
    if plain:
        return _checked(plain)
    for header in ("HTTP_CONTENT_DIGEST", "HTTP_DIGEST", "HTTP_REPR_DIGEST"):
        for part in request.META.get(header, "").split(","):
            algorithm, _equals, value = part.strip().partition("=")
            if algorithm.lower() == "sha-256":
                return _checked(_from_base64(value))
    return ""


def _from_base64(value: str) -> str:
    try:
        return base64.b64decode(value.strip().strip(":"), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _checked(digest: str) -> str:
    if not store.DIGEST.fullmatch(digest):
        raise Invalid(_("The announced digest is not a SHA-256."), code="digest_malformed")
    return digest
