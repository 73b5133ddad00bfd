"""What the database refuses about referrals to whoever runs the SQL: the owner, and the application's own role."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from casework.core.database import application_role, state_dir
from casework.referrals.models import Recipient, Referral
from tests.referrals.conftest import referral_in

SQL = {
    "its own preparer": "UPDATE referrals_referral SET state='approved', approved_by_id=prepared_by_id, "
    "approved_at=now(), approved_sha256=(SELECT sha256 FROM referrals_package p WHERE p.id=package_id) WHERE id=%s",
    "another hash": "UPDATE referrals_referral SET state='approved', approved_at=now(), "
    "approved_sha256=repeat('0', 64), "
    "approved_by_id=(SELECT id FROM accounts_user WHERE email='petro.officer@example.org') WHERE id=%s",
    "skipped approval": "UPDATE referrals_referral SET state='sent', sent_by_id=prepared_by_id, sent_at=now(), "
    "sent_on=now() WHERE id=%s",
    "another note": "UPDATE referrals_referral SET covering_note='else' WHERE id=%s",
    "another recipient": "UPDATE referrals_referral SET recipient_id=(SELECT id FROM referrals_recipient WHERE "
    "code='HRMMU') WHERE id=%s",
    "fewer cases": "DELETE FROM referrals_referralcase WHERE referral_id=%s",
    "fewer items": "DELETE FROM referrals_referralevidence WHERE referral_id=%s",
    "another package": "UPDATE referrals_package SET sha256=repeat('0', 64) WHERE referral_id=%s",
    "deleted": "DELETE FROM referrals_referral WHERE id=%s",
}


@pytest.mark.parametrize("name", SQL)
def test_the_database_refuses(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("awaiting_approval", story, icrc)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL[name], [referral.pk])
    assert Referral.objects.get(pk=referral.pk).state == "awaiting_approval"


SENT = {
    "approver": "UPDATE referrals_referral SET approved_by_id = sent_by_id WHERE id = %s",
    "day": "UPDATE referrals_referral SET sent_on = sent_on - 1 WHERE id = %s",
    "package": "UPDATE referrals_referral SET package_id = NULL WHERE id = %s",
    "register": "DELETE FROM referrals_disclosure WHERE referral_id = %s",
    "letters": "UPDATE referrals_correspondence SET confidential = false WHERE referral_id = %s",
    "back to draft": "UPDATE referrals_referral SET state = 'draft' WHERE id = %s",
}


@pytest.mark.parametrize("name", SENT)
def test_what_was_sent_never_changes(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("replied", story, icrc)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SENT[name], [referral.pk])


def test_a_referral_begins_as_a_draft(story: SimpleNamespace, icrc: Recipient) -> None:
    cast = story.people
    with pytest.raises(DatabaseError, match="begins as a draft"):
        Referral.objects.create(
            reference="R-99999", team=cast.team, recipient=icrc, prepared_by=cast.referral_officer,
            state="awaiting_approval",
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(application_role() != "casework_app", reason="another server than the embedded one")
def test_the_application_role_is_refused_too(story: SimpleNamespace) -> None:
    referral = referral_in("awaiting_approval", story, Recipient.objects.get(code="ICRC"))
    owner = connection.settings_dict
    with psycopg.connect(
        host=owner["HOST"], port=owner["PORT"], dbname=owner["NAME"], user="casework_app",
        passfile=str(state_dir() / "database-app.pgpass"), autocommit=True,
    ) as application:  # fmt: skip
        for statement in SQL.values():
            with pytest.raises(psycopg.DatabaseError):
                application.execute(statement, [referral.pk])
        for statement in ("TRUNCATE referrals_disclosure", "ALTER TABLE referrals_referral DISABLE TRIGGER USER"):
            with pytest.raises(psycopg.DatabaseError):
                application.execute(statement)
    assert Referral.objects.get(pk=referral.pk).state == "awaiting_approval"
