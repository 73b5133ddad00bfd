"""Heads see every link that was committed, once; they follow one another, signed by a key that is kept apart."""

from __future__ import annotations

import io
import itertools
import json
import os
import threading
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.audit.record import record
from casework.core.errors import Conflict, IntegrityFailure
from casework.core.serving import PROMPT_QUEUES, worker_command
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent
from casework.integrity import casework_verify, head_jobs, heads, keys, sealing
from casework.integrity.models import Head, HeadPoint, Moved
from tests.factories import ItemFactory
from tests.integrity.conftest import an_item


def ends() -> dict[uuid.UUID, tuple[int, bytes]]:
    """Where each item's custody ends."""
    rows = CustodyEvent.objects.order_by("item_id", "position").values_list("item_id", "position", "hash")
    return {item: (position, bytes(digest)) for item, position, digest in rows}


def seen_ends() -> dict[uuid.UUID, tuple[int, bytes]]:
    """Where each item's custody ended when a head last saw it."""
    rows = HeadPoint.objects.order_by("key", "position").values_list("key", "position", "hash")
    return {key: (position, bytes(digest)) for key, position, digest in rows}


@pytest.mark.django_db
def test_a_head_sees_every_chain_and_the_next_only_what_moved(cast: SimpleNamespace) -> None:
    first, second = an_item(cast), an_item(cast, "Other", b"other")
    one = sealing.seal()
    assert one is not None and one.number == 1
    assert seen_ends() == ends()
    last = AuditEvent.objects.latest("position")
    assert (one.audit_position, bytes(one.audit_hash)) == (last.position, bytes(last.hash))
    assert sealing.seal() is None
    append_custody(second, "checked", actor=cast.investigator)
    two = sealing.seal()
    assert two is not None
    assert [point.key for point in two.points.all()] == [second.pk]
    assert two.said["previous"] == bytes(one.hash).hex()
    assert seen_ends() == ends()
    assert not Moved.objects.exists()
    assert first.pk in seen_ends()


@pytest.mark.django_db
def test_a_head_is_made_for_the_audit_alone(cast: SimpleNamespace) -> None:
    sealing.seal()
    record(Event.SIGNED_IN, actor=cast.viewer)
    head = sealing.seal()
    assert head is not None
    assert head.chains == 0
    assert (
        bytes(head.hash)
        == casework_verify.read_head(
            json.loads(Path(settings.CASEWORK_HEADS_FILE).read_text().splitlines()[-1]), "it"
        ).hash
    )


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_committed_late_is_seen_by_the_next_head(cast: SimpleNamespace) -> None:
    """Its row in the table of custody is older than one that the first head sees."""
    early, late = ItemFactory(team=cast.team), ItemFactory(team=cast.team)
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                append_custody(late, "registered", actor=None)
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    append_custody(early, "registered", actor=None)
    one = heads.make_head()
    go_on.set()
    thread.join()
    two = heads.make_head()
    assert one is not None and two is not None
    assert [point.key for point in one.points.all()] == [early.pk]
    assert [point.key for point in two.points.all()] == [late.pk]
    assert seen_ends() == ends()


steps = st.lists(st.sampled_from(["a", "b", "c", "audit", "head", "rolled back"]), max_size=12)


@pytest.mark.django_db
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_happens_the_heads_together_hold_every_chain(team: object, steps: list[str]) -> None:
    items = {name: ItemFactory(team=team) for name in "abc"}
    for step in steps:
        if step in items:
            append_custody(items[step], "checked", actor=None)
        elif step == "audit":
            record(Event.SIGNED_OUT, actor=None)
        elif step == "head":
            heads.make_head()
        else:
            with transaction.atomic():
                append_custody(items["a"], "checked", actor=None)
                transaction.set_rollback(True)
    heads.make_head()
    assert {key: seen_ends()[key] for key in ends()} == ends()
    chain = list(Head.objects.order_by("number"))
    assert [head.number for head in chain] == list(range(1, len(chain) + 1))
    for before, after in itertools.pairwise(chain):
        assert after.said["previous"] == bytes(before.hash).hex()
    for head in chain:
        listed = [point.listed() for point in head.points.order_by("id")]
        assert heads.root(listed).hex() == head.said["root"] == casework_verify.root_of(listed).hex()
        for index, point in enumerate(listed):
            assert casework_verify.root_by_path(point, heads.proof(listed, index)).hex() == head.said["root"]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9])
