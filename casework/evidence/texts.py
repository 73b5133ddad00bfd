"""The words of files: what the sandboxed reader finds as text, and what is recognised in scans.

A PDF whose pages carry hardly any text is taken for a scan; images are read where they are documents or captures.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from casework.evidence import ocr, sandbox, store
from casework.evidence.facts import sound_facts
from casework.evidence.models.items import Kind
from casework.evidence.sniffing import Family, Sniffed

SCANNED_KINDS = frozenset({Kind.UNIT_REPORT, Kind.DOCUMENT, Kind.POST, Kind.TESTIMONY})
"""Kinds of items whose images are read; a photograph of a field is not."""
LONGEST = 2_000_000
LIMITS = sandbox.Limits(cpu_seconds=120, wall_seconds=400, output=96 << 20)
ATTACHMENT_LIMITS = sandbox.Limits(cpu_seconds=120, wall_seconds=400, output=600 << 20)
FEWEST_LETTERS = 25
"""Letters and digits on a page, on average, below which a PDF is taken for a scan."""

_READER = "casework.evidence.media"
_SPACES = re.compile(r"[^\S\n\f\t]+")


@dataclass(frozen=True)
class Read:
    """What was read. `scan`: there was no text, but pages that could be recognised; `confidence` is set when they were.
    `reason` says why nothing was read when the reader failed."""

    text: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    scan: bool = False
    recognised: bool = False
    confidence: int | None = None
    languages: str = ""
    reason: str = ""


def has_text(sniffed: Sniffed, kind: str) -> bool:
    """Whether the words of such a file in an item of this kind are read."""
    return bool(sniffed.text_reader) or (
        sniffed.family is Family.IMAGE and bool(sniffed.reader) and kind in SCANNED_KINDS
    )


def read(sha256: str, sniffed: Sniffed) -> Read:
    """Read the words of a stored file. Raises IntegrityFailure when the bytes are missing."""
    found = Read(scan=True) if sniffed.family is Family.IMAGE else _contained(sha256, sniffed)
    if not found.scan:
        return found
    known = ocr.languages()
    return _recognised(sha256, sniffed, found, known) if known else found


def attachment(sha256: str, sniffed: Sniffed, number: int) -> bytes:
    """The bytes of one attachment of a message, as hostile as the message; empty when it cannot be had."""
    outcome = _run(sha256, sniffed, "part", ATTACHMENT_LIMITS, number=number)
    return outcome.results.get("part", b"")


def plain(data: bytes) -> str:
    """Text as it may be stored: no control characters but line and page breaks, no lone halves of pairs."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    kept = (each for each in text if each in "\n\f\t" or unicodedata.category(each) not in {"Cc", "Cs"})
    return _SPACES.sub(" ", "".join(kept))[:LONGEST].strip()


def _contained(sha256: str, sniffed: Sniffed) -> Read:
    outcome = _run(sha256, sniffed, "text", LIMITS)
    facts = sound_facts(outcome.facts)
    text = plain(outcome.results.get("text", b""))
    attachments = facts.pop("attachments", [])
    pages = int(facts.get("pages", 0))
    letters = sum(map(str.isalnum, text))
    scan = sniffed.family is Family.PDF and pages > 0 and letters < FEWEST_LETTERS * pages
    return Read(text, attachments, facts, scan=scan, reason=outcome.reason)


def _recognised(sha256: str, sniffed: Sniffed, before: Read, languages: tuple[str, ...]) -> Read:
    outcome = _run(sha256, sniffed, "scan", LIMITS)
    names = sorted((name for name in outcome.results if name.startswith("scan-")), key=lambda name: int(name[5:]))
    pages, sure, reason = [], [], outcome.reason
    for name in names:
        try:
            page = ocr.recognise(outcome.results[name])
        except ValueError as error:
            reason = str(error)
            continue
        pages.append(page.text)
        sure += [page.confidence] if page.confidence is not None else []
    if not names:
        return Read(
            before.text, before.attachments, before.facts, scan=False, reason=reason or "nothing could be drawn"
        )
    return replace(
        before,
        text=plain("\f".join([*filter(None, [before.text]), *pages]).encode()),
        recognised=True,
        confidence=round(sum(sure) / len(sure)) if sure else None,
        languages="+".join(languages),
        reason=reason,
    )


def _run(sha256: str, sniffed: Sniffed, stage: str, limits: sandbox.Limits, *, number: int = 0) -> sandbox.Outcome:
    drawn = sniffed.family in {Family.PDF, Family.IMAGE}
    task = {
        "stage": stage,
        "family": str(sniffed.family) if drawn else "text",
        "reader": sniffed.reader if drawn else sniffed.text_reader,
        "number": number,
    }
    with store.open_file(sha256) as blob:
        return sandbox.run(_READER, blob.fileno(), task, limits)
