"""Two who write at the same moment, neither seeing what the other has not yet committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from casework.cases.models import Case
from casework.evidence.models import EvidenceLink
from casework.office.models import SearchDocument
from tests.factories import CaseFactory, ItemFactory, VictimFactory

pytestmark = pytest.mark.django_db(transaction=True)


def overlapping(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    """`second` begins after `first` has written and before it commits, who does so once `second` waits."""
    written, done = Event(), Event()

    def lead() -> None:
        with transaction.atomic():
            first()
            written.set()
            while not done.wait(0.01) and not somebody_waits():
                pass
        connection.close()

    def follow() -> None:
        assert written.wait(30)
        second()
        done.set()
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for finished in [pool.submit(lead), pool.submit(follow)]:
            finished.result(60)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.fixture
def acts(cast):  # type: ignore[no-untyped-def]
    case = CaseFactory(team=cast.team, created_by=cast.investigator)
    item = ItemFactory(team=cast.team, registered_by=cast.investigator)

    def hide() -> None:
        Case.objects.filter(pk=case.pk).update(sensitive=True)

    def link() -> None:
        EvidenceLink.objects.create(item=item, case=case, establishes=["act"], linked_by=cast.investigator)

    def name() -> None:
        VictimFactory(case=case, created_by=cast.investigator, surname="Ravine", name_key="ravine")

    return {"hide": hide, "link": link, "name": name}


@pytest.mark.parametrize("order", [("hide", "link"), ("link", "hide"), ("hide", "name"), ("name", "hide")])
def test_it_hides_what_is_added_to_a_case_while_it_becomes_sensitive(acts, order):
    overlapping(*(acts[each] for each in order))
    assert SearchDocument.objects.count() >= 2
    rows = SearchDocument.objects.exclude(kind="item") if "name" in order else SearchDocument.objects.all()
    assert [row.teams for row in rows] == [[] for _ in rows]
