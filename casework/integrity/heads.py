"""Making heads: what moved is taken, written down, signed.

Nothing is missed and nothing counted twice, in whatever order transactions end (docs/decisions/0013). A trigger writes
each link of custody into `Moved` in the link's own transaction; a head takes away, in its own transaction, exactly the
rows that it sees. A link whose transaction has not ended is not among them and waits for the next head. Links of one
chain are written under a lock held to the end of the transaction, so that the highest position among the rows taken is
also the latest, and its hash commits to the others. The audit is one chain under one such lock: its last row is enough.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from casework.audit import chain, clock
from casework.audit.models import AuditEvent
from casework.integrity import keys
from casework.integrity.casework_verify import HEAD_FORMAT, key_id
from casework.integrity.models import Head, HeadPoint, Moved, Stamping

HEAD_LOCK = 0x0A0D18
"""Any constant known to no other user of advisory locks in this database."""
CUSTODY, PACKAGE = "custody", "package"
Point = tuple[str, uuid.UUID, int, bytes]


def make_head(*, authorities: Sequence[str] = ()) -> Head | None:
    """Make a head if anything changed since the last one; None when nothing did.

    Raises IntegrityFailure when the key cannot be used; what moved then waits.
    """
    with transaction.atomic():
        last = _locked_last()
        if not has_moved(last):
            return None
        return _write(last, keys.signing_key(expected_key(last)), authorities)


def hand_over(next_key: Ed25519PrivateKey, *, authorities: Sequence[str] = ()) -> Head:
    """A head in which the key of today signs the name of the one that follows. Raises IntegrityFailure."""
    with transaction.atomic():
        last = _locked_last()
        return _write(last, keys.signing_key(expected_key(last)), authorities, next_key)


def begin_again(*, authorities: Sequence[str] = ()) -> Head:
    """A head under a new key that no earlier key vouches for: after the old one was lost. Verifiers say so unless they
    are given the new public key."""
    with transaction.atomic():
        last = _locked_last()
        return _write(last, keys.read(keys.path()) or keys.make(keys.path()), authorities)


def has_moved(last: Head | None) -> bool:
    """Whether there is anything that the last head has not seen."""
    if Moved.objects.exists():
        return True
    return AuditEvent.objects.filter(position__gt=last.audit_position if last else 0).exists()


def moved_links(last: Head | None) -> int:
    """How many links of all chains lie after the last head."""
    newest = AuditEvent.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return max(newest - (last.audit_position if last else 0), 0) + Moved.objects.count()


def _locked_last() -> Head | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_LOCK])
    return Head.objects.order_by("-number").first()


def expected_key(last: Head | None) -> str | None:
    """The id of the key that has to sign the next head; None before the first."""
    if last is None:
        return None
    said = last.said
    return str(said["next_key"]["id"] if said.get("next_key") else said["key"])


def _write(
    last: Head | None, key: Ed25519PrivateKey, authorities: Sequence[str], next_key: Ed25519PrivateKey | None = None
) -> Head:
    points = _take_moved()
    audit = AuditEvent.objects.order_by("-position").values_list("position", "hash").first()
    position, digest = (audit[0], bytes(audit[1])) if audit else (0, chain.GENESIS)
    public, made_at = keys.public_of(key), clock.now().astimezone(datetime.UTC)
    listed = [[kind, str(chain_key), at, seen.hex()] for kind, chain_key, at, seen in points]
    body: dict[str, Any] = {
        "format": HEAD_FORMAT,
        "office": last.said["office"] if last else str(uuid.uuid4()),
        "number": last.number + 1 if last else 1,
        "made_at": made_at.isoformat(timespec="microseconds"),
        "previous": bytes(last.hash if last else chain.GENESIS).hex(),
        "audit": {"position": position, "hash": digest.hex()},
        "root": root(listed).hex(),
        "key": key_id(public),
    }
    if next_key is not None:
        following = keys.public_of(next_key)
        body["next_key"] = {"id": key_id(following), "public": following.hex()}
    signed = chain.canonical(body)
    head = Head.objects.create(
        number=body["number"], made_at=made_at, body=signed, hash=hashlib.sha256(signed).digest(),
        signature=key.sign(signed), public_key=public, audit_position=position, audit_hash=digest, chains=len(points),
    )  # fmt: skip
    HeadPoint.objects.bulk_create(
        [HeadPoint(head=head, kind=kind, key=each, position=at, hash=seen) for kind, each, at, seen in points],
        batch_size=1000,
    )
    Stamping.objects.bulk_create([Stamping(head=head, authority=each) for each in authorities])
    return head


def _take_moved() -> list[Point]:
    """Take away what moved and say where each chain now stands, in the order in which heads list it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM integrity_moved RETURNING kind, key, position, hash) "
            "SELECT DISTINCT ON (kind, key) kind, key, position, hash FROM taken ORDER BY kind, key, position DESC"
        )
        rows = [(row[0], row[1], row[2], bytes(row[3])) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (row[0], str(row[1])))


def note_forgotten() -> int:
    """Put back into `Moved` every chain whose end no head has seen and that does not wait there: what somebody who may
    delete took away. Returns their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrity_moved (kind, key, position, hash) "
            "SELECT 'custody', last.item_id, last.position, last.hash FROM ("
            "  SELECT DISTINCT ON (item_id) item_id, position, hash FROM evidence_custodyevent"
            "  ORDER BY item_id, position DESC) last "
            "WHERE NOT EXISTS (SELECT 1 FROM integrity_headpoint p"
            "  WHERE p.kind = 'custody' AND p.key = last.item_id AND p.position >= last.position) "
            "AND NOT EXISTS (SELECT 1 FROM integrity_moved m"
            "  WHERE m.kind = 'custody' AND m.key = last.item_id AND m.position >= last.position)"
        )
        return int(cursor.rowcount)


# Merkle trees (RFC 6962) ----------------------------------------------------------------------------------------------


def root(points: Sequence[Sequence[Any]]) -> bytes:
    """The root over listed points; of none, the SHA-256 of nothing."""
    return _levels(points)[-1][0]


def proof(points: Sequence[Sequence[Any]], index: int) -> list[list[str]]:
    """The path from the point at `index` to the root: [side of the other node, its hash], from the leaves up."""
    path = []
    for level in _levels(points)[:-1]:
        other = index ^ 1
        if other < len(level):
            path.append(["left" if other < index else "right", level[other].hex()])
        index //= 2
    return path


def _levels(points: Sequence[Sequence[Any]]) -> list[list[bytes]]:
    """All levels, leaves first. A node without a neighbour goes up as it is."""
    level = [hashlib.sha256(b"\x00" + chain.canonical(list(point))).digest() for point in points]  # type: ignore[arg-type]
    levels = [level or [hashlib.sha256(b"").digest()]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [hashlib.sha256(b"\x01" + b"".join(below[at : at + 2])).digest() for at in range(0, len(below) - 1, 2)]
        levels.append(above + ([below[-1]] if len(below) % 2 else []))
    return levels
