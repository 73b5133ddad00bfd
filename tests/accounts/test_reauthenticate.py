"""Confirming who one is: each way sends its form to itself."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

BACKEND = "casework.accounts.backends.CaseworkBackend"


@pytest.mark.parametrize("way", ["account_reauthenticate", "mfa_reauthenticate"])
def test_it_sends_the_form_to_the_way_that_was_chosen(cast: Any, way: str) -> None:
    cast.investigator.set_password("a long enough passphrase")
    cast.investigator.save()
    TOTP.activate(cast.investigator, generate_totp_secret())
    RecoveryCodes.activate(cast.investigator)
    client = Client()
    client.force_login(cast.investigator, backend=BACKEND)
    page = client.get(reverse(way), {"next": "/cases/"})
    assert page.status_code == 200
    assert f'action="{reverse(way)}"' in page.content.decode()
