"""What the pages of signing in say, in our words and not in those of the library."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache

from tests.helpers import stepped_up

PASSWORD = "correct horse battery staple"
FOREIGN = re.compile(
    r"Successfully|Two-Factor|Authenticator code:|Please enter|This action|Are you sure|Incorrect|Email address and/or"
)


@pytest.fixture
def member(cast):
    cast.investigator.set_password(PASSWORD)
    cast.investigator.save()
    cache.clear()
    return cast.investigator


@pytest.fixture
def with_app(member):
    TOTP.activate(member, generate_totp_secret())
    RecoveryCodes.activate(member)
    return member


def sign_in(client, person, **extra):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True, **extra)


def test_it_greets_nobody_by_a_message(client, member):
    page = sign_in(client, member).content.decode()
    assert not FOREIGN.search(page)
    assert 'class="messages"' not in page


def test_it_says_that_a_recovery_code_may_be_typed(client, with_app):
    page = sign_in(client, with_app).content.decode()
    assert "<h1>Second step</h1>" in page
    assert "one of your recovery codes" in page
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "1"})
    assert wrong.status_code == 200
    assert "a recovery code works once" in wrong.content.decode()


@pytest.mark.parametrize(
    "address",
    ["reauthenticate/", "2fa/reauthenticate/", "2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/",
     "2fa/totp/deactivate/", "2fa/webauthn/add/", "2fa/webauthn/", "sessions/", "password/change/", "logout/"],
)  # fmt: skip
def test_it_speaks_plainly_on_every_page(client, with_app, address):
    page = stepped_up(client, with_app).get(f"/accounts/{address}")
    assert page.status_code == 200
    text = page.content.decode()
    assert not FOREIGN.search(text)
    heading = re.search(r"<h1>([^<]+)</h1>", text)
    assert heading is not None
    assert heading[1] == heading[1].capitalize()
    assert "placeholder" not in text[text.index("<main") :]


def test_it_has_words_for_what_was_done(client, with_app):
    stepped_up(client, with_app)
    page = client.post("/accounts/2fa/totp/deactivate/", follow=True).content.decode()
    assert "The authenticator app is off." in page
    assert not Authenticator.objects.filter(user=with_app).exists()


def test_it_leads_auditors_to_break_glass_from_the_audit(client, cast):
    """And nobody who may not use it."""
    client.force_login(cast.auditor)
    assert 'href="/cases/break-glass/"' in client.get("/audit/").content.decode()
    assert stepped_up(client, cast.auditor).get("/cases/break-glass/").status_code == 200
    client.force_login(cast.administrator)
    assert "/cases/break-glass/" not in client.get("/audit/").content.decode()
    client.force_login(cast.reviewer)
    assert 'href="/cases/break-glass/"' in client.get("/cases/").content.decode()
