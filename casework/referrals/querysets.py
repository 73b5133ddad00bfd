"""Who sees which referrals: people of the preparing team who may see every case in them. Confidential letters are for
the team's referral officers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.accounts.models import Role
from casework.audit import clock
from casework.cases.models import Case

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_referral(user: User, path: str = "") -> Q:
    """The predicate; `path` leads from the filtered model to the referral. A referral with one hidden case is
    hidden."""
    referral_id = OuterRef(f"{path}pk" if path else "pk")
    cases = apps.get_model("referrals", "ReferralCase").objects.filter(referral_id=referral_id)
    hidden = cases.exclude(case__in=Case.objects.visible_to(user))
    return Q(**{f"{path}team_id__in": user.reading_teams}) & ~Q(Exists(hidden))


def readable_letter(user: User, path: str = "") -> Q:
    """Letters that are not confidential, and those of referrals of teams in which the person is a referral officer."""
    officer = Q(**{f"{path}referral__team_id__in": user.teams_as(Role.REFERRAL_OFFICER)})
    return visible_referral(user, f"{path}referral__") & (Q(**{f"{path}confidential": False}) | officer)


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReferralQuerySet:
        return self.filter(visible_referral(user)) if user.is_active else self.none()

    def holding(self, case: Case) -> ReferralQuerySet:
        """Referrals that hold the case."""
        parts = apps.get_model("referrals", "ReferralCase").objects.filter(referral_id=OuterRef("pk"), case=case)
        return self.filter(Exists(parts))

    def awaiting_answer(self) -> ReferralQuerySet:
        """Sent, and not yet replied to or closed."""
        return self.filter(state__in=["sent", "acknowledged"])

    def overdue(self, day: datetime.date | None = None) -> ReferralQuerySet:
        """Without the acknowledgement, or once acknowledged the reply, that was due before `day` (today if left
        out)."""
        day = day or clock.today()
        return self.filter(
            Q(state="sent", ack_due_on__lt=day) | Q(state__in=["sent", "acknowledged"], reply_due_on__lt=day)
        )

    def without_answer_since(self, days: int) -> ReferralQuerySet:
        """Awaiting an answer and sent `days` days ago or earlier; the longest wait first."""
        last = clock.today() - datetime.timedelta(days=days)
        return self.awaiting_answer().filter(sent_on__lte=last).order_by("sent_on", "id")


class ReferralPartQuerySet(models.QuerySet):
    """Rows that belong to one referral by their `referral` foreign key."""

    def visible_to(self, user: User) -> ReferralPartQuerySet:
        return self.filter(visible_referral(user, "referral__")) if user.is_active else self.none()


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> LetterQuerySet:
        """Letters whose content the person may read; of a confidential one, others learn only that it exists."""
        return self.filter(readable_letter(user)) if user.is_active else self.none()


class LetterFileQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> LetterFileQuerySet:
        return self.filter(readable_letter(user, "letter__")) if user.is_active else self.none()
