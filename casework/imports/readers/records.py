"""The records of a WARC file: counted, their digests checked, and of wanted pages the words. HTML is never rendered."""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from casework.evidence.addresses import stored_form
from casework.imports.archives import Refused
from casework.imports.readers.markup import read_markup

MOST_RECORDS = 2_000_000
LARGEST_PAGE = 8 << 20
LONGEST_TEXT = 50_000
PIECE = 1 << 20
_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "head"})
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section"})


@dataclass
class Captured:
    """A page as a response holds it."""

    url: str
    date: str
    title: str = ""
    text: str = ""


@dataclass
class Records:
    """What is in the WARC files of one archive. `pages` are responses of HTML by address in normal form."""

    counts: Counter[str] = field(default_factory=Counter)
    unsound: list[str] = field(default_factory=list)
    pages: dict[str, Captured] = field(default_factory=dict)
    bytes: int = 0


def read_records(stream: IO[bytes], records: Records, *, wanted: set[str] | None) -> None:
    """Go through a WARC file, compressed or not. `wanted` are addresses in normal form whose words are taken, None for
    every page. Raises Refused for what is no WARC, or swells beyond what an archive may hold."""
    try:
        for record in _each(stream):
            if record.format != "warc":
                raise ArchiveLoadFailed("the record is in an older format")
            records.counts[str(record.rec_type)] += 1
            if sum(records.counts.values()) > MOST_RECORDS:
                raise Refused(_("The archive holds more than %(most)s records.") % {"most": MOST_RECORDS})
            body = _body(record, records, wanted)
            _check(record, records)
            if body is not None:
                _take_page(record, body, records)
        if not records.counts:
            raise Refused(_("This is no whole WARC file: there is no record in it."))
    except (ArchiveLoadFailed, zlib.error, ValueError, EOFError, OSError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("This is no whole WARC file: %(reason)s") % {"reason": str(error)[:200]}) from error


def _each(stream: IO[bytes]) -> Iterator[Any]:
    """The records one by one. Raises ArchiveLoadFailed for headers at which the library itself stumbles."""
    try:
        yield from ArchiveIterator(stream, check_digests=True)
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise ArchiveLoadFailed("a record has headers that cannot be") from error


def _body(record: Any, records: Records, wanted: set[str] | None) -> bytes | None:
    """Read the record to its end, so that its digests are known; the bytes of a wanted page of HTML."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    kind = (record.http_headers.get_header("Content-Type") or "") if record.http_headers else ""
    take = record.rec_type == "response" and "html" in kind.lower() and (wanted is None or stored_form(url) in wanted)
    kept = io.BytesIO()
    # The digest is of the bytes as they were sent, before any coding is undone.
    source = record.raw_stream
    while piece := source.read(PIECE):
        records.bytes += len(piece)
        if records.bytes > settings.CASEWORK_MAX_IMPORT:
            raise Refused(_("The archive holds more than %(most)s bytes.") % {"most": settings.CASEWORK_MAX_IMPORT})
        if take and kept.tell() < LARGEST_PAGE:
            kept.write(piece)
    return _undone(kept.getvalue(), record) if take else None


def _undone(data: bytes, record: Any) -> bytes:
    """The page without transfer and content coding, as far as it can be undone within the limit."""
    headers = record.http_headers
    if "chunked" in (headers.get_header("Transfer-Encoding") or "").lower():
        data = _unchunked(data)
    coding = (headers.get_header("Content-Encoding") or "").lower()
    window = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(coding)
    if window is None:
        return data if coding in ("", "identity") else b""
    try:
        return zlib.decompressobj(window).decompress(data, LARGEST_PAGE)
    except zlib.error:
        return b""


def _unchunked(data: bytes) -> bytes:
    parts: list[bytes] = []
    position = 0
    while found := re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r\n").match(data, position):
        length = int(found[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(data[found.end() : found.end() + length])
        position = found.end() + length + 2
    # Many archives keep the header and not the chunks.
    return b"".join(parts) or data


def _check(record: Any, records: Records) -> None:
    passed = record.digest_checker.passed
    records.counts["checked"] += passed is True
    if passed is False:
        url = record.rec_headers.get_header("WARC-Target-URI") or record.rec_headers.get_header("WARC-Record-ID") or ""
        records.unsound.append(url[:300])


def _take_page(record: Any, body: bytes, records: Records) -> None:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    normal = stored_form(url)
    if not normal or normal in records.pages or record.http_headers.get_statuscode() != "200":
        return
    title, text = words_of(_decoded(body, record.http_headers.get_header("Content-Type") or ""))
    records.pages[normal] = Captured(url, record.rec_headers.get_header("WARC-Date") or "", title, text)


def _decoded(body: bytes, kind: str) -> str:
    said = re.search(r"charset=[\"']?([\w.:-]{1,40})", kind) or re.search(
        rb"charset=[\"']?([\w.:-]{1,40})", body[:2048]
    )
    name = said[1] if said else "utf-8"
    try:
        return body.decode(name if isinstance(name, str) else name.decode("ascii"), errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")


class _Words:
    """The words of a page, without what is not shown."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.title: list[str] = []
        self._hidden = 0
        self._in_title = False

    def tag(self, name: str, *, closes: bool) -> None:
        """Take note of where words begin and end."""
        self._in_title = name == "title" and not closes
        if name in _HIDDEN:
            self._hidden = max(0, self._hidden + (-1 if closes else 1))
        if name == "body" and not closes:
            self._hidden = 0
        if name in _BREAKS and not closes:
            self.parts.append("\n")

    def say(self, text: str) -> None:
        """Take words."""
        if self._in_title:
            self.title.append(_plain(text))
        elif not self._hidden:
            self.parts.append(_plain(text))


def _plain(text: str) -> str:
    """Text with its references to characters written out; as it is when one has more digits than a number may."""
    try:
        return unescape(text)
    except ValueError:
        return text


def words_of(html: str) -> tuple[str, str]:
    """The title and the words of a page, without markup and without characters that cannot be stored."""
    reader = _Words()
    read_markup(html, reader)
    lines = ("".join(reader.parts)).replace("\x00", "").splitlines()
    text = "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
    return " ".join("".join(reader.title).replace("\x00", "").split())[:200], text[:LONGEST_TEXT]
