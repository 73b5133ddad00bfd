"""Signing in, out, proving again, and what strangers can learn."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.urls import reverse

from casework.accounts import actions
from casework.audit.models import AuditEvent
from tests.helpers import BACKEND, stepped_up

PASSWORD = "correct horse battery staple"
LOGIN = "/accounts/login/"


@pytest.fixture
def member(cast):
    cast.investigator.set_password(PASSWORD)
    cast.investigator.save()
    cache.clear()
    return cast.investigator


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def events(name):
    return list(AuditEvent.objects.filter(event=f"access.{name}").order_by("position"))


def test_it_signs_in_by_address_whatever_its_case(client, member):
    assert client.get("/account/")["Location"].startswith(LOGIN)
    assert sign_in(client, member.email.upper()).status_code == 302
    assert client.get("/account/").status_code == 200
    assert [event.actor_id for event in events("signed_in")] == [member.pk]
    assert UserSession.objects.filter(user=member).count() == 1


def test_it_records_guesses_without_what_was_typed(client, member):
    sign_in(client, member.email, "wrong wrong wrong")
    sign_in(client, "S3cret-typed-into-the-wrong-box@example.org", "x" * 12)
    known, unknown = events("sign_in_failed")
    assert known.object_id == str(member.pk)
    assert unknown.object_id == ""
    assert "s3cret" not in repr(AuditEvent.objects.values_list()).lower()


def test_it_answers_alike_for_known_unknown_invited_and_disabled(client, cast, member):
    invited, _link = actions.invite_person(actor=cast.administrator, email="invited@example.org", name="Invited")
    cast.colleague.is_active = False
    cast.colleague.save()
    answers = set()
    for number, email in enumerate([member.email, "nobody@example.org", invited.email, cast.colleague.email]):
        response = sign_in(client, email, "wrong wrong wrong", REMOTE_ADDR=f"192.0.2.{number + 1}")
        text = response.content.decode().replace(email, "")
        answers.add(
            (response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|request-id[^<]*', "", text))
        )
    assert len(answers) == 1


def test_it_does_the_same_work_for_unknown_addresses(client, member, monkeypatch):
    """The slow part of a guess is Argon2: it is done once, whether or not there is such an account."""
    worked = []
    encode = Argon2PasswordHasher.encode

    def counted(self, password, salt):
        worked.append("hash")
        return encode(self, password, salt)

    def verified(self, password, encoded):
        worked.append("hash")
        return False

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    for email in (member.email, "nobody@example.org"):
        cache.clear()
        worked.clear()
        sign_in(client, email, "wrong wrong wrong")
        assert worked == ["hash"], email


def test_it_throttles_guesses_at_one_address_from_anywhere(client, member):
    for number in range(5):
        sign_in(client, member.email, "wrong wrong wrong", REMOTE_ADDR=f"192.0.2.{number + 1}")
    response = sign_in(client, member.email, REMOTE_ADDR="192.0.2.99")
    assert response.status_code in (200, 422, 429)
    assert "Too many" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert len(events("sign_in_failed")) == 5


def test_it_throttles_guesses_from_one_place_at_any_address(client, member):
    for number in range(10):
        sign_in(client, f"someone{number}@example.org", "wrong wrong wrong")
    assert "Too many" in sign_in(client, member.email).content.decode()


def test_it_throttles_unknown_addresses_alike(client, member):
    for number in range(5):
        sign_in(client, "nobody@example.org", "wrong wrong wrong", REMOTE_ADDR=f"192.0.2.{number + 1}")
    assert "Too many" in sign_in(client, "nobody@example.org", REMOTE_ADDR="192.0.2.99").content.decode()


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "login/code/", "2fa/trust/", "password/set/"])
def test_it_offers_no_other_way_in(client, member, path):
    client.force_login(member, backend=BACKEND)
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", {"email": member.email}).status_code == 404


def test_it_ends_a_disabled_persons_session_at_once(client, cast, member):
    sign_in(client, member.email)
    assert client.get("/account/").status_code == 200
    actions.disable_user(member, actor=cast.administrator, reason="Lost phone")
    assert client.get("/account/")["Location"].startswith(LOGIN)
    assert not UserSession.objects.filter(user=member).exists()
    assert sign_in(client, member.email)["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


def test_it_ends_a_session_that_no_list_knows(client, member):
    client.force_login(member, backend=BACKEND)
    member.is_active = False
    member.save()
    assert client.get("/account/")["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_it_locks_and_comes_back_to_the_same_page(client, member):
    sign_in(client, member.email)
    response = client.post(reverse("accounts:lock"), {"next": "/account/?tab=1"})
    assert response["Location"] == f"{LOGIN}?next=%2Faccount%2F%3Ftab%3D1"
    assert "_auth_user_id" not in client.session
    assert (
        client.post(response["Location"], {"login": member.email, "password": PASSWORD})["Location"]
        == "/account/?tab=1"
    )
    assert client.get(reverse("accounts:lock")).status_code == 405
    assert client.post(reverse("accounts:lock"), {"next": "https://evil.example/"})["Location"] == f"{LOGIN}?next=%2F"


def test_it_does_not_take_signing_in_for_a_fresh_proof(client, member):
    sign_in(client, member.email)
    url = reverse("accounts:create_token")
    asked = client.get(url)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(asked["Location"], {"password": "wrong wrong wrong", "next": url}).status_code == 200
    assert client.get(url).status_code == 302
    proved = client.post(asked["Location"], {"password": PASSWORD, "next": url})
    assert proved["Location"] == url
    assert client.get(url).status_code == 200
    assert [event.actor_id for event in events("stepped_up")] == [member.pk]


def test_it_goes_on_with_what_was_sent_once_proved(client, member):
    sign_in(client, member.email)
    url = reverse("accounts:create_token")
    asked = client.post(url, {"name": "Laptop", "scope": "read", "ends_on": "2027-01-31"})
    assert asked.status_code == 302
    done = client.post(asked["Location"], {"password": PASSWORD, "next": url})
    assert done.status_code == 200
    assert member.tokens.get().name == "Laptop"


def test_it_forgets_a_proof_after_its_time(client, member, settings):
    stepped_up(client, member, seconds_ago=settings.CASEWORK_STEP_UP_SECONDS - 5)
    assert client.get(reverse("accounts:create_token")).status_code == 200
    stepped_up(client, seconds_ago=settings.CASEWORK_STEP_UP_SECONDS + 5)
    assert client.get(reverse("accounts:create_token")).status_code == 302


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_it_asks_for_the_second_factor(client, member):
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    assert secret not in str(Authenticator.objects.get(user=member).data)
    assert sign_in(client, member.email)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/account/")["Location"].startswith(LOGIN)
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert events("sign_in_failed")[-1].detail == {"step": "totp"}
    cache.clear()
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert events("signed_in")[-1].detail["by"] == ["password", "totp"]


def test_it_throttles_codes(client, member):
    TOTP.activate(member, generate_totp_secret())
    sign_in(client, member.email)
    for _number in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Too many" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()


def test_it_fits_no_code_under_another_signing_key(client, member, settings):
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    settings.SECRET_KEY = "another" * 10
    sign_in(client, member.email)
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_it_adds_and_removes_an_app(client, member):
    stepped_up(client, member)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    changes = AuditEvent.objects.filter(event="accounts.second_factor_changed").order_by("position")
    both = ["recovery_codes", "totp"]
    assert [event.detail for event in changes] == [{"added": both, "removed": []}, {"added": [], "removed": both}]


def test_it_records_new_recovery_codes(client, member):
    TOTP.activate(member, generate_totp_secret())
    stepped_up(client, member)
    assert client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    change = AuditEvent.objects.get(event="accounts.second_factor_changed")
    assert change.detail["added"] == ["recovery_codes"]
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_it_takes_away_a_lost_factor(client, cast, member):
    TOTP.activate(member, generate_totp_secret())
    stepped_up(client, cast.administrator)
    response = client.post(reverse("accounts:reset_factor", args=[member.pk]), {"reason": "Phone in the river"})
    assert response.status_code == 302
    assert not Authenticator.objects.filter(user=member).exists()


def test_it_changes_the_password_and_ends_other_sessions(client, member):
    from django.test import Client

    other = Client()
    sign_in(other, member.email)
    sign_in(client, member.email)
    new = "another long passphrase"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", data).status_code == 302
    assert AuditEvent.objects.filter(event="accounts.password_changed", actor_id=member.pk).exists()
    assert client.get("/account/").status_code == 200
    assert other.get("/account/")["Location"].startswith(LOGIN)


def test_it_lists_and_ends_ones_other_sessions(client, member):
    from django.test import Client

    other = Client()
    sign_in(other, member.email)
    sign_in(client, member.email)
    assert client.get("/accounts/sessions/").context["session_count"] == 2
    assert client.post("/accounts/sessions/").status_code == 302
    assert other.get("/account/")["Location"].startswith(LOGIN)
    assert client.get("/account/").status_code == 200
    assert len(events("session_ended")) == 1


def test_it_signs_out_by_post_only(client, member):
    sign_in(client, member.email)
    client.get("/accounts/logout/")
    assert client.get("/account/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/account/").status_code == 302
    assert [event.actor_id for event in events("signed_out")] == [member.pk]


@pytest.mark.parametrize("login", ["a\x00b@example.org", "\ud800@example.org", "x" * 5000, "'; --", ""])
def test_it_never_fails_on_odd_addresses(client, member, login):
    response = client.post(LOGIN, {"login": login.encode("utf-8", "surrogatepass"), "password": "a\x00b"})
    assert response.status_code in (200, 400, 422)


def test_it_opens_the_passkey_sign_in_to_strangers(client, db):
    response = client.get("/accounts/2fa/webauthn/login/", HTTP_ACCEPT="application/json")
    assert response.status_code == 200
    assert "request_options" in response.json()
