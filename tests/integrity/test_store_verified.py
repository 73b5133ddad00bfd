"""The stand-alone verifier passes on what is whole and names whatever is not, against heads saved before."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from casework.audit import clock
from casework.audit.chain import link
from casework.evidence import store
from casework.evidence.actions import reveal_file
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent, Item
from casework.integrity import casework_verify, sealing
from tests.integrity.conftest import Verdict, an_item

pytestmark = pytest.mark.django_db
SCRIPT = Path(casework_verify.__file__)


@pytest.fixture
def items(cast: SimpleNamespace) -> list[Item]:
    return [an_item(cast, f"Page {number}", f"page {number}".encode()) for number in range(3)]


@pytest.fixture
def saved(items: list[Item], tmp_path: Path, cast: SimpleNamespace) -> Path:
    """Two heads, kept where the office does not reach."""
    sealing.seal()
    reveal_file(items[0].files.get(), actor=cast.viewer)
    sealing.seal()
    return Path(shutil.copy(settings.CASEWORK_HEADS_FILE, tmp_path / "saved.jsonl"))


def as_owner(table: str, *statements: str) -> None:
    """What the database's owner can do: switch the guards off and edit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def kinds(said: dict[str, Any]) -> set[str]:
    return {each["kind"] for each in said["wrong"]}


def test_it_passes_when_all_is_whole_and_states_the_window(
    items: list[Item], saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict], cast: SimpleNamespace
) -> None:
    reveal_file(items[1].files.get(), actor=cast.viewer)
    status, said = verdict("store", exported(), "--heads", saved, "--blobs", settings.CASEWORK_STORE)
    assert (status, said["wrong"]) == (0, [])
    assert "3 items, 8 links, 1 after head 2" in said["facts"]["Custody"]
    # The reveal, and the export itself.
    assert "2 after head 2" in said["facts"]["Audit"]
    assert said["facts"]["Files"].startswith("3 hashed")


def test_it_points_out_links_that_call_themselves_older_than_the_last_head(
    items: list[Item], saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict]
) -> None:
    """Under a head an old time is no news: it was so when the head was made."""
    long_ago = clock.now() - datetime.timedelta(days=9)
    with clock.travelling_to(long_ago):
        append_custody(items[0], "checked", actor=None)
    said = verdict("store", exported(), "--heads", saved)[1]
    assert [note for note in said["notes"] if "older than it" in note] == [
        "1 links of custody lie after the last head though they call themselves older than it."
    ]
    sealing.seal()
    said = verdict("store", exported(), "--heads", settings.CASEWORK_HEADS_FILE)[1]
    assert not any("older than it" in note for note in said["notes"])


def test_it_runs_alone(saved: Path, exported: Callable[[], Path], tmp_path: Path) -> None:
    """Without Django, the project or its folder."""
    script = shutil.copy(SCRIPT, tmp_path / "casework_verify.py")
    command = [sys.executable, "-I", script, "store", str(exported()), "--heads", str(saved)]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything that was checked holds." in done.stdout
    helped = subprocess.run([*command[:3], "--help"], capture_output=True, text=True, check=False)
    assert helped.returncode == 0 and "SHA-256" in helped.stdout
    refused = subprocess.run([*command[:3], "store", "nowhere"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "no export" in refused.stderr


@pytest.mark.parametrize(
    ("table", "sql", "kind"),
    [
        ("audit_auditevent", "UPDATE audit_auditevent SET actor_label = 'x' WHERE position = 2", "altered"),
        ("audit_auditevent", "DELETE FROM audit_auditevent WHERE position = 2", "missing"),
        ("audit_auditevent", "DELETE FROM audit_auditevent WHERE position >= 3", "cut"),
        ("audit_auditevent", "DELETE FROM audit_auditevent", "cut"),
        ("evidence_custodyevent", "UPDATE evidence_custodyevent SET detail = '{}' WHERE position = 2", "altered"),
        ("evidence_custodyevent", "DELETE FROM evidence_custodyevent WHERE position = 2", "cut"),
        ("evidence_custodyevent", "DELETE FROM evidence_custodyevent", "missing"),
    ],
)
def test_it_finds_what_the_owner_of_the_database_did(
    saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict], table: str, sql: str, kind: str
) -> None:
    as_owner(table, sql)
    status, said = verdict("store", exported(), "--heads", saved)
    assert status == 1
    assert kind in kinds(said)


def test_it_finds_a_chain_that_was_written_anew_with_right_hashes(
    items: list[Item], saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict]
) -> None:
    previous, statements = b"\x00" * 32, []
    for row in CustodyEvent.objects.filter(item=items[0]).order_by("position"):
        row.actor_label = "Somebody else"
        row.previous, row.hash = previous, link(previous, row.payload())
        previous = row.hash
        statements.append(
            f"UPDATE evidence_custodyevent SET actor_label = 'Somebody else', previous = '\\x{row.previous.hex()}', "
            f"hash = '\\x{row.hash.hex()}' WHERE id = {row.pk}"
        )
    as_owner("evidence_custodyevent", *statements)
    folder = exported()
    status, said = verdict("store", folder, "--heads", saved)
    assert status == 1
    assert kinds(said) == {"rewritten"}
    assert str(items[0].pk) in said["wrong"][0]["where"]


