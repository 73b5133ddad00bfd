"""Custody: every act appends one link, nothing alters one, whatever was done shows."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.audit import clock
from casework.core.errors import Invalid, NotAllowed, NotFound
from casework.evidence.actions import add_file, add_files, check_file, note_download, release_caveat, reveal_file
from casework.evidence.actions.custody import append_custody, verify_custody
from casework.evidence.caveats import may_disclose, why_not_disclose
from casework.evidence.models import CustodyEvent, Item
from tests.evidence.conftest import upload
from tests.factories import ItemFactory

pytestmark = pytest.mark.django_db
RECIPIENT = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def test_it_keeps_every_act_in_order(cast: SimpleNamespace, item: Item) -> None:
    file = item.files.get()
    reveal_file(file, actor=cast.viewer)
    note_download(file, actor=cast.reviewer)
    check_file(file, actor=cast.colleague)
    add_file(item, actor=cast.colleague, upload=upload(b"second", "second.txt"))
    acts = list(item.custody.values_list("position", "act", "actor_label"))
    assert acts[3:] == [
        (4, "revealed", "Vira Viewer"),
        (5, "downloaded", "Roman Reviewer"),
        (6, "checked", "Kost Colleague"),
        (7, "file_added", "Kost Colleague"),
    ]
    assert verify_custody(item).whole


@pytest.mark.parametrize("sql", ["UPDATE {} SET act = 'cited'", "DELETE FROM {}"])
def test_it_cannot_be_altered_by_sql(item: Item, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format("evidence_custodyevent"))
    assert verify_custody(item).whole


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
details = st.dictionaries(words, st.integers(0, 9) | words, max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(CustodyEvent.Act.values), details), min_size=2, max_size=6), data=st.data()
)
def test_it_holds_for_any_acts_and_breaks_at_the_first_that_is_touched(
    team: object, acts: list[tuple[str, dict[str, object]]], data: st.DataObject
) -> None:
    item = ItemFactory(team=team)
    for act, detail in acts:
        append_custody(item, act, actor=None, detail=detail)
    assert verify_custody(item).whole
    touched = data.draw(st.integers(1, len(acts)))
    change = data.draw(st.sampled_from(["actor_label = actor_label || 'x'", "at = at + interval '1 microsecond'"]))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evidence_custodyevent DISABLE TRIGGER USER")
        cursor.execute(
            f"UPDATE evidence_custodyevent SET {change} WHERE item_id = %s AND position = %s", [item.pk, touched]
        )
        cursor.execute("ALTER TABLE evidence_custodyevent ENABLE TRIGGER USER")
    assert verify_custody(item).broken_at == touched


def test_it_adds_all_files_or_none(cast: SimpleNamespace, item: Item) -> None:
    empty = upload(b"x", "empty.txt")
    empty.abort()
    empty.received = None
    with pytest.raises(Invalid):
        add_files(item, actor=cast.investigator, uploads=[upload(b"whole"), empty])
    assert item.files.count() == 1


@pytest.mark.parametrize(("who", "error"), [("viewer", NotAllowed), ("reviewer", NotAllowed), ("outsider", NotFound)])
def test_it_lets_only_investigators_add_files(
    cast: SimpleNamespace, item: Item, who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        add_file(item, actor=getattr(cast, who), upload=upload(b"x"))


def release(item: Item, cast: SimpleNamespace, caveat: str, **values: object) -> None:
    given = {"actor": cast.investigator, "released_by": "Head of service", "terms": "Free", **values}
    release_caveat(item, caveat=caveat, released_on=given.pop("released_on", clock.today()), **given)


def test_it_opens_a_caveat_only_in_writing_and_only_wider(cast: SimpleNamespace, item: Item) -> None:
    assert item.reference in why_not_disclose(item, RECIPIENT)
    release(item, cast, "listed", recipients=[RECIPIENT])
    item.refresh_from_db()
    assert may_disclose(item, RECIPIENT)
    assert not may_disclose(item, OTHER)
    release(item, cast, "any_recipient")
    item.refresh_from_db()
    assert may_disclose(item, OTHER)
    assert [event.act for event in item.custody.all()][-2:] == ["released", "released"]
    for narrower in ("any_recipient", "listed", "office"):
        with pytest.raises(Invalid):
            release(item, cast, narrower, recipients=[OTHER])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"released_by": " "}, "released_by"),
        ({"terms": ""}, "terms"),
        ({"released_on": datetime.date(2999, 1, 1)}, "released_on"),
    ],
)
def test_it_names_what_a_release_lacks(
    cast: SimpleNamespace, item: Item, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        release(item, cast, "public", **values)
    assert field in refused.value.fields


@pytest.mark.parametrize(("who", "error"), [("viewer", NotAllowed), ("reviewer", NotAllowed), ("outsider", NotFound)])
def test_it_asks_for_the_right_to_release(cast: SimpleNamespace, item: Item, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        release(item, cast, "public", actor=getattr(cast, who))
