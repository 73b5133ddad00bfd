"""What the database refuses about findings to whoever runs the SQL: the owner here, and the application's own role."""

from __future__ import annotations

import datetime
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casework.core.database import application_role, state_dir
from casework.findings.actions import approve_finding, propose_finding
from casework.findings.models import Finding
from tests.factories import FindingFactory
from tests.findings.conftest import cite, proposal_of

APPROVE = """
    UPDATE findings_finding SET state = 'approved', approved_by_id = %(by)s, decided_on = current_date,
           in_force = daterange(current_date, NULL) WHERE id = %(id)s
"""


def sql(statement: str, **values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def proposed(cast, case, proposal):  # type: ignore[no-untyped-def]
    return propose_finding(case, actor=cast.investigator, **proposal)


@pytest.fixture
def approved(cast, proposed):  # type: ignore[no-untyped-def]
    return approve_finding(proposed, actor=cast.reviewer)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "assignment",
    [
        "reasons = 'other'",
        "conclusion = 'likely'",
        "standard = 4",
        "state = 'withdrawn'",
        "state = 'proposed', approved_by_id = NULL, in_force = NULL",
        "decided_on = decided_on - 1",
        "in_force = daterange(lower(in_force) - 30, NULL)",
        "in_force = daterange(NULL, NULL)",
        "previous_version = '{}'",
        "late_verification = NOT late_verification",
        "region_id = NULL",
    ],
)
def test_it_never_changes_an_approved_finding(approved, assignment) -> None:
    with pytest.raises(DatabaseError, match="never changes"):
        sql(f"UPDATE findings_finding SET {assignment} WHERE id = %(id)s", id=approved.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["daterange(lower(in_force), lower(in_force) + 9)", "'empty'"])
def test_it_stays_in_force_until_superseded(approved, ending) -> None:
    with pytest.raises(DatabaseError, match="until another supersedes it"):
        sql(f"UPDATE findings_finding SET in_force = {ending} WHERE id = %(id)s", id=approved.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("reopened", ["daterange(decided_on, NULL)", "daterange(NULL, NULL)"])
@pytest.mark.parametrize("days", [0, 9])
def test_it_stays_superseded(cast, case, reopened, days) -> None:
    day = datetime.date(2024, 11, 1)
    earlier = FindingFactory(case=case, state="approved", decided_on=day, ended_on=day + datetime.timedelta(days))
    with pytest.raises(DatabaseError, match="never changes"):
        sql(f"UPDATE findings_finding SET in_force = {reopened} WHERE id = %(id)s", id=earlier.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO findings_victimcount (finding_id, status, at_least, at_most) VALUES (%(id)s, 'unknown', 9, 9)",
        "UPDATE findings_victimcount SET at_least = 1 WHERE finding_id = %(id)s",
        "DELETE FROM findings_victimcount WHERE finding_id = %(id)s",
        "UPDATE findings_citedevidence SET sha256 = 'f' WHERE finding_id = %(id)s",
        "DELETE FROM findings_citedevidence WHERE finding_id = %(id)s",
        "INSERT INTO findings_citedevidence (finding_id, link_id, item_id, establishes, bearing, file_name, sha256)"
        " SELECT finding_id, link_id, item_id, establishes, bearing, 'x', '' FROM findings_citedevidence LIMIT 1",
    ],
)
def test_it_keeps_what_an_approved_finding_stands_on(approved, statement) -> None:
    with pytest.raises(DatabaseError, match="stands on never changes"):
        sql(statement, id=approved.pk)


@pytest.mark.django_db
def test_it_keeps_parts_from_moving_to_another_finding(approved) -> None:
    other = FindingFactory()
    with pytest.raises(DatabaseError, match="stands on never changes"):
        sql(
            "UPDATE findings_victimcount SET finding_id = %(to)s WHERE finding_id = %(id)s", id=approved.pk, to=other.pk
        )
    with pytest.raises(DatabaseError, match="stands on never changes"):
        sql(
            "UPDATE findings_victimcount SET finding_id = %(id)s WHERE finding_id = %(to)s", id=approved.pk, to=other.pk
        )


@pytest.mark.django_db
def test_it_is_never_deleted(proposed) -> None:
    proposed.victim_counts.all().delete()
    proposed.cited.all().delete()
    with pytest.raises(DatabaseError, match="never deleted"):
        sql("DELETE FROM findings_finding WHERE id = %(id)s", id=proposed.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["reasons = 'more'", "standard = 4", "proposed_by_id = %(by)s", "reference = 'F-1'"])
