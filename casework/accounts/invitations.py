"""One-time links: the first administrator's, and taking one up."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.actions.people import clean_address, clean_name, new_link
from casework.accounts.actions.roles import LONGEST
from casework.accounts.actions.sessions import end_all_sessions
from casework.accounts.models import Invitation, Role, RoleGrant, User
from casework.accounts.secrets import secret_hash
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.errors import Invalid, NotFound

# Reserved by RFC 2606: no mail can go there. Whoever opens the link gives the real one.
PLACEHOLDER = "first-administrator@casework.invalid"


@transaction.atomic
def first_administrator_link(base_url: str) -> str | None:
    """The link that makes the first administrator; None when one with a password is there.

    For whoever starts the office on its own machine: also the way back in when the last administrator's role has
    run out. Every call makes a fresh link and ends the one before.
    """
    administrators = User.objects.with_role(Role.ADMINISTRATOR)
    if any(user.has_usable_password() for user in administrators):
        return None
    user = User.objects.filter(email=PLACEHOLDER, is_active=True).first()
    if user is None:
        user = User.objects.create_user(PLACEHOLDER, "First administrator")
    if not RoleGrant.objects.in_force().filter(user=user, role=Role.ADMINISTRATOR).exists():
        now = clock.now()
        grant = RoleGrant.objects.create(
            user=user,
            role=Role.ADMINISTRATOR,
            granted_by=None,
            granted_at=now,
            reason="Made by whoever started the office on its machine",
            ends_at=now + LONGEST,
        )
        record(Event.ROLE_GRANTED, actor=None, obj=user, reason=grant.reason, detail={"role": grant.role})
    link = new_link(user, base_url, asks_who=True)
    record(Event.USER_INVITED, actor=None, obj=user)
    return link


def secret_of(link: str) -> str:
    """The secret in a link's address."""
    return link.rstrip("/").rsplit("/", 1)[-1]


def open_invitation(secret: str) -> Invitation | None:
    """The invitation that `secret` opens, while it works; None for one that is used, ended or never was, alike."""
    return Invitation.objects.open().select_related("user").filter(secret_hash=secret_hash(secret)).first()


@transaction.atomic
def accept_invitation(secret: str, password: str, *, name: str = "", email: str = "") -> User:
    """Set the person's password by their link, which works no more afterwards; sessions they had end.

    `name` and `email` are asked of the first administrator only. Raises NotFound when the link does not work,
    Invalid when the password is too weak.
    """
    found = open_invitation(secret)
    if found is None:
        raise gone()
    user = User.objects.select_for_update().get(pk=found.user_id)
    invitation = Invitation.objects.open().select_for_update(of=("self",)).filter(pk=found.pk).first()
    if invitation is None:
        raise gone()
    if invitation.asks_who:
        user.name, user.email = clean_name(name), clean_address(email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("Choose another password."), fields={"password": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["name", "email", "password"])
    invitation.used_at = clock.now()
    invitation.save(update_fields=["used_at"])
    end_all_sessions(user)
    record(Event.INVITATION_ACCEPTED, actor=user, obj=user)
    return user


def gone() -> NotFound:
    """The one answer to a link that does not work, whatever the cause."""
    return NotFound(_("This link does not work any more. Ask your administrator for a new one."))
