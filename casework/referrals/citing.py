"""Tells the evidence room which referrals disclosed an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from casework.evidence.citations import Citation, register
from casework.referrals.models import Referral

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item


def referrals_disclosing(item: Item, user: User) -> Iterator[Citation]:
    """The referrals with which the item was disclosed, newest first, as far as they are visible. One query."""
    found = Referral.objects.visible_to(user).filter(disclosures__item=item).select_related("recipient")
    for referral in found.distinct().order_by("-sent_at"):
        label = f"{referral.reference}, {referral.recipient.code}"
        day = referral.sent_at.date() if referral.sent_at else None
        yield Citation(label, reverse("referrals:detail", args=[referral.pk]), referral.get_state_display(), day)


def register_citations() -> None:
    register("referrals", referrals_disclosing)
