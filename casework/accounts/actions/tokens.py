"""Making and revoking personal tokens."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts import access
from casework.accounts.models import TOKEN_PREFIX, Token, User
from casework.accounts.secrets import new_secret, secret_hash
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict, Invalid

LONGEST = datetime.timedelta(days=366)
NAME_LONGEST = 80
MOST = 20
SHOWN = 12  # characters by which a token is recognised in lists


@transaction.atomic
def make_token(user: User, *, actor: User, name: str, scope: str, ends_at: datetime.datetime) -> tuple[Token, str]:
    """A token bound to one's own rights, and its secret, which is shown this once.

    `scope` is "read" or "write" (read and write). Raises Invalid for an end that is past or more than a year away,
    Conflict at 20 usable tokens.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(access.can_make_token, actor, user)
    _check(name := name.strip(), scope, ends_at)
    if Token.objects.usable().filter(user=user).count() >= MOST:
        raise Conflict(_("You have 20 tokens. Revoke one first."))
    secret = new_secret(TOKEN_PREFIX)
    token = Token.objects.create(
        user=user,
        name=name,
        scope=scope,
        prefix=secret[:SHOWN],
        secret_hash=secret_hash(secret),
        made_at=clock.now(),
        ends_at=ends_at,
    )
    record(Event.TOKEN_CREATED, actor=actor, obj=token, detail={"scope": str(scope), "ends_at": ends_at.isoformat()})
    return token, secret


def _check(name: str, scope: str, ends_at: datetime.datetime) -> None:
    if not 0 < len(name) <= NAME_LONGEST:
        message = _("Give the token a name of at most 80 characters.")
        raise Invalid(message, fields={"name": [message]})
    if scope not in Token.Scope.values:
        raise Invalid(_("There is no such scope."), fields={"scope": [_("There is no such scope.")]})
    now = clock.now()
    if not now < ends_at <= now + LONGEST:
        message = _("The end has to be after today and within one year.")
        raise Invalid(message, fields={"ends_on": [message]})


@transaction.atomic
def revoke_token(token: Token, *, actor: User) -> Token:
    """The token works no more, from the next request on. Revoking twice changes nothing."""
    token = Token.objects.select_for_update().get(pk=token.pk)
    require(access.can_revoke_token, actor, token)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        record(Event.TOKEN_REVOKED, actor=actor, obj=token)
    return token
