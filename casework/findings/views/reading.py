"""A finding as a page, and the way there."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.cases.views.editing import CaseRequest
from casework.core.access import visible_or_404
from casework.evidence.caveats import limit_of
from casework.evidence.models.items import Establishes
from casework.findings.models import Finding, Qualification
from casework.findings.soundness import known_damage
from casework.findings.workflow import FINDING_WORKFLOW

WITH = (
    "case__team",
    "case__region",
    "case__victims_party",
    "case__responsible_party",
    "region",
    "victims_party",
    "responsible_party",
    "proposed_by",
    "approved_by",
    "returned_by",
    "supersedes",
)


def seen_finding(request: CaseRequest, pk: Any) -> Finding:
    """The finding of this address with its case and people, or 404."""
    return visible_or_404(Finding.objects.select_related(*WITH), request.user, pk=pk)


@require_GET
def finding_detail(request: CaseRequest, pk: Any) -> HttpResponse:
    """Everything the finding says, stands on, and went through."""
    finding = seen_finding(request, pk)
    available = {transition.name for transition in FINDING_WORKFLOW.available(finding, request.user)}
    context = {
        **claim_of(finding),
        "may_review": "approve" in available or "return" in available,
        "may_resubmit": "resubmit" in available,
        "may_withdraw": "withdraw" in available,
        "later": finding.superseded_by.first(),
    }
    return render(request, "findings/finding_detail.html", context)


def claim_of(finding: Finding) -> dict[str, Any]:
    """What the templates that show a finding's content need."""
    counts = list(finding.victim_counts.all())
    return {
        "finding": finding,
        "case": finding.case,
        "counts": counts,
        "least": sum(count.at_least for count in counts),
        "most": sum(count.at_most for count in counts),
        "qualifications": [Qualification(value).label for value in finding.qualifications],
        "cited": _cited(finding),
        "damaged": known_damage(finding),
    }


def _cited(finding: Finding) -> list[dict[str, Any]]:
    """The cited evidence, one entry for each item with its frozen files."""
    rows = finding.cited.select_related("item", "item__registered_by", "item__testimony", "link").order_by("id")
    entries = []
    for _key, group in groupby(rows, key=lambda row: row.link_id):
        files = list(group)
        entries.append(
            {
                "item": files[0].item,
                "link": files[0].link,
                "establishes": [Establishes(value).label for value in files[0].establishes],
                "bearing": files[0].get_bearing_display(),
                "contradicts": files[0].bearing == "contradicts",
                "limit": limit_of(files[0].item),
                "files": [row for row in files if row.sha256],
            }
        )
    return entries
