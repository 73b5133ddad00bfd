"""The audit log: who reads it, what they see, and that reading leaves a trace."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.audit.record import record
from tests.factories import CaseFactory

BACKEND = "casework.accounts.backends.CaseworkBackend"
SECRET = "A title that names nobody"


@pytest.fixture
def case(cast):
    return CaseFactory(title=SECRET, team=cast.team, created_by=cast.investigator)


@pytest.fixture
def events(cast, case):
    record(Event.CASE_CREATED, actor=cast.investigator, obj=case)
    record(Event.CASE_CHANGED, actor=cast.colleague, obj=case, detail={"title": ["old", SECRET]})
    record(Event.TEAM_CREATED, actor=cast.administrator, obj=cast.team, reason="A new front")


@pytest.fixture
def read(client):
    def open_as(user, path="/audit/", status=200, **asked):
        client.force_login(user, backend=BACKEND)
        answer = client.get(path, asked)
        assert answer.status_code == status
        return answer

    return open_as


def shown(answer):
    return [line.event.event for line in answer.context["lines"] if not line.event.event.startswith("office.")]


def test_it_shows_auditors_everything(cast, events, read):
    text = read(cast.auditor).content.decode()
    assert "Changed a case" in text
    assert SECRET in text


def test_it_shows_administrators_references_and_not_what_cases_are_about(cast, case, events, read):
    text = read(cast.administrator).content.decode()
    assert case.reference in text
    assert SECRET not in text
    assert "A new front" in text


def test_it_is_closed_to_all_others(cast, read):
    for user in (cast.investigator, cast.reviewer, cast.viewer, cast.outsider):
        read(user, status=403)


def test_it_records_each_reading_once(cast, read):
    read(cast.auditor, case="C-00001")
    seen = AuditEvent.objects.filter(event=Event.AUDIT_VIEWED)
    assert [(event.actor_id, event.detail) for event in seen] == [(cast.auditor.pk, {"asked": {"case": "C-00001"}})]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"event": "cases.case_changed"}, ["cases.case_changed"]),
        ({"case": "own"}, ["cases.case_changed", "cases.case_created"]),
        ({"object": "Team East"}, ["accounts.team_created"]),
        ({"since": "2999-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"actor": "colleague"}, ["cases.case_changed"]),
        ({"request_id": "nothing"}, []),
    ],
)
def test_it_filters(cast, case, events, read, asked, found):
    if asked.get("case"):
        asked = {"case": case.reference.lower()}
    if asked.get("actor"):
        asked = {"actor": str(cast.colleague.pk)}
    assert shown(read(cast.auditor, **asked)) == found


def test_it_refuses_filters_it_does_not_have(cast, read):
    read(cast.auditor, status=400, title="x")
    read(cast.auditor, status=422, since="yesterday")
    read(cast.auditor, status=400, cursor="nonsense")


def test_it_pages_by_position(cast, case, read):
    for _number in range(30):
        record(Event.CASE_CHANGED, actor=cast.investigator, obj=case)
    first = read(cast.auditor)
    cursor = first.context["page"].next_cursor
    second = read(cast.auditor, cursor=cursor)
    positions = [line.event.position for answer in (first, second) for line in answer.context["lines"]]
    assert positions == sorted(positions, reverse=True)
    assert len(set(positions)) == len(positions) == 30


def test_it_verifies_the_chain_and_records_that(cast, events, client):
    client.force_login(cast.auditor, backend=BACKEND)
    answer = client.post("/audit/verify/", follow=True)
    assert "The chain is whole: 3 links" in answer.content.decode()
    assert AuditEvent.objects.filter(event=Event.CHAIN_VERIFIED, detail__whole=True).exists()


def test_it_says_where_the_chain_is_broken(cast, events, client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditevent SET reason = 'changed' WHERE position = 2")
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
    client.force_login(cast.auditor, backend=BACKEND)
    assert "row 2 was altered" in client.post("/audit/verify/", follow=True).content.decode()


def test_it_exports_for_auditors_only_and_records_that(cast, case, events, read):
    read(cast.administrator, "/audit/export.csv", status=403)
    answer = read(cast.auditor, "/audit/export.csv", case=case.reference)
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["cases.case_created", "cases.case_changed"]
    assert AuditEvent.objects.filter(event=Event.AUDIT_EXPORTED).count() == 1


def test_it_costs_the_same_for_one_event_and_many(cast, case, read, client, django_assert_max_num_queries):
    record(Event.CASE_CHANGED, actor=cast.investigator, obj=case)
    client.force_login(cast.auditor, backend=BACKEND)
    with django_assert_max_num_queries(14) as few:
        client.get("/audit/")
    for _number in range(20):
        record(Event.CASE_CHANGED, actor=cast.investigator, obj=CaseFactory(team=cast.team))
    with django_assert_max_num_queries(len(few)):
        client.get("/audit/")


def test_integrity_tells_the_length_and_the_head(cast, events, read):
    text = read(cast.auditor, "/integrity/").content.decode()
    head = bytes(AuditEvent.objects.order_by("-position").first().hash).hex()
    assert head in text
    read(cast.administrator, "/integrity/", status=403)
