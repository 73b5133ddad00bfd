"""Rules that hold over several accounts at once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from casework.accounts.models import Role, RoleGrant, User
from casework.core.errors import Conflict


def keep_an_administrator(*, without: User | None = None, without_grant: RoleGrant | None = None) -> None:
    """Raise Conflict when no administrator would be left. Inside a transaction.

    Locks every grant of the role first and looks afterwards, so that two administrators who disable each other
    at the same moment come one after the other, and the second is refused.
    """
    held = RoleGrant.objects.in_force().filter(role=Role.ADMINISTRATOR).order_by("pk")
    ids = [grant.pk for grant in held.select_for_update()]
    left = RoleGrant.objects.in_force().filter(pk__in=ids, user__is_active=True)
    if without is not None:
        if not left.filter(user=without).exists():
            return
        left = left.exclude(user=without)
    if without_grant is not None:
        if without_grant.role != Role.ADMINISTRATOR:
            return
        left = left.exclude(pk=without_grant.pk)
    if not left.exists():
        raise Conflict(_("This is the last administrator. Make another one first."), code="last_administrator")
