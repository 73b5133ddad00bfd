"""This room's part of the case page: the conclusion in force, what is proposed, and what still stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.cases.models import Victim
from casework.cases.models.people import StatusAtDeath
from casework.cases.rooms import CaseRoom, Facts, Step, register
from casework.evidence.models import EvidenceLink
from casework.findings.access import can_propose_finding
from casework.findings.elements import state_of, tables
from casework.findings.models import Finding

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case


def facts_of(case: Case, user: User) -> Facts:
    """The case's findings, newest first, its matrix of elements, and what a proposal would still lack."""
    findings = list(
        Finding.objects.filter(case=case)
        .select_related("proposed_by", "approved_by", "victims_party", "responsible_party", "returned_by")
        .prefetch_related("victim_counts", "superseded_by")
    )
    matrix = tables(case.elements.all())
    proposed = next((each for each in findings if each.state in ("proposed", "returned")), None)
    return {
        "findings": findings,
        "in_force": next((each for each in findings if each.is_in_force), None),
        "proposed": proposed,
        "may_propose": proposed is None and can_propose_finding(user, case),
        "matrix": matrix,
        "before": _before(case),
    }


def _before(case: Case) -> list[dict[str, Any]]:
    """What a finding needs, and whether the case has it."""
    linked = EvidenceLink.objects.present().filter(case=case).count()
    victims = Victim.objects.present().filter(case=case).aggregate(
        all=Count("pk"), unclear=Count("pk", filter=Q(status_at_death=StatusAtDeath.UNKNOWN))
    )  # fmt: skip
    people = reverse("cases:people", args=[case.pk])
    detail = reverse("cases:detail", args=[case.pk])
    return [
        {"label": _("Date of the incident"), "url": detail, "met": bool(case.occurred)},
        {"label": _("Party of the victims"), "url": detail, "met": case.victims_party_id is not None},
        {"label": _("Victims recorded"), "url": people, "met": bool(victims["all"])},
        {
            "label": _("Status at death"),
            "url": people,
            "met": bool(victims["all"]) and not victims["unclear"],
            "missing": ngettext("%(count)d unclear", "%(count)d unclear", victims["unclear"])
            % {"count": victims["unclear"]}
            if victims["unclear"]
            else "",
        },
        {"label": _("Evidence linked"), "url": "", "met": bool(linked)},
    ]


def steps_of(case: Case, facts: Facts) -> list[Step]:
    """Elements, and the finding itself."""
    state = state_of(facts["matrix"])
    gaps = sum(len(table.open_rows) for table in facts["matrix"] if table.started)
    note = ngettext("%(count)d not established", "%(count)d not established", gaps) % {"count": gaps} if gaps else ""
    elements = Step(_("Elements"), state, reverse("findings:elements", args=[case.pk]), note)
    url = reverse("findings:case_findings", args=[case.pk])
    if facts["proposed"]:
        words = facts["proposed"].get_state_display()
        return [elements, Step(_("Finding"), "started", url, words)]
    return [elements, Step(_("Finding"), "done" if facts["in_force"] else "not_started", url)]


def register_all() -> None:
    """Put the parts in their places; called once when Django is ready."""
    register(
        CaseRoom(
            "findings",
            40,
            label=_("Findings"),
            url_name="findings:case_findings",
            facts=facts_of,
            count=lambda facts: len(facts["findings"]),
            steps=steps_of,
            head_template="findings/_case_head.html",
            overview_template="findings/_case_overview.html",
            aside_template="findings/_case_aside.html",
        )
    )
