"""Questions that pages and other rooms ask about referrals."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from casework.accounts.models import Role
from casework.findings.models import Finding
from casework.referrals.access import can_read_confidential
from casework.referrals.models import Correspondence, Disclosure, Recipient, Referral

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case


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


def outdated_holdings(user: User) -> QuerySet[Disclosure]:
    """Register lines, visible to the person, of findings that were superseded and of which the same recipient was sent
    no later version of the case; the recipient may be offered a supplement."""
    later = Disclosure.objects.filter(
        recipient_id=OuterRef("recipient_id"), case_id=OuterRef("case_id"), item=None, pk__gt=OuterRef("pk")
    )
    lines = Disclosure.objects.visible_to(user).filter(
        ~Exists(later), item=None, finding__superseded_by__state=Finding.State.APPROVED
    )
    return lines.select_related("recipient", "referral", "case", "finding").order_by("disclosed_at", "id")


def letters_of(referral: Referral, user: User) -> list[dict[str, Any]]:
    """The correspondence as the person may know it: of a confidential letter others learn that there is one."""
    letters = referral.correspondence.select_related("recorded_by").prefetch_related("files__blob")
    if can_read_confidential(user, referral):
        return [{"letter": letter} for letter in letters]
    open_ones = letters.filter(confidential=False)
    rows: list[dict[str, Any]] = [{"letter": letter, "dated": letter.dated} for letter in open_ones]
    hidden = referral.correspondence.filter(confidential=True)
    for kind, direction, dated in hidden.values_list("kind", "direction", "dated"):
        is_reply = kind == Correspondence.Kind.REPLY
        rows.append({"letter": None, "is_reply": is_reply, "direction": direction, "dated": dated})
    return sorted(rows, key=lambda row: row["dated"])


def may_know_outcome(user: User, referral: Referral) -> bool:
    """Whether what became of it may be told: an outcome drawn from confidential letters is as confidential as they
    are."""
    if can_read_confidential(user, referral):
        return True
    return not referral.correspondence.filter(confidential=True).exists()


def referrals_of(case: Case, user: User) -> QuerySet[Referral]:
    """The case's referrals that the person may see, the latest first."""
    return Referral.objects.visible_to(user).holding(case).select_related("recipient").order_by("-prepared_at", "-id")
