"""What leaves the office for whoever checks it: every chain, the heads, the tokens, the public keys; or one item's.

The forms are those that `casework_verify.py` reads, and documented there.
"""

from __future__ import annotations

import base64
import datetime
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.chain import canonical
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict
from casework.evidence.models import CustodyEvent, EvidenceFile, Item
from casework.integrity import keys
from casework.integrity.access import can_extract_custody
from casework.integrity.casework_verify import ITEM_FORMAT, PROOF_FORMAT, key_id
from casework.integrity.exporting import head_line, head_record, heads_after
from casework.integrity.heads import CUSTODY, PACKAGE, proof
from casework.integrity.models import Head, HeadPoint, Stamp

EXPORT_FORMAT = "casework-export-1"
MOST_HEADS = 200
"""How many heads an item's extract carries at most: the first that saw it, and the latest."""


def audit_records() -> Iterator[dict[str, Any]]:
    """Every link of the audit, first to last."""
    for row in AuditEvent.objects.order_by("position").iterator(chunk_size=2000):
        row.at = row.at.astimezone(datetime.UTC)
        yield {"payload": row.payload(), "previous": bytes(row.previous).hex(), "hash": bytes(row.hash).hex()}


def custody_record(row: CustodyEvent) -> dict[str, Any]:
    return {
        "item": str(row.item_id),
        "payload": row.payload(),
        "previous": bytes(row.previous).hex(),
        "hash": bytes(row.hash).hex(),
    }


def custody_records() -> Iterator[dict[str, Any]]:
    """Every link of every item's custody, item by item."""
    rows = CustodyEvent.objects.order_by("item_id", "position")
    return (custody_record(row) for row in rows.iterator(chunk_size=2000))


def stamp_record(stamp: Stamp) -> dict[str, Any]:
    return {
        "head": stamp.head_id,
        "authority": stamp.authority,
        "received_at": stamp.received_at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "token": base64.b64encode(bytes(stamp.token)).decode("ascii"),
    }


def standing_stamps(heads: Iterable[int] | None = None) -> Iterator[dict[str, Any]]:
    """The tokens that stand for their heads; those of `heads` alone when given."""
    stamps = Stamp.objects.filter(stamping__isnull=False)
    if heads is not None:
        stamps = stamps.filter(head__in=list(heads))
    return (stamp_record(stamp) for stamp in stamps.order_by("head_id", "pk").iterator(chunk_size=500))


def public_keys() -> list[dict[str, Any]]:
    """Every key that signed a head, with the first head it signed."""
    firsts: dict[bytes, int] = {}
    for number, public in Head.objects.order_by("number").values_list("number", "public_key"):
        firsts.setdefault(bytes(public), number)
    return [
        {"id": key_id(public), "first_head": number, "public": public.hex(), "pem": keys.pem_of(public)}
        for public, number in firsts.items()
    ]


def export_chains(folder: Path) -> dict[str, int]:
    """Write everything into a new or empty folder, as of one moment. Returns the number of lines of each file.

    Raises Conflict when something lies there already. Who ran it stands in the audit as the system.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Conflict(_("%(folder)s is not empty. Choose a new folder.") % {"folder": folder})
    record(Event.CHAINS_EXPORTED, actor=None)
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            # One snapshot for all files: a chain that grows meanwhile is exported as the heads here know it.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        counts = {
            "audit.jsonl": _write(folder / "audit.jsonl", map(_line, audit_records())),
            "custody.jsonl": _write(folder / "custody.jsonl", map(_line, custody_records())),
            "heads.jsonl": _write(folder / "heads.jsonl", map(head_line, heads_after(0))),
            "stamps.jsonl": _write(folder / "stamps.jsonl", map(_line, standing_stamps())),
            "keys.jsonl": _write(folder / "keys.jsonl", map(_line, public_keys())),
        }
        about = {"format": EXPORT_FORMAT, "exported_at": _now(), "lines": counts}
        _write(folder / "about.json", [_line(about)])
    return counts


def _line(found: Mapping[str, Any]) -> bytes:
    return canonical(found) + b"\n"


def _now() -> str:
    return clock.now().astimezone(datetime.UTC).isoformat(timespec="seconds")


def _write(path: Path, lines: Iterable[bytes]) -> int:
    count = 0
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for line in lines:
            file.write(line)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def extract_of(item: Item) -> dict[str, Any]:
    """One item's whole custody with the heads that saw it, each with a proof that tells of no other item."""
    points = HeadPoint.objects.filter(kind=CUSTODY, key=item.pk).order_by("head_id")
    numbers = list(points.values_list("head_id", flat=True))
    if len(numbers) > MOST_HEADS:
        numbers = [numbers[0], *numbers[1 - MOST_HEADS :]]
    heads = Head.objects.filter(pk__in=numbers).order_by("number")
    files = EvidenceFile.objects.filter(item=item).select_related("blob")
    return {
        "format": ITEM_FORMAT,
        "item": str(item.pk),
        "reference": item.reference,
        "exported_at": _now(),
        "links": [custody_record(row) for row in CustodyEvent.objects.filter(item=item).order_by("position")],
        "files": [{"sha256": file.blob_id, "size": file.blob.size} for file in files],
        "heads": [proved(head, CUSTODY, str(item.pk)) for head in heads],
        "stamps": list(standing_stamps(numbers)),
    }


def proved(head: Head, kind: str, key: str) -> dict[str, Any]:
    """A head with the proof that it saw one chain, instead of the list of all."""
    listed = [point.listed() for point in head.points.order_by("id")]
    proofs = [
        {"point": point, "path": proof(listed, index)}
        for index, point in enumerate(listed)
        if point[0] == kind and point[1] == key
    ]
    return head_record(head, proofs=proofs)


def package_proof(package_id: uuid.UUID) -> dict[str, Any] | None:
    """The first head that saw a frozen package, proved without telling of anything else, and its time-stamps; None
    before there is one."""
    point = HeadPoint.objects.filter(kind=PACKAGE, key=package_id).order_by("head_id").select_related("head").first()
    if point is None:
        return None
    head = proved(point.head, PACKAGE, str(package_id))
    return {"format": PROOF_FORMAT, "heads": [head], "stamps": list(standing_stamps([point.head_id]))}


def extract_custody(item: Item, *, actor: Any) -> bytes:
    """The extract as a file, and in the audit that it was taken. Raises NotAllowed (docs/decisions/0014)."""
    require(can_extract_custody, actor, item)
    record(Event.CUSTODY_EXTRACTED, actor=actor, obj=item)
    return canonical(extract_of(item)) + b"\n"
