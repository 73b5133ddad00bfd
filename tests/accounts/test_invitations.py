"""One-time links."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from casework.accounts import actions
from casework.accounts.invitations import accept_invitation, first_administrator_link, secret_of
from casework.accounts.models import Invitation, User
from casework.audit.models import AuditEvent
from casework.core.errors import Invalid, NotFound

PASSWORD = "correct horse battery staple"


@pytest.fixture
def invited(cast):
    return actions.invite_person(actor=cast.administrator, email="new@example.org", name="Nova Novak")


def page(link):
    return reverse("accounts:invitation", args=[secret_of(link)])


def test_it_sets_a_password_once(client, invited):
    user, link = invited
    assert client.get(page(link)).status_code == 200
    done = client.post(page(link), {"password": PASSWORD, "again": PASSWORD})
    assert done["Location"] == reverse("account_login")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.state == "enabled"
    again = client.post(page(link), {"password": "another long passphrase", "again": "another long passphrase"})
    assert again.status_code == 404
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert AuditEvent.objects.filter(event="accounts.invitation_accepted", actor_id=user.pk).count() == 1


def test_it_stores_only_a_hash(invited):
    _user, link = invited
    assert secret_of(link) not in repr(list(Invitation.objects.values()))


def test_it_ends_after_a_week(client, invited, time_machine):
    user, link = invited
    time_machine.move_to(Invitation.objects.get(user=user).ends_at - datetime.timedelta(seconds=1))
    assert client.get(page(link)).status_code == 200
    time_machine.move_to(Invitation.objects.get(user=user).ends_at)
    assert client.get(page(link)).status_code == 404
    with pytest.raises(NotFound):
        accept_invitation(secret_of(link), PASSWORD)


def test_it_answers_alike_whatever_is_wrong_with_a_link(client, cast, invited):
    _user, used = invited
    accept_invitation(secret_of(used), PASSWORD)
    actions.disable_user(cast.viewer, actor=cast.administrator, reason="Left")
    _other, ended = actions.invite_person(actor=cast.administrator, email="o@example.org", name="O")
    actions.disable_user(_other, actor=cast.administrator, reason="Mistake")
    bodies = {client.get(url).content for url in (page(used), page(ended), page("/invitation/never-was/"))}
    assert len(bodies) == 1


def test_it_replaces_earlier_links(client, cast, invited):
    user, link = invited
    fresh = actions.make_new_link(user, actor=cast.administrator, reason="Mail lost")
    assert client.get(page(link)).status_code == 404
    assert client.get(page(fresh)).status_code == 200


@pytest.mark.parametrize("password", ["short", "1qaz2wsx3edc", "nova novak new", "123456789012"])
def test_it_refuses_weak_passwords(client, invited, password):
    _user, link = invited
    response = client.post(page(link), {"password": password, "again": password})
    assert response.status_code == 422
    assert client.get(page(link)).status_code == 200


def test_it_wants_the_password_twice(client, invited):
    _user, link = invited
    assert client.post(page(link), {"password": PASSWORD, "again": PASSWORD + "!"}).status_code == 422
    assert client.post(page(link), {"password": "a\x00" + PASSWORD, "again": "a\x00" + PASSWORD}).status_code == 422


def test_it_makes_the_first_administrator(client, db):
    link = first_administrator_link("http://127.0.0.1:9000")
    assert link.startswith("http://127.0.0.1:9000/invitation/")
    renewed = first_administrator_link("http://127.0.0.1:9000")
    assert client.get(page(link)).status_code == 404
    assert client.get(page(renewed)).status_code == 200
    data = {"password": PASSWORD, "again": PASSWORD, "name": "Ada Admin", "email": "Ada@Example.org"}
    assert client.post(page(renewed), {**data, "email": "nope"}).status_code == 422
    assert client.post(page(renewed), data).status_code == 302
    user = User.objects.get(email="ada@example.org")
    assert user.is_administrator
    assert user.name == "Ada Admin"
    assert first_administrator_link("http://127.0.0.1:9000") is None


def test_it_opens_a_way_back_when_no_administrator_is_left(db):
    accept_invitation(secret_of(first_administrator_link("")), PASSWORD, name="Ada", email="ada@example.org")
    User.objects.filter(email="ada@example.org").update(is_active=False)
    accept_invitation(secret_of(first_administrator_link("")), PASSWORD, name="Bo", email="bo@example.org")
    assert User.objects.get(email="bo@example.org").is_administrator


def test_it_asks_nobody_else_who_they_are(invited):
    user, link = invited
    accept_invitation(secret_of(link), PASSWORD, name="Somebody else", email="else@example.org")
    user.refresh_from_db()
    assert (user.name, user.email) == ("Nova Novak", "new@example.org")


def test_it_keeps_the_link_after_a_weak_password(invited):
    _user, link = invited
    with pytest.raises(Invalid):
        accept_invitation(secret_of(link), "short")
    assert accept_invitation(secret_of(link), PASSWORD).has_usable_password()
