"""`manage.py verify` passes on what is whole, and names every row and file that is not."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casework.audit.models import AuditEvent
from casework.evidence import store
from casework.evidence.actions import register_item
from casework.evidence.models import CustodyEvent, EvidenceFile, Item
from casework.evidence.uploads import stored_from_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def items(cast: SimpleNamespace) -> list[Item]:
    """Two items that share bytes, and a third with its own."""
    return [
        register_item(
            actor=cast.investigator,
            team=cast.team,
            kind="document",
            title=f"Page {number}",
            files=[stored_from_bytes("page.txt", data, "text/plain")],
        )
        for number, data in enumerate([b"shared bytes", b"shared bytes", b"bytes of its own"])
    ]


def verify(*arguments: str) -> tuple[bool, str]:
    """Whether the command passed, and all it said."""
    out = io.StringIO()
    try:
        call_command("verify", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode == 0, f"{out.getvalue()}{error}"
    return True, out.getvalue()


def path_of(item: Item) -> Path:
    return store.originals()._path(item.files.get().blob_id)


def flip(path: Path) -> None:
    os.chmod(path, 0o600)
    data = bytearray(path.read_bytes())
    data[3] ^= 0x10
    path.write_bytes(bytes(data))


def as_owner(table: str, sql: str) -> None:
    """What the database's owner can do: switch the guards off and edit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_it_passes_when_all_is_whole(items: list[Item]) -> None:
    passed, said = verify()
    assert passed
    assert "3 items, 6 links" in said
    assert "2 files" in said
    assert AuditEvent.objects.order_by("-position").first().event == "office.chain_verified"
    assert verify()[0]


def test_it_names_a_file_with_a_flipped_bit_and_every_item_that_uses_it(items: list[Item]) -> None:
    flip(path_of(items[0]))
    passed, said = verify()
    assert not passed
    assert items[0].files.get().blob_id in said
    assert items[0].reference in said
    assert items[1].reference in said
    assert items[2].reference not in said
    items[0].files.get().blob.refresh_from_db()
    assert items[0].files.get().blob.check_result == "mismatch"


@pytest.mark.parametrize("spoil", [os.unlink, lambda path: os.truncate(path, 3)])
@pytest.mark.parametrize("arguments", [(), ("--quick",)])
def test_it_names_a_file_that_is_gone_or_cut(
    items: list[Item], spoil: Callable[[Path], None], arguments: tuple[str, ...]
) -> None:
    path = path_of(items[2])
    os.chmod(path, 0o600)
    spoil(path)
    passed, said = verify(*arguments)
    assert not passed
    assert items[2].files.get().blob_id in said
    assert items[2].reference in said


def test_it_does_not_hash_when_it_shall_be_quick(items: list[Item]) -> None:
    flip(path_of(items[0]))
    assert verify("--quick")[0]


def test_it_names_every_broken_file(items: list[Item]) -> None:
    flip(path_of(items[0]))
    os.unlink(path_of(items[2]))
    said = verify()[1]
    assert all(item.reference in said for item in items)
    assert "2 broken" in said


def test_it_names_an_altered_audit_row(items: list[Item]) -> None:
    as_owner("audit_auditevent", "UPDATE audit_auditevent SET actor_label = 'Somebody' WHERE position = 2")
    passed, said = verify()
    assert not passed
    assert "row 2 was altered" in said


def test_it_names_a_missing_audit_row(items: list[Item]) -> None:
    as_owner("audit_auditevent", "DELETE FROM audit_auditevent WHERE position = 2")
    assert "row 2 is missing" in verify()[1]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE evidence_custodyevent SET actor_label = 'x' WHERE position = 1", "link 1 was altered"),
        ("DELETE FROM evidence_custodyevent WHERE position = 1", "link 1 is missing"),
        ("DELETE FROM evidence_custodyevent", "every link is missing"),
    ],
)
def test_it_names_the_item_whose_custody_was_altered(items: list[Item], sql: str, words: str) -> None:
    restriction = "AND" if "WHERE" in sql else "WHERE"
    as_owner("evidence_custodyevent", f"{sql} {restriction} item_id = '{items[1].pk}'")
    passed, said = verify()
    assert not passed
    assert f"custody of {items[1].reference}" in said
    assert words in said


def test_it_names_a_file_whose_bytes_were_exchanged_for_others(items: list[Item]) -> None:
    file, other = items[0].files.get(), items[2].files.get()
    as_owner(
        "evidence_evidencefile",
        f"UPDATE evidence_evidencefile SET blob_id = '{other.blob_id}' WHERE id = '{file.pk}'",
    )
    passed, said = verify()
    assert not passed
    assert f"file of {items[0].reference}" in said
    assert EvidenceFile.objects.get(pk=file.pk).blob_id in said


def test_it_only_notes_bytes_that_no_record_mentions(items: list[Item]) -> None:
    sha256 = store.keep(store.receive([b"left by a killed upload"]))
    passed, said = verify()
    assert passed
    assert f"{sha256} belongs to no record" in said


def test_it_passes_on_an_empty_office() -> None:
    assert not CustodyEvent.objects.exists()
    assert verify()[0]
