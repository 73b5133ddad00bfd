"""Inviting, disabling and enabling people."""

from __future__ import annotations

import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.accounts import access
from casework.accounts.actions.sessions import end_all_sessions
from casework.accounts.guards import keep_an_administrator
from casework.accounts.models import Invitation, User
from casework.accounts.secrets import new_secret, secret_hash
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict, Invalid

LINK_LASTS = datetime.timedelta(days=7)
NAME_LONGEST = 120
EMAIL_LONGEST = 200


@transaction.atomic
def invite_person(*, actor: User, email: str, name: str) -> tuple[User, str]:
    """A new account without any role, and the link with which the person sets a password: once, within 7 days.

    The link is nowhere stored; hand it over by a way that others do not read. Raises Invalid when the address is
    taken or not one.
    """
    require(access.can_invite_person, actor, None)
    email, name = clean_address(email), clean_name(name)
    user = User.objects.create_user(email, name)
    link = new_link(user)
    record(Event.USER_INVITED, actor=actor, obj=user)
    return user, link


@transaction.atomic
def make_new_link(user: User, *, actor: User, reason: str) -> str:
    """Another link, for a person who lost theirs or forgot the password; links given before stop working.

    The password stays as it is until the link is used, and a second factor is still asked for.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_make_new_link, actor, user)
    reason = needed_reason(reason)
    link = new_link(user)
    record(Event.USER_INVITED, actor=actor, obj=user, reason=reason, detail={"again": True})
    return link


def new_link(user: User, base_url: str = "", *, asks_who: bool = False) -> str:
    """The address of a fresh one-time link for `user`; earlier ones end. Inside the caller's transaction."""
    now = clock.now()
    Invitation.objects.filter(user=user, used_at__isnull=True, ends_at__gt=now).update(ends_at=now)
    secret = new_secret()
    Invitation.objects.create(
        user=user, secret_hash=secret_hash(secret), made_at=now, ends_at=now + LINK_LASTS, asks_who=asks_who
    )
    return (base_url or settings.CASEWORK_BASE_URL).rstrip("/") + reverse("accounts:invitation", args=[secret])


@transaction.atomic
def change_name(user: User, *, actor: User, name: str) -> User:
    """How the person is called. Past events keep the name they were recorded with."""
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_change_name, actor, user)
    user.name = clean_name(name)
    user.save(update_fields=["name"])
    record(Event.NAME_CHANGED, actor=actor, obj=user)
    return user


@transaction.atomic
def disable_user(user: User, *, actor: User, reason: str) -> User:
    """Shut the account now: every session, token and open link of it ends in the same transaction.

    Roles are kept, so that enabling restores them. Raises Conflict for the last administrator, or when it is
    disabled already.
    """
    require(access.can_disable_user, actor, user)
    keep_an_administrator(without=user)
    user = User.objects.select_for_update().get(pk=user.pk)
    reason = needed_reason(reason)
    if not user.is_active:
        raise Conflict(_("This account is disabled already."))
    now = clock.now()
    user.is_active, user.disabled_at = False, now
    user.save(update_fields=["is_active", "disabled_at"])
    sessions = end_all_sessions(user)
    tokens = user.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    user.invitations.filter(used_at__isnull=True, ends_at__gt=now).update(ends_at=now)
    record(
        Event.USER_DISABLED,
        actor=actor,
        obj=user,
        reason=reason,
        detail={"sessions_ended": sessions, "tokens_revoked": tokens},
    )
    return user


@transaction.atomic
def enable_user(user: User, *, actor: User, reason: str = "") -> User:
    """Open the account again with the roles still in force. Its tokens stay revoked. Conflict when it is enabled."""
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_enable_user, actor, user)
    if user.is_active:
        raise Conflict(_("This account is enabled already."))
    user.is_active, user.disabled_at = True, None
    user.save(update_fields=["is_active", "disabled_at"])
    record(Event.USER_ENABLED, actor=actor, obj=user, reason=reason)
    return user


@transaction.atomic
def reset_second_factor(user: User, *, actor: User, reason: str) -> int:
    """Take away the app, keys and recovery codes of a person who lost them, and end their sessions.

    Returns how many were taken away. Raises Conflict when there are none.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_reset_second_factor, actor, user)
    reason = needed_reason(reason)
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds:
        raise Conflict(_("This person has no second factor."))
    Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user)
    record(Event.SECOND_FACTOR_CHANGED, actor=actor, obj=user, reason=reason, detail={"removed": kinds})
    return len(kinds)


def clean_address(email: str) -> str:
    """The address in lower case; raises Invalid when it is none or belongs to an account."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("Give a full e-mail address."), fields={"email": error.messages}) from error
    if len(email) > EMAIL_LONGEST or User.objects.filter(email__iexact=email).exists():
        message = _("There is an account with this address already.")
        raise Invalid(message, fields={"email": [message]})
    return email


def clean_name(name: str) -> str:
    """The name without space around it; raises Invalid when nothing is left or it is too long."""
    name = name.strip()
    if not 0 < len(name) <= NAME_LONGEST:
        message = _("Give the name, in at most 120 characters.")
        raise Invalid(message, fields={"name": [message]})
    return name


def needed_reason(reason: str) -> str:
    """The reason without space around it; raises Invalid when there is none."""
    reason = reason.strip()
    if not reason:
        message = _("Say why: it is recorded.")
        raise Invalid(message, fields={"reason": [message]})
    return reason
