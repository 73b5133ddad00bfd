"""The chain of the audit: whole as written, broken wherever anyone alters it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.audit.record import record, verify

pytestmark = pytest.mark.django_db


def write(count: int) -> None:
    for number in range(count):
        record(Event.CASE_CHANGED, actor=None, detail={"number": number})


def as_owner_without_triggers(sql: str) -> None:
    """What a database owner can do: switch the guards off and edit."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def test_it_is_whole_as_written() -> None:
    write(5)
    assert verify().whole
    assert verify().length == 5


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE audit_auditevent SET detail = '{\"number\": 9}' WHERE position = 3", 3),
        ("UPDATE audit_auditevent SET actor_label = 'somebody else' WHERE position = 1", 1),
        ("DELETE FROM audit_auditevent WHERE position = 2", 2),
        ("UPDATE audit_auditevent SET hash = sha256('x') WHERE position = 4", 4),
    ],
)
def test_it_names_the_first_broken_row(sql: str, row: int) -> None:
    write(5)
    as_owner_without_triggers(sql)
    report = verify()
    assert not report.whole
    assert report.broken_at == row
    assert f"row {row}" in report.problem


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET reason = 'x'",
        "DELETE FROM audit_auditevent",
        "SET LOCAL casework.truncate_allowed = 'off'; TRUNCATE audit_auditevent CASCADE",
    ],
)
def test_it_refuses_changes_by_sql(sql: str) -> None:
    write(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 2


def test_it_falls_with_the_act() -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        write(1)
        raise Undone
    assert AuditEvent.objects.count() == 0
