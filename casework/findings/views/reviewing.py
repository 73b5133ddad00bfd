"""The review queue, and a reviewer's decision."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.accounts.models import Role
from casework.accounts.step_up import step_up_required
from casework.audit import clock
from casework.cases.views.editing import CaseRequest, answer_form
from casework.core.access import require
from casework.core.dates import format_range, quarter_end
from casework.core.paging import keyset_page
from casework.findings import access, actions
from casework.findings.forms import ApprovalForm, ReturnForm
from casework.findings.models import Finding
from casework.findings.queries import finding_in_force, own_proposals, queue_of, waiting_for
from casework.findings.snapshots import changed_fields
from casework.findings.soundness import known_damage
from casework.findings.views.reading import claim_of, seen_finding
from casework.findings.wording import differences
from casework.findings.workflow import reasons_against_approval


@require_GET
def review_queue(request: CaseRequest) -> HttpResponse:
    """What waits for a decision, oldest first, and what the person proposed and is not decided."""
    user = request.user
    queue = queue_of(user).select_related("case", "case__team", "proposed_by").prefetch_related("victim_counts")
    page = keyset_page(
        queue.order_by(), request.GET, orderings={"oldest": ("proposed_at",)}, default="oldest", page_size=25
    )
    context = {
        "page": page,
        "reviews": bool(user.teams_as(Role.REVIEWER)),
        "proposes": bool(user.teams_as(Role.INVESTIGATOR)),
        "waiting": waiting_for(user).count(),
        "own": own_proposals(user).select_related("case", "returned_by"),
    }
    return render(request, "findings/review_queue.html", context)


@require_GET
def finding_review(request: CaseRequest, pk: Any) -> HttpResponse:
    """The claim beside the evidence it cites, and what changed since it was returned."""
    finding = seen_finding(request, pk)
    require(access.can_review_finding, request.user, finding)
    context = {
        **claim_of(finding),
        "differences": differences(finding),
        "changed": set(changed_fields(finding)),
        "returned_reason": _returned_reason(finding),
        "blocked": [*reasons_against_approval(finding, request.user), *known_damage(finding)],
        "decidable": finding.state == Finding.State.PROPOSED,
        "in_force": finding_in_force(finding.case),
        "own": finding.proposed_by_id == request.user.pk,
    }
    return render(request, "findings/finding_review.html", context)


@require_http_methods(["GET", "POST"])
@step_up_required
def finding_approve(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask again with the consequences, then approve what was read."""
    finding = seen_finding(request, pk)
    require(access.can_review_finding, request.user, finding)
    form = ApprovalForm(request.POST or None, initial={"expected": finding.updated_at})
    blocked = reasons_against_approval(finding, request.user)
    if finding.state != Finding.State.PROPOSED:
        blocked.insert(0, _("It is now “%(state)s”.") % {"state": finding.get_state_display()})
    context = {
        **claim_of(finding),
        "page": _("Approve %(reference)s") % {"reference": finding.reference},
        "submit_text": _("Approve: put it in force"),
        "cancel_url": reverse("findings:review", args=[finding.pk]),
        "consequences": _consequences(finding),
        "blocked": [*blocked, *known_damage(finding)] if request.method == "GET" else [],
    }
    return answer_form(
        request, "findings/finding_confirm.html", form,
        lambda values: actions.approve_finding(finding, actor=request.user, **values),
        success_url=reverse("findings:detail", args=[finding.pk]), context=context,
        message=_("Approved. It is the office's conclusion from today."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def finding_return(request: CaseRequest, pk: Any) -> HttpResponse:
    """Return it for changes, with a reason code and a note."""
    finding = seen_finding(request, pk)
    require(access.can_review_finding, request.user, finding)
    form = ReturnForm(request.POST or None)
    context = {
        **claim_of(finding),
        "page": _("Return %(reference)s") % {"reference": finding.reference},
        "submit_text": _("Return for changes"),
        "cancel_url": reverse("findings:review", args=[finding.pk]),
        "consequences": [_("%(name)s can change it and propose it again.") % {"name": finding.proposed_by}],
    }
    return answer_form(
        request, "findings/finding_confirm.html", form,
        lambda values: actions.return_finding(finding, actor=request.user, **values),
        success_url=reverse("findings:review_queue"), context=context, message=_("Returned for changes."),
    )  # fmt: skip


def _consequences(finding: Finding) -> list[str]:
    today = clock.today()
    lines = [
        _("From %(day)s it is the office's conclusion about %(case)s, and counts in the figures.")
        % {"day": format_range(today, today), "case": finding.case.reference},
        _("It can never be changed or deleted, only superseded by a later finding."),
    ]
    if earlier := finding_in_force(finding.case):
        lines.append(
            _("It supersedes %(reference)s, which stops being in force today. Recipients who hold it will be listed.")
            % {"reference": earlier.reference}
        )
    if today > quarter_end(finding.occurred_latest):
        lines.append(_("It is marked as a late verification: the quarter of the incident is over."))
    lines.append(_("The files it cites are hashed again now; it is refused if one of them has changed."))
    return lines


def _returned_reason(finding: Finding) -> str:
    code = (finding.previous_version or {}).get("returned_code", "")
    return str(Finding.ReturnReason(code).label) if code in Finding.ReturnReason.values else ""