def test_it_finds_heads_that_were_replaced_by_others(
    items: list[Item], saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict]
) -> None:
    """Somebody with the database and the key makes all heads anew; only the saved ones know better."""
    for table in ("integrity_headpoint", "integrity_head"):
        as_owner(table, f"DELETE FROM {table}")
    as_owner("evidence_custodyevent", "DELETE FROM evidence_custodyevent WHERE position = 2")
    os.unlink(settings.CASEWORK_HEADS_FILE)
    sealing.seal()
    folder = exported()
    status, said = verdict("store", folder, "--heads", saved)
    assert status == 1
    assert "head" in kinds(said) and "cut" in kinds(said)


def test_it_finds_every_file_that_is_not_what_it_was(
    items: list[Item], saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict]
) -> None:
    paths = [store.originals()._path(item.files.get().blob_id) for item in items]
    for path in paths:
        os.chmod(path, 0o600)
    paths[0].write_bytes(b"other bytes")
    paths[1].unlink()
    status, said = verdict("store", exported(), "--heads", saved, "--blobs", settings.CASEWORK_STORE)
    assert status == 1
    named = {each["where"] for each in said["wrong"]}
    assert named == {paths[0].name, paths[1].name}
    assert str(items[0].pk) in json.dumps(said["wrong"])


def test_it_says_that_without_saved_heads_little_is_proved(
    saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict]
) -> None:
    status, said = verdict("store", exported())
    assert status == 0
    assert any("No saved heads" in note for note in said["notes"])
    assert any("No key was given" in note for note in said["notes"])


def test_it_refuses_a_key_that_is_not_the_given_one(
    saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict], tmp_path: Path
) -> None:
    folder = exported()
    (tmp_path / "right.pem").write_text(json.loads((folder / "keys.jsonl").read_text())["pem"])
    (tmp_path / "wrong.hex").write_text("11" * 32)
    assert verdict("store", folder, "--key", tmp_path / "right.pem")[0] == 0
    status, said = verdict("store", folder, "--key", tmp_path / "wrong.hex")
    assert status == 1
    assert kinds(said) == {"key"}
    assert verdict("store", folder, "--key", tmp_path / "absent.pem")[0] == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [lines[0].replace(b'"number":1', b'"number":7'), *lines[1:]], "was altered"),
        (lambda lines: lines[1:] + lines[:1], ""),
        (lambda lines: lines[:1], "missing here"),
        (lambda lines: [*lines, b'{"head": '], "cannot be read"),
        (lambda lines: [lines[0], b"{}", lines[1]], "no proper head"),
        (lambda lines: [lines[0], b"\xff\x00", lines[1]], ""),
        (lambda lines: [lines[0].replace(b'"custody"', b'"Custody"'), lines[1]], "not the one that was signed"),
        (lambda lines: [b"[" * 100_000], "missing here"),
    ],
)
def test_it_names_what_is_wrong_with_a_file_of_heads(
    saved: Path, exported: Callable[[], Path], verdict: Callable[..., Verdict], change: Callable[..., Any], words: str
) -> None:
    """The heads of the export; a line that a crash cut off is only noted when the whole one follows."""
    folder = exported()
    lines = (folder / "heads.jsonl").read_bytes().splitlines()
    (folder / "heads.jsonl").write_bytes(b"\n".join(change(lines)) + b"\n")
    status, said = verdict("store", folder, "--heads", saved)
    assert status == (1 if words else 0)
    assert words in json.dumps(said["wrong"])


def test_an_export_never_goes_over_another(exported: Callable[[], Path]) -> None:
    folder = exported()
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_chains", "--to", str(folder))