def test_it_is_reviewed_as_it_was_proposed(cast, proposed, column) -> None:
    with pytest.raises(DatabaseError, match="as it was proposed"):
        sql(f"UPDATE findings_finding SET {column} WHERE id = %(id)s", id=proposed.pk, by=cast.colleague.pk)


@pytest.mark.django_db
def test_it_begins_as_proposed(cast, proposed) -> None:
    columns = [field.column for field in Finding._meta.concrete_fields]
    own = {"id": "gen_random_uuid()", "reference": "'F-X'", "state": "'withdrawn'"}
    chosen = ", ".join(own.get(column, column) for column in columns)
    with pytest.raises(DatabaseError, match="begins as proposed"):
        sql(f"INSERT INTO findings_finding ({', '.join(columns)}) SELECT {chosen} FROM findings_finding")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"), [("returned", "approved"), ("withdrawn", "proposed"), ("withdrawn", "approved")]
)
def test_it_skips_no_state(cast, proposed, before, after) -> None:
    sql(f"UPDATE findings_finding SET state = '{before}' WHERE id = %(id)s", id=proposed.pk)
    with pytest.raises(DatabaseError, match="does not go from"):
        sql(
            f"UPDATE findings_finding SET state = '{after}', approved_by_id = %(by)s, decided_on = current_date,"
            " in_force = daterange(current_date, NULL) WHERE id = %(id)s",
            id=proposed.pk,
            by=cast.reviewer.pk,
        )


@pytest.mark.django_db
def test_it_is_approved_by_four_eyes(cast, case, parties, link) -> None:
    proposed = propose_finding(case, actor=cast.colleague, **proposal_of(link))
    with pytest.raises(IntegrityError, match="finding_four_eyes"):
        sql(APPROVE, id=proposed.pk, by=cast.colleague.pk)
    with pytest.raises(DatabaseError, match="registered none of its evidence"):
        sql(APPROVE, id=proposed.pk, by=cast.investigator.pk)
    elsewhere = cite(case, cast.reviewer, data=b"more")
    proposed.cited.create(link=elsewhere, item=elsewhere.item)
    with pytest.raises(DatabaseError, match="registered none of its evidence"):
        sql(APPROVE, id=proposed.pk, by=cast.reviewer.pk)


@pytest.mark.django_db
def test_it_has_one_finding_in_force_on_a_day(cast, case, link, approved) -> None:
    second = propose_finding(case, actor=cast.colleague, **proposal_of(link))
    with pytest.raises(IntegrityError, match="one_finding_in_force"):
        sql(APPROVE, id=second.pk, by=cast.reviewer.pk)


@pytest.mark.django_db
def test_it_has_one_open_proposal(case, proposed) -> None:
    with pytest.raises(IntegrityError, match="one_open_proposal_a_case"):
        FindingFactory(case=case)


@pytest.fixture
def application(transactional_db):  # type: ignore[no-untyped-def]
    """A connection as the role that pages and jobs have."""
    owner = connection.settings_dict
    with psycopg.connect(
        host=owner["HOST"], port=owner["PORT"], dbname=owner["NAME"], user="casework_app",
        passfile=str(state_dir() / "database-app.pgpass"), autocommit=True,
    ) as connected:  # fmt: skip
        yield connected


@pytest.mark.skipif(application_role() != "casework_app", reason="another server than the embedded one")
def test_it_refuses_self_approval_and_change_to_the_application_role(application, cast, case, link, parties) -> None:
    own = propose_finding(case, actor=cast.colleague, **proposal_of(link))
    done = FindingFactory(state="approved")
    with pytest.raises(psycopg.errors.CheckViolation, match="finding_four_eyes"):
        application.execute(APPROVE, {"id": own.pk, "by": cast.colleague.pk})
    for statement in (
        "UPDATE findings_finding SET reasons = 'x' WHERE id = %(id)s",
        "UPDATE findings_finding SET in_force = 'empty' WHERE id = %(id)s",
        "DELETE FROM findings_finding WHERE id = %(id)s",
        "UPDATE findings_victimcount SET at_least = 9, at_most = 9 WHERE finding_id = %(id)s",
        "TRUNCATE findings_victimcount",
        "ALTER TABLE findings_finding DISABLE TRIGGER USER",
        "DELETE FROM findings_findingevent",
        "SET session_replication_role = 'replica'",
    ):
        with pytest.raises(psycopg.DatabaseError):
            application.execute(statement, {"id": done.pk} if "%" in statement else None)
    state = application.execute("SELECT state FROM findings_finding WHERE id = %s", [own.pk]).fetchone()
    assert state == ("proposed",)
    assert Finding.objects.get(pk=done.pk).is_in_force
