"""What every act on a referral begins with: the referral locked, seen and, where it is no transition, permitted."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.audit import clock
from casework.core.errors import Invalid, NotFound
from casework.core.workflow import lock
from casework.referrals.models import Referral

if TYPE_CHECKING:
    from casework.accounts.models import User


def take_referral(referral: Referral, actor: User) -> Referral:
    """The referral, locked and re-read. Raises NotFound when `actor` may not know of it. Call it in a transaction."""
    require_visible(referral, actor)
    return lock(referral)


def require_visible(referral: Referral, actor: User) -> None:
    """Raise NotFound when `actor` may not know of the referral."""
    if not Referral.objects.visible_to(actor).filter(pk=referral.pk).exists():
        raise NotFound(_("There is no such referral, or you may not see it."))


def require_past(day: datetime.date, field: str) -> None:
    """Raise Invalid for a day that has not come."""
    if day > clock.today():
        raise invalid(field, _("This is in the future. Type the day on which it happened."))


def invalid(field: str, message: str) -> Invalid:
    """A refusal of one field."""
    return Invalid(message, fields={field: [message]})
