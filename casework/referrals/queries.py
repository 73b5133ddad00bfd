"""Questions that pages and other rooms ask about referrals."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.accounts.models import Role
from casework.findings.models import Finding
from casework.referrals.models import Disclosure, Recipient, Referral

if TYPE_CHECKING:
    from casework.accounts.models import User


def recipients_in_use() -> list[tuple[uuid.UUID, str]]:
    """(key, name) of every recipient that a referral may go to."""
    return list(Recipient.objects.filter(in_use=True).values_list("pk", "name"))


def holders_of(finding: Finding) -> QuerySet[Recipient]:
    """The recipients that were sent this very finding, whichever is in force now."""
    return Recipient.objects.filter(disclosures__finding=finding).distinct()


def waiting_for_approval(user: User) -> QuerySet[Referral]:
    """Referrals that the person can see, may decide on and wrote no part of, the oldest first."""
    teams = user.teams_as(Role.REFERRAL_OFFICER, Role.REVIEWER)
    waiting = Referral.objects.visible_to(user).filter(state=Referral.State.AWAITING_APPROVAL, team_id__in=teams)
    return waiting.exclude(drafters__contains=[user.pk]).order_by("updated_at", "id")


def holds_outdated(user: User) -> QuerySet[Disclosure]:
    """Lines of the register, visible to the person, whose finding was superseded and not yet supplemented."""
    superseded = Disclosure.objects.visible_to(user).filter(item=None, finding__superseded_by__isnull=False)
    return superseded.select_related("recipient", "referral", "case", "finding")
