"""Archived web pages, as WACZ or WARC: what is in them is checked, and the pages that are chosen become items.

A WACZ is a ZIP with a list of its contents and their digests, of its pages, and records in WARC files. The whole
archive is the evidence: each page's item holds it, with the page's words for reading and searching.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import posixpath
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.core import json
from casework.core.errors import DomainError
from casework.evidence.addresses import stored_form
from casework.evidence.models.items import Kind
from casework.imports.archives import Archive, Refused
from casework.imports.files import PIECE, Files, read_whole
from casework.imports.readers.records import LONGEST_TEXT, Captured, Records, read_records
from casework.imports.readers.signatures import verify
from casework.imports.rows import Group, Media, Reading, Row

LARGEST_LIST = 64 << 20
MOST_PAGES = 500
_WARC = (".warc", ".warc.gz")
_PAGE_LISTS = (("pages/pages.jsonl", True), ("pages/extraPages.jsonl", False))


def read(files: Files, reading: Reading) -> Iterator[Row]:
    """A row for each page of each archive."""
    archives = [path for path in sorted(files.sizes) if path.lower().endswith((".wacz", *_WARC))]
    if not archives:
        raise Refused(_("There is no .wacz, .warc or .warc.gz."))
    for path in archives:
        reading.claimed.add(path)
        name = posixpath.basename(path)
        with files.open(path) as stream:
            if path.lower().endswith(".wacz"):
                archive = Archive(stream)
                yield from _Wacz(archive, path, name, reading).rows()
            else:
                records = Records()
                read_records(stream, records, wanted=None)
                if path.lower().endswith(".gz") and _breaks_off(files, path):
                    reading.tell("bad", _("%(name)s breaks off: its last record is not whole.") % {"name": name})
                _tell_records(records, name, reading)
                pages = [{"url": page.url, "ts": page.date} for page in records.pages.values()]
                yield from _pages(path, name, [(page, True) for page in pages], records, reading, software="")


class _Wacz:
    """One WACZ: its list of contents, signature, pages and records."""

    def __init__(self, archive: Archive, path: str, name: str, reading: Reading) -> None:
        self.archive, self.path, self.name, self.reading = archive, path, name, reading

    def rows(self) -> Iterator[Row]:
        manifest = self._bytes("datapackage.json")
        package = self._parsed(manifest, "datapackage.json")
        self._check_contents(package)
        self._check_signature(manifest)
        listed = [
            (page, chosen) for path, chosen in _PAGE_LISTS if self.archive.find(path) for page in self._listed(path)
        ]
        wanted = {stored_form(str(page.get("url") or "")) for page, _chosen in listed} if listed else None
        records = Records()
        for path in sorted(self.archive.sizes):
            if path.startswith("archive/") and path.lower().endswith(_WARC):
                with self.archive.open(path) as stream:
                    read_records(io.BufferedReader(stream, PIECE), records, wanted=wanted)  # type: ignore[type-var]
        _tell_records(records, self.name, self.reading)
        pages = listed or [({"url": page.url, "ts": page.date}, True) for page in records.pages.values()]
        software = str(package.get("software") or "")[:100]
        yield from _pages(self.path, self.name, pages, records, self.reading, software=software)

    def _bytes(self, path: str) -> bytes:
        if path not in self.archive.sizes:
            raise Refused(_("%(name)s is no WACZ: it holds no %(path)s.") % {"name": self.name, "path": path})
        return read_whole(self.archive, path, LARGEST_LIST)

    def _parsed(self, data: bytes, path: str) -> dict[str, Any]:
        try:
            found = json.parse(data, max_bytes=LARGEST_LIST)
        except DomainError as error:
            raise Refused(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error.message}) from error
        if not isinstance(found, dict):
            raise Refused(_("%(path)s is not what it should be.") % {"path": path})
        return found

    def _listed(self, path: str) -> Iterator[dict[str, Any]]:
        for line in self._bytes(path).splitlines():
            if line.strip() and "url" in (page := self._parsed(line, path)):
                yield page

    def _check_contents(self, package: dict[str, Any]) -> None:
        """Every file against the digest and size that the list states, and the list against the files."""
        resources = package.get("resources")
        stated = {
            str(each.get("path")): each
            for each in (resources if isinstance(resources, list) else [])
            if isinstance(each, dict) and each.get("path")
        }
        unsound = [path for path, each in stated.items() if not self._matches(path, each)]
        strangers = set(self.archive.sizes) - set(stated) - {"datapackage.json", "datapackage-digest.json"}
        said = {"name": self.name, "count": len(stated)}
        if unsound:
            wrong = _("%(name)s: these do not match the digests that its list states: %(paths)s")
            self.reading.tell("bad", wrong % {**said, "paths": ", ".join(unsound[:5])[:400]})
        else:
            self.reading.tell("good", _("%(name)s: all %(count)s listed files match their digests.") % said)
        if strangers:
            unlisted = _("%(name)s holds files that its list does not name: %(paths)s")
            self.reading.tell("warn", unlisted % {**said, "paths": ", ".join(sorted(strangers)[:5])[:400]})

    def _matches(self, path: str, stated: dict[str, Any]) -> bool:
        if path not in self.archive.sizes:
            return False
        kind, _colon, digits = str(stated.get("hash") or "").partition(":")
        if kind not in ("sha256", "md5"):
            return False
        digest = hashlib.new(kind, usedforsecurity=False)
        with self.archive.open(path) as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
        return digest.hexdigest() == digits.lower() and stated.get("bytes") in (None, self.archive.sizes[path])

    def _check_signature(self, manifest: bytes) -> None:
        signed, path = None, "datapackage-digest.json"
        if path in self.archive.sizes:
            digest = self._parsed(self._bytes(path), path)
            signed = digest.get("signedData")
            if digest.get("hash") != f"sha256:{hashlib.sha256(manifest).hexdigest()}":
                self.reading.tell("bad", _("%(name)s: the list of its contents was changed.") % {"name": self.name})
        verdict = verify(signed, manifest)
        tone = {"valid": "good", "invalid": "bad", "unsigned": "info"}[verdict.outcome]
        self.reading.tell(tone, _("%(name)s, signature: %(verdict)s") % {"name": self.name, "verdict": verdict.words})


def _breaks_off(files: Files, path: str) -> bool:
    """Whether a compressed file ends in the middle of a record."""
    with files.open(path) as stream:
        member = zlib.decompressobj(31)
        begun = False
        while piece := stream.read(PIECE):
            while piece:
                begun = True
                try:
                    member.decompress(piece)
                except zlib.error:
                    return True
                piece = member.unused_data
                if member.eof:
                    member, begun = zlib.decompressobj(31), False
    return begun


def _tell_records(records: Records, name: str, reading: Reading) -> None:
    counts = {kind: records.counts[kind] for kind in ("response", "request", "checked")}
    said = _("%(name)s: %(response)s responses and %(request)s requests; the digests of %(checked)s records hold.")
    reading.tell("info", said % {"name": name, **counts})
    if records.unsound:
        wrong = _("%(name)s: the digests of %(count)s records do not hold, for example of %(url)s")
        reading.tell("bad", wrong % {"name": name, "count": len(records.unsound), "url": records.unsound[0]})


def _pages(
    path: str, name: str, pages: list[tuple[dict[str, Any], bool]], records: Records, reading: Reading, *, software: str
) -> Iterator[Row]:
    if len(pages) > MOST_PAGES:
        left = {"name": name, "most": MOST_PAGES, "count": len(pages) - MOST_PAGES}
        reading.tell("warn", _("%(name)s: the first %(most)s pages are offered, %(count)s more are not.") % left)
    for page, chosen in pages[:MOST_PAGES]:
        url, when = str(page.get("url") or ""), str(page.get("ts") or "")
        captured = records.pages.get(stored_form(url), Captured(url, when))
        row = Row(url[:120], Kind.POST, {}, group=f"{name} {url}"[:200])
        if not stored_form(url):
            row.wrong("url", _("This is no address of a page: %(url)s") % {"url": url[:200]})
        moment = _moment(when or captured.date)
        words = captured.text or str(page.get("text") or "")[:LONGEST_TEXT]
        row.values = {
            "title": " ".join(str(page.get("title") or captured.title or url).split())[:200],
            "collected_at": moment,
            "collected_by": reading.taken_by,
        }
        row.details = {
            "url": url, "text": words, "captured_at": moment, "captured_by": reading.taken_by,
            "capture_method": _("web archive %(name)s %(software)s") % {"name": name[:60], "software": software},
        }  # fmt: skip
        named = hashlib.sha256(f"{stored_form(url)} {when or captured.date}".encode()).hexdigest()
        row.keys = [f"capture:{named}"]
        row.media = [Media(path, name)]
        if captured.date == "":
            row.note("", _("There is no response for this page in the archive."))
        reading.groups.setdefault(row.group, Group(row.group, url[:150], chosen))
        yield row


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or not 1990 <= moment.year <= 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
