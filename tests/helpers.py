"""Small helpers for tests of pages."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.contrib.auth import SESSION_KEY
from django.test import Client

from casework.accounts.models import User

BACKEND = "casework.accounts.backends.CaseworkBackend"


def stepped_up(client: Client, user: User | None = None, *, seconds_ago: float = 0) -> Client:
    """Mark the session of `client` (after signing `user` in, when given) as proved again `seconds_ago`."""
    if user is not None:
        client.force_login(user, backend=BACKEND)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() - seconds_ago, "reauthenticated": True}
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session[SESSION_KEY]
    session.save()
    return client
