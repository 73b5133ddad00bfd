"""This room's part of the case page: the Referrals tab, its step, the table on the overview, what is missing and
overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.cases.case_rooms import case_counts
from casework.cases.rooms import CaseRoom, Facts, Step, register
from casework.evidence.case_room import evidence_counts
from casework.findings.case_room import finding_today
from casework.referrals.access import can_refer_case
from casework.referrals.models import Referral, ReferralCase
from casework.referrals.queries import outdated_holdings, referrals_of

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from casework.accounts.models import User
    from casework.cases.models import Case

State = Referral.State


def facts_of(case: Case, user: User) -> Facts:
    """The case's referrals as the person may see them, those overdue, and who holds a superseded finding."""
    referrals = list(referrals_of(case, user)) if case_counts(case)["referred"] else []
    sent = any(row.is_sent for row in referrals)
    return {
        "referrals": referrals,
        "overdue": [row for row in referrals if row.overdue],
        "outdated": list(outdated_holdings(user).filter(case=case)) if sent else [],
        "may_refer": can_refer_case(user, case),
        "before": _before(case),
    }


def _counts() -> dict[str, Combinable]:
    """Whether any referral holds the case; which of them a person sees is asked only then."""
    return {"referred": Exists(ReferralCase.objects.filter(case=OuterRef("pk")))}


def _before(case: Case) -> list[dict[str, Any]]:
    """What is looked at before a referral: whether it is done, and what is missing in words."""
    evidence, waiting = evidence_counts(case), case_counts(case)["unconsented"]
    closed = evidence["items"] - evidence["shared"]
    return [
        {
            "label": _("Finding in force"),
            "url": reverse("findings:case_findings", args=[case.pk]),
            "met": finding_today(case) is not None,
            "missing": _("Preliminary"),
        },
        {
            "label": _("Evidence that may be shared"),
            "url": reverse("evidence:case_evidence", args=[case.pk]),
            "met": bool(evidence["items"]) and not closed,
            "missing": ngettext("%(count)d held back", "%(count)d held back", closed) % {"count": closed}
            if closed
            else _("None yet"),
        },
        {
            "label": _("Consent to naming"),
            "url": reverse("cases:people", args=[case.pk]),
            "met": not waiting,
            "missing": ngettext("%(count)d missing", "%(count)d missing", waiting) % {"count": waiting},
        },
    ]


def steps_of(case: Case, facts: Facts) -> list[Step]:
    """Done when something was sent; started when something is being prepared."""
    url = reverse("referrals:case_referrals", args=[case.pk])
    live = [row for row in facts["referrals"] if row.state != State.WITHDRAWN]
    if any(row.is_sent for row in live):
        return [Step(_("Referral"), "done", url)]
    return [Step(_("Referral"), "started" if live else "not_started", url)]


def register_room() -> None:
    """Put the room on every case page."""
    register(
        CaseRoom(
            key="referrals",
            order=60,
            label=_("Referrals"),
            url_name="referrals:case_referrals",
            counts=_counts,
            facts=facts_of,
            count=lambda facts: len(facts["referrals"]),
            steps=steps_of,
            overview_template="referrals/_case_overview.html",
            aside_template="referrals/_case_aside.html",
        )
    )
