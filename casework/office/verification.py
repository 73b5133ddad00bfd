"""Proving that the office's records and files are what they were: the audit's chain, each item's custody, every file.

Reads everything and stops at nothing, so that all damage is known after one run. What each check of a file found is
written to its row: a damaged file is given out no more from then on. Tail cuts of a chain show only against a head that
was noted elsewhere, so the heads are part of the report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Exists, OuterRef, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from casework.audit import record
from casework.core.errors import IntegrityFailure
from casework.evidence import store
from casework.evidence.actions.custody import walk
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, Item
from casework.integrity import fixity
from casework.integrity.checking import heads_that_do_not_hold
from casework.referrals.models import Correspondence, Package

NAMED_ORPHANS = 20


@dataclass
class Report:
    """What was read and what was wrong. `problems` are in the order found; `notes` are no damage."""

    audit_rows: int = 0
    audit_head: str = ""
    items: int = 0
    custody_links: int = 0
    heads: int = 0
    files: int = 0
    bytes: int = 0
    orphans: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems


def verify_office(*, rehash: bool = True) -> Report:
    """Walk everything. Without `rehash` files are looked at for presence and size alone, and no row is written."""
    report = Report()
    for check in (verify_audit, verify_custody_chains, verify_heads, verify_file_records):
        check(report)
    verify_files(report, rehash=rehash)
    note_orphans(report)
    return report


def verify_audit(report: Report) -> None:
    """The audit's chain from its first row."""
    found = record.verify()
    report.audit_rows, report.audit_head = found.length, found.head.hex()
    if not found.whole:
        report.problems.append(f"audit: {found.problem}")


def verify_custody_chains(report: Report) -> None:
    """The chain of every item, in one pass, and that every item has one."""
    references = dict(Item.objects.values_list("pk", "reference"))
    missing = dict(references)
    events = CustodyEvent.objects.order_by("item_id", "position").iterator(chunk_size=2000)
    for item_id, links in groupby(events, key=lambda event: event.item_id):
        missing.pop(item_id, None)
        found = walk(_counted(report, links))
        report.items += 1
        if not found.whole:
            report.problems.append(f"custody of {references.get(item_id, item_id)}: {found.problem}")
    report.items += len(missing)
    report.problems.extend(f"custody of {reference}: every link is missing" for reference in sorted(missing.values()))


def _counted(report: Report, links: Iterator[CustodyEvent]) -> Iterator[CustodyEvent]:
    for link in links:
        report.custody_links += 1
        yield link


def verify_heads(report: Report) -> None:
    """Every signed head, that each follows the one before, that what it saw is still there, and every time-stamp."""
    report.heads, problems = heads_that_do_not_hold()
    report.problems.extend(problems)


def verify_file_records(report: Report) -> None:
    """That every file still stands for the bytes that custody says were sealed in its item."""
    sealed = CustodyEvent.objects.annotate(file=KeyTextTransform("file", "detail")).filter(
        item_id=OuterRef("item_id"),
        act=CustodyEvent.Act.FILE_ADDED,
        sha256=OuterRef("blob_id"),
        file=Cast(OuterRef("pk"), TextField()),
    )
    changed = EvidenceFile.objects.filter(~Exists(sealed)).select_related("item").order_by("item__reference", "pk")
    report.problems.extend(
        f"file of {file.item.reference}: custody knows nothing of {file.blob_id}" for file in changed
    )


def verify_files(report: Report, *, rehash: bool) -> None:
    """Every file that a record mentions, against its hash and size."""
    for blob in Blob.objects.order_by("sha256").iterator(chunk_size=500):
        report.files += 1
        report.bytes += blob.size
        found = fixity.check(blob) if rehash else _glance(blob)
        if found != Blob.Check.MATCHES:
            words = "is missing" if found == Blob.Check.MISSING else "does not match its hash"
            report.problems.append(f"file {path_of(blob.sha256)} {words}; used by {', '.join(used_by(blob))}")


def _glance(blob: Blob) -> Blob.Check:
    try:
        same = store.size(blob.sha256) == blob.size
    except IntegrityFailure:
        return Blob.Check.MISSING
    return Blob.Check.MATCHES if same else Blob.Check.MISMATCH


def path_of(sha256: str) -> str:
    """Where a file lies, below the store's folder."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def used_by(blob: Blob) -> list[str]:
    """Every record that uses the bytes, by its reference: evidence, then dossiers of packages, then letters. What a
    letter or its file is called may tell something confidential, and is left out."""
    items = EvidenceFile.objects.filter(blob=blob).order_by("item__reference")
    found = list(dict.fromkeys(items.values_list("item__reference", flat=True)))
    packages = Package.objects.filter(dossier=blob).order_by("referral__reference", "version")
    found += [f"the dossier of {package.audit_label}" for package in packages.select_related("referral")]
    letters = Correspondence.objects.filter(files__blob=blob).order_by("referral__reference", "dated").distinct()
    found += [f"a letter on {letter.referral.reference}" for letter in letters.select_related("referral")]
    return list(dict.fromkeys(found)) or ["no record"]


def note_orphans(report: Report) -> None:
    """Stored bytes that no record mentions: what a killed upload leaves, swept after a day, and damaged files that were
    replaced. No damage."""
    known = set(Blob.objects.values_list("sha256", flat=True))
    orphans = [sha256 for sha256 in store.iterate() if sha256 not in known]
    report.orphans = len(orphans)
    report.notes.extend(f"file {path_of(sha256)} belongs to no record" for sha256 in orphans[:NAMED_ORPHANS])
    if len(orphans) > NAMED_ORPHANS:
        report.notes.append(f"and {len(orphans) - NAMED_ORPHANS} more files belong to no record")
    report.notes.extend(f"file damaged/{name} is damaged and was replaced" for name in store.originals().set_aside())
