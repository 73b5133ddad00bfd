"""Who sees which referrals: people of the preparing team who may see every case in them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.audit import clock
from casework.cases.models import Case

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_referral(user: User, path: str = "") -> Q:
    """The predicate; `path` leads from the filtered model to the referral. A referral with one hidden case is hidden."""
    referral_id = OuterRef(f"{path}pk" if path else "pk")
    cases = apps.get_model("referrals", "ReferralCase").objects.filter(referral_id=referral_id)
    hidden = cases.exclude(case__in=Case.objects.visible_to(user))
    return Q(**{f"{path}team_id__in": user.reading_teams}) & ~Exists(hidden)


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReferralQuerySet:
        return self.filter(visible_referral(user)) if user.is_active else self.none()

    def awaiting_answer(self) -> ReferralQuerySet:
        """Sent, and not yet replied to or closed."""
        return self.filter(state__in=["sent", "acknowledged"])

    def overdue(self, day: datetime.date | None = None) -> ReferralQuerySet:
        """Without the acknowledgement, or the reply, that was due before `day`."""
        day = day or clock.today()
        return self.filter(
            Q(state="sent", ack_due_on__lt=day)
            | Q(state__in=["sent", "acknowledged"], reply_due_on__lt=day)
        )


class ReferralPartQuerySet(models.QuerySet):
    """Rows that belong to one referral by their `referral` foreign key."""

    def visible_to(self, user: User) -> ReferralPartQuerySet:
        return self.filter(visible_referral(user, "referral__")) if user.is_active else self.none()
