"""This room's part of the case page: the conclusion in force, what is proposed, and what still stands in the way."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.cases.case_rooms import case_counts
from casework.cases.rooms import CaseRoom, Facts, Step, register
from casework.evidence.case_room import evidence_counts
from casework.findings.access import can_propose_finding
from casework.findings.elements import state_of, tables
from casework.findings.models import ElementAssessment, Finding, VictimCount

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from casework.accounts.models import User
    from casework.cases.models import Case


def findings_of(case: Case) -> list[Finding]:
    """The case's findings, newest first, read once and kept on the object for the rest of the request."""
    known: list[Finding] | None = getattr(case, "known_findings", None)
    if known is None:
        known = list(_findings().filter(case=case))
        for finding in known:
            finding.case = case
            finding.stated = [VictimCount(finding=finding, **row) for row in finding.stated]  # type: ignore[attr-defined]
        case.known_findings = known  # type: ignore[attr-defined]
    return known


@cache
def _findings() -> QuerySet[Finding]:
    """All findings with what a page says of them; `stated` are the victims by status, in their order. Put together once
    and never read itself: each page filters it."""
    rows = VictimCount.objects.filter(finding=OuterRef("pk"))
    stated = ArraySubquery(rows.values(row=JSONObject(status="status", at_least="at_least", at_most="at_most")))
    people_and_parties = ("proposed_by", "approved_by", "victims_party", "responsible_party")
    return Finding.objects.select_related(*people_and_parties).annotate(stated=stated).with_damage()


def finding_today(case: Case) -> Finding | None:
    """The finding in force today."""
    return next((each for each in findings_of(case) if each.is_in_force), None)


def _counts() -> dict[str, Combinable]:
    elements = ElementAssessment.objects.filter(case=OuterRef("pk"))
    row = JSONObject(qualification="qualification", element="element", standing="standing")
    return {"assessed": ArraySubquery(elements.values(row=row))}


def facts_of(case: Case, user: User) -> Facts:
    """The case's findings, newest first, its matrix of elements, and what a proposal would still lack."""
    findings = findings_of(case)
    proposed = next((each for each in findings if each.state in ("proposed", "returned")), None)
    return {
        "findings": findings,
        "in_force": finding_today(case),
        "proposed": proposed,
        "may_propose": proposed is None and can_propose_finding(user, case),
        "matrix": tables(ElementAssessment(**row) for row in case_counts(case)["assessed"]),
        "before": _before(case),
    }


def _before(case: Case) -> list[dict[str, Any]]:
    """What a finding needs, and whether the case has it."""
    counts = case_counts(case)
    victims, unclear = counts["victims"], counts["without_status"]
    people = reverse("cases:people", args=[case.pk])
    detail = reverse("cases:detail", args=[case.pk])
    return [
        {"label": _("Date of the incident"), "url": detail, "met": bool(case.occurred)},
        {"label": _("Party of the victims"), "url": detail, "met": case.victims_party_id is not None},
        {"label": _("Victims recorded"), "url": people, "met": bool(victims)},
        {
            "label": _("Status at death"),
            "url": people,
            "met": bool(victims) and not unclear,
            "missing": ngettext("%(count)d unclear", "%(count)d unclear", unclear) % {"count": unclear}
            if unclear
            else "",
        },
        {"label": _("Evidence linked"), "url": "", "met": bool(evidence_counts(case)["items"])},
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
            counts=_counts,
            facts=facts_of,
            count=lambda facts: len(facts["findings"]),
            steps=steps_of,
            head_template="findings/_case_head.html",
            overview_template="findings/_case_overview.html",
            aside_template="findings/_case_aside.html",
        )
    )
