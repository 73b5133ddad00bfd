"""What may be done to accounts, by whom, and what it leaves behind."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casework.accounts import actions
from casework.accounts.models import RoleGrant, Token, User
from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.core.errors import Conflict, Invalid, NotAllowed
from tests.factories import grant, person

EVERYONE = [
    "investigator",
    "colleague",
    "reviewer",
    "referral_officer",
    "second_officer",
    "administrator",
    "auditor",
    "viewer",
    "outsider",
]


def later(days: int = 30) -> datetime.datetime:
    return clock.now() + datetime.timedelta(days=days)


def managing(cast, actor):
    """Every act that only administrators may do, on somebody else."""
    held = RoleGrant.objects.get(user=cast.colleague)
    return {
        "invite_person": lambda: actions.invite_person(actor=actor, email="new@example.org", name="New"),
        "grant_role": lambda: actions.grant_role(
            cast.colleague, actor=actor, role="reviewer", team=cast.team, reason="Needed", ends_at=later()
        ),
        "end_role": lambda: actions.end_role(held, actor=actor),
        "disable_user": lambda: actions.disable_user(cast.colleague, actor=actor, reason="Left"),
        "make_new_link": lambda: actions.make_new_link(cast.colleague, actor=actor, reason="Lost"),
        "create_team": lambda: actions.create_team(actor=actor, name="Another"),
        "change_team": lambda: actions.change_team(cast.team, actor=actor, name="Renamed"),
    }


@pytest.mark.parametrize("who", EVERYONE)
def test_it_lets_only_administrators_manage_people(cast, who):
    for name, act in managing(cast, getattr(cast, who)).items():
        before = AuditEvent.objects.count()
        try:
            with transaction.atomic():
                act()
                done = True
                assert AuditEvent.objects.count() == before + 1, name
                transaction.set_rollback(True)
        except NotAllowed:
            done = False
        assert done is (who == "administrator"), name


def test_it_refuses_administration_with_a_token(cast):
    cast.administrator.token_scopes = {"read", "write"}
    for act in managing(cast, cast.administrator).values():
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        actions.make_token(cast.administrator, actor=cast.administrator, name="More", scope="write", ends_at=later())


def test_it_never_grants_to_oneself(cast):
    with pytest.raises(NotAllowed):
        actions.grant_role(cast.administrator, actor=cast.administrator, role="auditor", reason="Me", ends_at=later())


def test_it_never_grants_to_oneself_by_sql(cast):
    sql = (
        "INSERT INTO accounts_rolegrant (id, user_id, role, team_id, granted_by_id, granted_at, reason, ends_at)"
        " VALUES (gen_random_uuid(), %s, 'reviewer', %s, %s, now(), 'me', now() + interval '1 day')"
    )
    me = cast.administrator.pk
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [me, cast.team.pk, me])


@pytest.mark.parametrize("column", ["role", "reason", "granted_by_id", "user_id"])
def test_it_keeps_a_grant_as_it_was_given(cast, column):
    value = {"role": "reviewer", "reason": "another", "granted_by_id": cast.auditor.pk, "user_id": cast.viewer.pk}
    sql = f"UPDATE accounts_rolegrant SET {column} = %s WHERE user_id = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [value[column], cast.investigator.pk])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_rolegrant WHERE user_id = %s", [cast.investigator.pk])


def test_it_keeps_administrators_and_auditors_apart_from_cases(cast):
    for user, role, team in (
        (cast.auditor, "investigator", cast.team),
        (cast.investigator, "administrator", None),
        (cast.auditor, "administrator", None),
    ):
        with pytest.raises(Conflict):
            actions.grant_role(user, actor=cast.administrator, role=role, team=team, reason="Both", ends_at=later())


def test_it_lets_one_person_hold_several_team_roles(cast):
    made = actions.grant_role(
        cast.viewer, actor=cast.administrator, role="investigator", team=cast.other_team, reason="Both", ends_at=later()
    )
    assert made.in_force
    with pytest.raises(Conflict):
        actions.grant_role(
            cast.viewer,
            actor=cast.administrator,
            role="investigator",
            team=cast.other_team,
            reason="Twice",
            ends_at=later(),
        )


@pytest.mark.parametrize("days", [-1, 0, 2000])
def test_it_wants_an_end_within_reach(cast, days):
    with pytest.raises(Invalid):
        actions.grant_role(
            cast.viewer, actor=cast.administrator, role="reviewer", team=cast.team, reason="x", ends_at=later(days)
        )


def test_it_keeps_the_last_administrator(cast):
    held = RoleGrant.objects.get(user=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.disable_user(cast.administrator, actor=cast.administrator, reason="Off")
    with pytest.raises(Conflict):
        actions.end_role(held, actor=cast.administrator)
    second = person("Second Administrator", "administrator")
    actions.disable_user(cast.administrator, actor=second, reason="Left")
    third = person("Third Administrator", "administrator")
    actions.disable_user(third, actor=second, reason="Left")
    with pytest.raises(Conflict):
        actions.end_role(RoleGrant.objects.get(user=second), actor=second)


def test_it_forgets_roles_when_they_end(cast):
    held = RoleGrant.objects.get(user=cast.colleague)
    actions.end_role(held, actor=cast.administrator)
    assert User.objects.get(pk=cast.colleague.pk).roles == {}
    with pytest.raises(Conflict):
        actions.end_role(held, actor=cast.administrator)


def test_it_disables_and_enables(cast):
    token, _secret = actions.make_token(
        cast.investigator, actor=cast.investigator, name="Laptop", scope="read", ends_at=later()
    )
    shut = actions.disable_user(cast.investigator, actor=cast.administrator, reason="Lost phone")
    assert (shut.is_active, shut.roles) == (False, {})
    token.refresh_from_db()
    assert token.revoked_at is not None
    with pytest.raises(Conflict):
        actions.disable_user(cast.investigator, actor=cast.administrator, reason="Again")
    with pytest.raises(Conflict):
        actions.grant_role(
            cast.investigator,
            actor=cast.administrator,
            role="reviewer",
            team=cast.team,
            reason="x",
            ends_at=later(),
        )
    actions.enable_user(cast.investigator, actor=cast.administrator)
    assert User.objects.get(pk=cast.investigator.pk).has_role("investigator", cast.team.pk)
    assert not Token.objects.usable().filter(pk=token.pk).exists()


def test_it_wants_a_reason(cast):
    for act in (actions.disable_user, actions.make_new_link, actions.reset_second_factor):
        with pytest.raises(Invalid):
            act(cast.viewer, actor=cast.administrator, reason="  ")


@pytest.mark.parametrize("email", ["nobody", "iryna.investigator@EXAMPLE.org", "a b@example.org", "@", ""])
def test_it_wants_a_new_address(cast, email):
    with pytest.raises(Invalid) as caught:
        actions.invite_person(actor=cast.administrator, email=email, name="New")
    assert "email" in caught.value.fields


def test_it_changes_only_ones_own_name(cast):
    assert actions.change_name(cast.viewer, actor=cast.viewer, name=" Vira V. ").name == "Vira V."
    for actor in (cast.administrator, cast.colleague):
        with pytest.raises(NotAllowed):
            actions.change_name(cast.viewer, actor=actor, name="Other")


@pytest.mark.parametrize("who", EVERYONE)
def test_it_makes_and_revokes_tokens_of_ones_own(cast, who):
    me = getattr(cast, who)
    token, secret = actions.make_token(me, actor=me, name="Laptop", scope="write", ends_at=later())
    assert secret.startswith("cwk_")
    assert secret not in (token.secret_hash, token.prefix)
    owner = cast.colleague if me != cast.colleague else cast.viewer
    with pytest.raises(NotAllowed):
        actions.make_token(owner, actor=me, name="Theirs", scope="read", ends_at=later())
    theirs, _secret = actions.make_token(owner, actor=owner, name="Theirs", scope="read", ends_at=later())
    if who == "administrator":
        assert actions.revoke_token(theirs, actor=me).revoked_at
    else:
        with pytest.raises(NotAllowed):
            actions.revoke_token(theirs, actor=me)
    assert actions.revoke_token(token, actor=me).revoked_at


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("scope", "admin"), ("ends_at", None)])
def test_it_refuses_a_token_without_sense(cast, field, value):
    values = {"name": "x", "scope": "read", "ends_at": later(), field: value if value is not None else later(400)}
    with pytest.raises(Invalid):
        actions.make_token(cast.viewer, actor=cast.viewer, **values)


def test_it_remembers_no_password_in_the_history(cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'accounts_userevent'")
        columns = {row[0] for row in cursor.fetchall()}
    assert "email" in columns
    assert not columns & {"password", "last_login"}


def test_it_ends_a_role_by_time(cast, time_machine):
    made = grant(cast.viewer, "reviewer", cast.other_team)
    time_machine.move_to(made.ends_at)
    assert not User.objects.get(pk=cast.viewer.pk).has_role("reviewer", cast.other_team.pk)
