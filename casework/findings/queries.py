"""Questions other rooms ask about findings."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.accounts.models import Role
from casework.audit import clock
from casework.findings.models import Finding

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case


def finding_in_force(case: Case, day: datetime.date | None = None) -> Finding | None:
    """The office's conclusion about the case on `day` (today when left out), or None."""
    return Finding.objects.filter(case=case).in_force(day or clock.today()).first()


def open_proposal(case: Case) -> Finding | None:
    """The finding that is proposed or was returned for changes; a case has one at a time."""
    return Finding.objects.filter(case=case).undecided().first()


def waiting_for(user: User) -> QuerySet[Finding]:
    """Proposals that the person can see and reviews, oldest first, without those they proposed."""
    return queue_of(user).exclude(proposed_by=user)


def queue_of(user: User) -> QuerySet[Finding]:
    """The review queue: proposals of the teams in which the person is a reviewer, oldest first, own ones too."""
    return Finding.objects.visible_to(user).filter(case__team_id__in=user.teams_as(Role.REVIEWER)).waiting()


def own_proposals(user: User) -> QuerySet[Finding]:
    """What the person proposed and is not decided, returned ones first."""
    return Finding.objects.visible_to(user).undecided().filter(proposed_by=user).order_by("-state", "proposed_at", "id")
