"""Ending the sessions of a person."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from casework.accounts.models import User


def end_all_sessions(user: User) -> int:
    """End every session of `user` now and return how many there were. Inside the transaction of what causes it."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    return len(keys)
