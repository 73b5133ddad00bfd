"""Answers that carry stored bytes: originals as attachments that no browser will run, previews inline.

A damaged original is not served: a file up to 64 MiB is hashed before the first byte leaves, a larger one while it
streams, its last piece held back until the hash is right, so that the receiver is left with a visibly broken transfer
instead of a false file. A part (Range) of a file above 64 MiB is served on the strength of the regular checks.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from casework.core.errors import IntegrityFailure, NotFound
from casework.evidence import store
from casework.evidence.previews import MEDIA_TYPES
from casework.evidence.sniffing import OCTET_STREAM, SERVED_TYPES
from casework.evidence.uploads import clean_name

PIECE = 256 * 1024
CHECKED_FIRST = 64 << 20

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)
_LATER_PART = re.compile(r"bytes=(?:[1-9]\d*-|-)", re.IGNORECASE | re.ASCII)
_POLICY = "sandbox; default-src 'none'"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Span:
    """Bytes `start` up to, not including, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


class Unsatisfiable(ValueError):
    """The range lies outside of the file."""


def read_range(header: str, size: int) -> Span | None:
    """The one span that a Range header asks for (RFC 9110 §14), None when it is to be ignored: absent, malformed, of
    another unit, or several at once. Raises Unsatisfiable when no byte of it exists."""
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, min(int(last) + 1, size) if last else size)


def original_response(
    request: HttpRequest, sha256: str, size: int, download_name: str, media_type: str = OCTET_STREAM
) -> HttpResponseBase:
    """An original as an attachment; `size` is the recorded one. Raises IntegrityFailure when the stored bytes are not.

    The caller has checked access and logged the download.
    """
    area = store.originals()
    if area.size(sha256) != size:
        raise store.missing()
    checked_later = request.method == "HEAD" or size > CHECKED_FIRST
    if not checked_later and area.check(sha256, size) is not store.CheckResult.OK:
        _log.error("evidence.damaged", sha256=sha256)
        raise store.missing()
    served = media_type if media_type in SERVED_TYPES else OCTET_STREAM
    response = _response(request, area, sha256, size, served)
    response["Content-Disposition"] = content_disposition_header(True, download_label(download_name))
    return response


def derived_response(request: HttpRequest, sha256: str, kind: str) -> HttpResponseBase:
    """A preview inline, of one of the kinds of `MEDIA_TYPES`. Raises NotFound when it is gone or damaged: it can be
    made again. Not kept by the browser, so that every reveal is asked for, and logged, anew. A later part of a file
    that is played is not hashed again from its beginning: seeking in a long video would read all of it each time."""
    area = store.derived()
    later = request.method == "GET" and _LATER_PART.match(request.META.get("HTTP_RANGE", "").strip())
    try:
        size = area.size(sha256)
    except IntegrityFailure:
        size = 0
    if kind not in MEDIA_TYPES or not size or not (later or area.check(sha256) is store.CheckResult.OK):
        raise NotFound(_("There is no preview at the moment."))
    response = _response(request, area, sha256, size, MEDIA_TYPES[kind])
    response["Content-Disposition"] = "inline"
    return response


def download_label(name: str) -> str:
    """A file name to offer for saving: no path, and no invisible characters that could disguise the extension."""
    letters = (" " if unicodedata.category(letter) == "Cf" else letter for letter in clean_name(name))
    return re.sub(r'[\\/:*?"<>|]', "_", "".join(letters)).strip(" .") or "evidence"


def _response(request: HttpRequest, area: store.AnyArea, sha256: str, size: int, media_type: str) -> HttpResponseBase:
    tag = f'"{sha256}"'
    span: Span | None = None
    asked = request.META.get("HTTP_RANGE", "") if request.method == "GET" else ""
    if asked and request.META.get("HTTP_IF_RANGE", tag).strip() == tag:
        try:
            span = read_range(asked, size)
        except Unsatisfiable:
            response: HttpResponseBase = HttpResponse(status=416, content_type=media_type)
            response["Content-Range"] = f"bytes */{size}"
            return _protect(response, tag)
    if request.method == "HEAD":
        response = HttpResponse(content_type=media_type)
    else:
        body = _Body(area, sha256, span or Span(0, size), verify=span is None)
        response = StreamingHttpResponse(body, status=206 if span else 200, content_type=media_type)
    if span:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    response["Content-Length"] = str(span.length if span else size)
    return _protect(response, tag)


def _protect(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


class _Body:
    """A span of a blob in pieces. With `verify`, the last piece leaves only when the whole matched its hash."""

    def __init__(self, area: store.AnyArea, sha256: str, span: Span, *, verify: bool) -> None:
        self._blob: io.RawIOBase = area.open(sha256)
        self._blob.seek(span.start)
        self._sha256, self._left, self._verify = sha256, span.length, verify

    def __iter__(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        while self._left:
            piece = self._blob.read(min(PIECE, self._left))
            if not piece:
                raise self._damaged()
            self._left -= len(piece)
            if self._verify:
                digest.update(piece)
                if not self._left and digest.hexdigest() != self._sha256:
                    raise self._damaged()
            yield piece
        self.close()

    def close(self) -> None:
        self._blob.close()

    def _damaged(self) -> IntegrityFailure:
        _log.error("evidence.damaged", sha256=self._sha256)
        self.close()
        return store.missing()
