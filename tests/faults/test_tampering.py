"""300 tamperings with audit and custody by the owner of the database, each found by the stand-alone verifier against
heads that were saved before. Prints a table by kind.

Every tampering is made in SQL with the guards switched off, in a transaction that is rolled back after the export, so
that each meets a whole office. Which row, which item and which field are drawn from a seed.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from casework.audit import chain
from casework.audit.models import AuditEvent
from casework.evidence.actions import note_download, reveal_file
from casework.evidence.models import CustodyEvent, Item
from casework.integrity import sealing
from casework.integrity.chains import export_chains
from tests.integrity.conftest import Verdict, an_item, verdict

pytestmark = pytest.mark.django_db
__all__ = ["verdict"]
EACH = 30
AUDIT, CUSTODY = "audit_auditevent", "evidence_custodyevent"


@dataclass
class Office:
    """What was recorded before the heads were saved: items with custody of some length, and the heads."""

    items: list[Item]
    saved: Path
    audit_end: int
    draw: random.Random

    def item(self) -> tuple[Item, int]:
        """An item, and how many links of it the heads saw."""
        item = self.draw.choice(self.items)
        return item, CustodyEvent.objects.filter(item=item).count()


@pytest.fixture
def office(cast: SimpleNamespace, tmp_path: Path) -> Office:
    items = [an_item(cast, f"Page {number}", f"page {number}".encode()) for number in range(12)]
    draw = random.Random(20260101)
    for turn in range(60):
        file = draw.choice(items).files.get()
        act = draw.choice([reveal_file, note_download])
        act(file, actor=draw.choice([cast.investigator, cast.reviewer]))
        if turn % 12 == 0:
            sealing.seal()
    sealing.seal()
    saved = Path(shutil.copy(settings.CASEWORK_HEADS_FILE, tmp_path / "saved.jsonl"))
    return Office(items, saved, AuditEvent.objects.latest("position").position, draw)


def run(*statements: tuple[str, list[Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)


def edit_audit(office: Office) -> None:
    change = office.draw.choice([
        "actor_label = 'Somebody else'", "at = at + interval '1 second'", "event = 'access.signed_out'",
        "detail = '{\"changed\": 1}'", "object_id = 'x'", "reason = reason || ' '", "actor_id = NULL, request_id = 'x'",
    ])  # fmt: skip
    run((f"UPDATE {AUDIT} SET {change} WHERE position = %s", [office.draw.randint(1, office.audit_end)]))


def edit_custody(office: Office) -> None:
    item, length = office.item()
    change = office.draw.choice([
        "actor_label = 'Somebody else'", "at = at - interval '1 day'", "act = 'cited'", "sha256 = repeat('0', 64)",
        "detail = '{\"changed\": 1}'",
    ])  # fmt: skip
    position = office.draw.randint(1, length)
    run((f"UPDATE {CUSTODY} SET {change} WHERE item_id = %s AND position = %s", [item.pk, position]))


def delete_from_audit(office: Office) -> None:
    run((f"DELETE FROM {AUDIT} WHERE position = %s", [office.draw.randint(1, office.audit_end - 1)]))


def delete_and_close_up(office: Office) -> None:
    """A row is taken out, those after it move up and every hash is made anew: nothing is missing any more."""
    gone = office.draw.randint(1, office.audit_end - 1)
    run(
        (f"DELETE FROM {AUDIT} WHERE position = %s", [gone]),
        (f"UPDATE {AUDIT} SET position = -(position - 1) WHERE position > %s", [gone]),
        (f"UPDATE {AUDIT} SET position = -position WHERE position < 0", []),
    )
    write_anew(AuditEvent.objects.order_by("position"), "position")


def delete_from_custody(office: Office) -> None:
    item, length = office.item()
    run((f"DELETE FROM {CUSTODY} WHERE item_id = %s AND position = %s", [item.pk, office.draw.randint(1, length - 1)]))


def delete_a_whole_custody(office: Office) -> None:
    item, _length = office.item()
    run((f"DELETE FROM {CUSTODY} WHERE item_id = %s", [item.pk]))


def reorder(office: Office) -> None:
    """Two neighbours change places, in the audit or in the custody of an item."""
    if office.draw.random() < 0.5:
        first = office.draw.randint(1, office.audit_end - 1)
        table, where, values = AUDIT, "position", [first]
    else:
        item, length = office.item()
        first = office.draw.randint(1, length - 1)
        table, where, values = CUSTODY, "item_id = %s AND position", [item.pk, first]
    begin, last = values[:-1], values[-1]
    run(
        (f"UPDATE {table} SET position = 1000000 WHERE {where} = %s", [*begin, last]),
        (f"UPDATE {table} SET position = %s WHERE {where} = %s", [last, *begin, last + 1]),
        (f"UPDATE {table} SET position = %s WHERE {where} = %s", [last + 1, *begin, 1_000_000]),
    )


def rewrite_audit(office: Office) -> None:
    """One act is given to somebody else and every hash from there on is made anew: the chain itself is whole."""
    run((f"UPDATE {AUDIT} SET actor_label = 'Else' WHERE position = %s", [office.draw.randint(1, office.audit_end)]))
    write_anew(AuditEvent.objects.order_by("position"), "position")


def rewrite_custody(office: Office) -> None:
    item, length = office.item()
    position = office.draw.randint(1, length)
    run((f"UPDATE {CUSTODY} SET actor_label = 'Else' WHERE item_id = %s AND position = %s", [item.pk, position]))
    write_anew(CustodyEvent.objects.filter(item=item).order_by("position"), "id")


def cut_the_tail(office: Office) -> None:
    if office.draw.random() < 0.5:
        run((f"DELETE FROM {AUDIT} WHERE position > %s", [office.draw.randint(0, office.audit_end - 1)]))
        return
    item, length = office.item()
    position = office.draw.randint(1, length - 1)
    run((f"DELETE FROM {CUSTODY} WHERE item_id = %s AND position > %s", [item.pk, position]))


def write_anew(rows: Any, key: str) -> None:
    """Right hashes for every row, as somebody who knows the program can compute them."""
    previous = chain.GENESIS
    for row in rows:
        digest = chain.link(previous, row.payload())
        values = [previous, digest, getattr(row, key)]
        run((f"UPDATE {row._meta.db_table} SET previous = %s, hash = %s WHERE {key} = %s", values))
        previous = digest


KINDS: dict[str, Callable[[Office], None]] = {
    "a row of the audit edited": edit_audit,
    "a link of custody edited": edit_custody,
    "a row of the audit deleted": delete_from_audit,
    "a row of the audit deleted, the rest closed up and rehashed": delete_and_close_up,
    "a link of custody deleted": delete_from_custody,
    "the whole custody of an item deleted": delete_a_whole_custody,
    "two neighbours exchanged": reorder,
    "the audit rewritten with right hashes": rewrite_audit,
    "the custody of an item rewritten with right hashes": rewrite_custody,
    "the end of a chain cut off": cut_the_tail,
}


@pytest.fixture
def as_owner() -> None:
    """Switch the guards of both tables off, as only their owner can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in (AUDIT, CUSTODY):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def test_every_tampering_is_found(
    office: Office, as_owner: None, verdict: Callable[..., Verdict], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found: Counter[str] = Counter()
    said_as: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    missed = []
    assert judged(office, verdict, tmp_path / "whole")[0] == 0
    for kind, tamper in KINDS.items():
        for turn in range(EACH):
            with transaction.atomic():
                tamper(office)
                status, said = judged(office, verdict, tmp_path / f"{len(said_as[kind])}-{kind[:12]}-{turn}")
                transaction.set_rollback(True)
            found[kind] += status == 1
            said_as[kind].update({each["kind"] for each in said["wrong"]})
            if status != 1:
                missed.append(f"{kind}, turn {turn}")
    assert judged(office, verdict, tmp_path / "whole again")[0] == 0
    with capsys.disabled():
        print(f"\n{'What the owner of the database did':<62}{'made':>6}{'found':>7}   named as")
        for kind in KINDS:
            print(f"{kind:<62}{EACH:>6}{found[kind]:>7}   {', '.join(sorted(said_as[kind]))}")
        print(f"{'together':<62}{EACH * len(KINDS):>6}{sum(found.values()):>7}")
    assert missed == []


def judged(office: Office, verdict: Callable[..., Verdict], folder: Path) -> Verdict:
    """What the verifier says of the office as it now is, against the heads saved before."""
    export_chains(folder)
    try:
        return verdict("store", folder, "--heads", office.saved)
    finally:
        shutil.rmtree(folder)
