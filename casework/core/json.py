"""Reading JSON that strangers send: everything that is ambiguous or abusive is refused with its reason.

Refused: more bytes than the limit, encodings other than UTF-8, nesting deeper than 32, duplicate keys, NaN, infinities
and numbers too large for one, integers of more than 30 digits, NUL characters, lone surrogates. Where a value is at
fault, the error names its path ("victims.0.name").
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from casework.core.errors import Invalid, TooLarge

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
LONGEST_INTEGER = 30

# A string left open is taken to the end, so that the scan passes over every byte once.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class _Refused:
    """Stands for a value that was read but is not accepted, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """The value of a JSON text. Raises TooLarge, or Invalid with the reason and, where there is one, the field."""
    if len(data) > max_bytes:
        raise too_large(max_bytes)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(_("The request is not valid UTF-8."), code="bad_encoding") from error
    _refuse_deep(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda name: _Refused(_("%(value)s is not a number in JSON.") % {"value": name}),
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            _("The request is not valid JSON: line %(line)s, column %(column)s.")
            % {"line": error.lineno, "column": error.colno},
            code="bad_json",
        ) from error
    for path, reason in _faults(value):
        raise Invalid(reason, fields={path: [reason]} if path else None, code="bad_json")
    return value


def too_large(limit: int) -> TooLarge:
    """The answer to a body of more than `limit` bytes."""
    return TooLarge(_("The request is larger than %(limit)s bytes.") % {"limit": limit})


def _refuse_deep(text: str) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        sign = match.group()
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Invalid(
                    _("The request is nested deeper than %(depth)s levels.") % {"depth": MAX_DEPTH}, code="bad_json"
                )
        elif sign in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = _Refused(_("This field is given twice.")) if key in found else value
    return found


def _float(digits: str) -> float | _Refused:
    value = float(digits)
    return value if math.isfinite(value) else _Refused(_("The number is too large."))


def _integer(digits: str) -> int | _Refused:
    return int(digits) if len(digits) <= LONGEST_INTEGER else _Refused(_("The number is too large."))


def _faults(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path and reason of each value that is not accepted; recursion is bounded by MAX_DEPTH."""
    if isinstance(value, _Refused):
        yield path, value.reason
    elif isinstance(value, str):
        if reason := _text_fault(value):
            yield path, reason
    elif isinstance(value, dict):
        for key, item in value.items():
            if reason := _text_fault(key):
                yield path, reason
            yield from _faults(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, f"{path}.{number}" if path else str(number))


def _text_fault(text: str) -> str:
    if "\x00" in text:
        return _("The text contains a NUL character.")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return _("The text contains half of a surrogate pair.")
    return ""


class StrictJSONParser(BaseParser):
    """The API's only parser of request bodies."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Read the body. Raises what `parse` raises, or UnsupportedMediaType for a compressed or foreign encoding."""
        request = (parser_context or {}).get("request")
        headers: Mapping[str, Any] = getattr(request, "META", {})
        coding = headers.get("HTTP_CONTENT_ENCODING", "identity")
        charset = str((parser_context or {}).get("encoding") or "utf-8").lower()
        if coding.lower() not in ("", "identity"):
            raise UnsupportedMediaType(self.media_type, detail=_("Send the request without compression."))
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType(self.media_type, detail=_("Send the request in UTF-8."))
        limit = min(getattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", None) or MAX_BYTES, MAX_BYTES)
        if int(headers.get("CONTENT_LENGTH") or 0) > limit:
            raise too_large(limit)
        try:
            return parse(stream.read(limit + 1), max_bytes=limit)
        except RequestDataTooBig as error:
            raise too_large(limit) from error
