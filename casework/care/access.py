"""Who may know how much somebody watched: the person, and in totals whoever leads a case that they work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.accounts.access import by_token
from casework.accounts.models import User
from casework.cases.models import Case, CaseAssignment

if TYPE_CHECKING:
    from casework.care.models import Preference


def people_led_by(user: User) -> QuerySet[User]:
    """The people who work on the open cases that this person leads, themselves left out."""
    if not user.is_active:
        return User.objects.none()
    leads = CaseAssignment.objects.filter(
        user_id=user.pk, part=CaseAssignment.Part.LEAD, ended_at=None, case__state=Case.State.OPEN
    )
    seen = Case.objects.visible_to(user).filter(pk__in=leads.values("case_id"))
    named = CaseAssignment.objects.filter(case__in=seen, ended_at=None)
    return User.objects.active().filter(pk__in=named.values("user_id")).exclude(pk=user.pk)


def can_see_total(user: User, person: User) -> bool:
    return people_led_by(user).filter(pk=person.pk).exists()


def can_change_preference(user: User, preference: Preference) -> bool:
    """One's own, at a page."""
    return user.is_active and preference.user_id == user.pk and not by_token(user)