def test_a_proof_leads_to_the_root_and_of_another_point_nowhere(number: int) -> None:
    points = [["custody", str(uuid.UUID(int=at)), at + 1, "00" * 32] for at in range(number)]
    for index, point in enumerate(points):
        path = heads.proof(points, index)
        assert casework_verify.root_by_path(point, path) == heads.root(points)
        assert casework_verify.root_by_path([*point[:3], "11" * 32], path) != heads.root(points)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["integrity_head", "integrity_headpoint"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET hash = hash"])
def test_heads_cannot_be_altered_by_sql(cast: SimpleNamespace, table: str, sql: str) -> None:
    an_item(cast)
    sealing.seal()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


@pytest.mark.django_db
def test_what_was_taken_from_the_waiting_is_found_again(cast: SimpleNamespace) -> None:
    item = an_item(cast)
    sealing.seal()
    append_custody(item, "checked", actor=None)
    Moved.objects.all().delete()
    assert heads.note_forgotten() == 1
    assert heads.note_forgotten() == 0
    sealing.seal()
    assert seen_ends() == ends()


class TestKey:
    pytestmark = pytest.mark.django_db

    def test_it_is_made_for_its_owner_alone_and_used_again(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        first = sealing.seal()
        path = keys.path()
        assert path.stat().st_mode & 0o777 == 0o600
        before = path.read_bytes()
        record(Event.SIGNED_IN, actor=cast.viewer)
        second = sealing.seal()
        assert first is not None and second is not None
        assert bytes(first.public_key) == bytes(second.public_key)
        assert path.read_bytes() == before

    def test_it_is_not_made_anew_when_it_is_gone(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        sealing.seal()
        keys.path().unlink()
        item = an_item(cast, "Later", b"later")
        with pytest.raises(IntegrityFailure, match="missing"):
            heads.make_head()
        assert sealing.seal() is None
        assert not keys.path().exists()
        assert Moved.objects.filter(key=item.pk).exists()
        assert "missing" in sealing.key_problem()

    @pytest.mark.parametrize(
        ("spoil", "words"), [(b"no key", "holds no Ed25519 key"), (None, "not the one of the last")]
    )
    def test_another_file_is_not_taken_for_it(self, cast: SimpleNamespace, spoil: bytes | None, words: str) -> None:
        an_item(cast)
        sealing.seal()
        keys.path().unlink()
        if spoil is None:
            keys.make(keys.path())
        else:
            with open(os.open(keys.path(), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(spoil)
        record(Event.SIGNED_IN, actor=cast.viewer)
        with pytest.raises(IntegrityFailure, match=words) as refused:
            heads.make_head()
        assert "no key" not in refused.value.message

    def test_others_may_not_read_it(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        keys.make(keys.path()).public_key()
        keys.path().chmod(0o640)
        with pytest.raises(IntegrityFailure, match="chmod 600"):
            heads.make_head()

    def test_the_old_key_hands_over_to_the_new(self, cast: SimpleNamespace, exported, verdict) -> None:  # type: ignore[no-untyped-def]
        an_item(cast)
        one = sealing.seal()
        call_command("rotate_head_key", stdout=io.StringIO())
        record(Event.SIGNED_IN, actor=cast.viewer)
        last = sealing.seal()
        assert one is not None and last is not None
        assert bytes(last.public_key) != bytes(one.public_key)
        assert verdict("store", exported())[0] == 0

    def test_a_rotation_that_was_cut_off_after_its_head_goes_on(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        sealing.seal()
        following = keys.make(keys.following_path())
        heads.hand_over(following)
        record(Event.SIGNED_IN, actor=cast.viewer)
        head = sealing.seal()
        assert head is not None
        assert bytes(head.public_key) == keys.public_of(following)
        assert not keys.following_path().exists()

    def test_a_lost_key_is_replaced_aloud(self, cast: SimpleNamespace, exported, verdict, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        an_item(cast)
        sealing.seal()
        with pytest.raises(CommandError, match="there and fits"):
            call_command("rotate_head_key", "--lost")
        with pytest.raises(Conflict):
            sealing.replace_lost_key()
        keys.path().unlink()
        with pytest.raises(CommandError, match="missing"):
            call_command("rotate_head_key")
        call_command("rotate_head_key", "--lost", stdout=io.StringIO())
        folder = exported()
        status, said = verdict("store", folder)
        assert status == 1
        assert [each["kind"] for each in said["wrong"]] == ["key"]
        given = []
        for number, line in enumerate((folder / "keys.jsonl").read_text().splitlines()):
            path = tmp_path / f"{number}.pem"
            path.write_text(json.loads(line)["pem"])
            given += ["--key", path]
        assert verdict("store", folder, *given)[0] == 0


def test_no_long_job_keeps_a_head_waiting() -> None:
    """A worker of its own takes the queues of heads and of calls outside."""
    assert {head_jobs.seal_chains.queue, head_jobs.call_outside.queue} == set(PROMPT_QUEUES)
    assert worker_command(*PROMPT_QUEUES)[-2:] == ["--queues", "heads,calls"]
