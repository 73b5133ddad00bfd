"""The case's findings tab, proposing, changing what was returned, withdrawing, and the matrix of elements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.rooms import case_frame
from casework.cases.views.editing import CaseRequest, answer_form, seen_case
from casework.core.access import require
from casework.core.errors import Invalid
from casework.findings import access, actions
from casework.findings.elements import element_of, tables
from casework.findings.forms import (
    ElementForm,
    ProposalForm,
    WithdrawForm,
    initial_from_case,
    initial_from_finding,
)
from casework.findings.models import ElementAssessment
from casework.findings.views.reading import seen_finding


@require_GET
def case_findings(request: CaseRequest, pk: Any) -> HttpResponse:
    """The conclusion in force, what is proposed, and the history."""
    case = seen_case(request, pk)
    return render(request, "findings/case_findings.html", case_frame(case, request.user, active="findings"))


@require_http_methods(["GET", "POST"])
def propose(request: CaseRequest, pk: Any) -> HttpResponse:
    """Propose a finding, filled in from the working file."""
    case = seen_case(request, pk)
    require(access.can_propose_finding, request.user, case)
    form = ProposalForm(request.POST or None, case=case, initial=initial_from_case(case))
    made: list[Any] = []

    def save(values: dict[str, Any]) -> None:
        with _fields_of_the_form():
            made.append(actions.propose_finding(case, actor=request.user, **values))

    context = {**case_frame(case, request.user, active="findings"), "part_label": _("Propose a finding"),
               "submit_text": _("Propose for review"), "cancel_url": _tab(case.pk)}  # fmt: skip
    return answer_form(request, "findings/finding_form.html", form, save, success_url=_tab(case.pk), context=context,
                       message=_("Proposed. A reviewer who did not register its evidence decides it."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def finding_resubmit(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change a returned finding and propose it again."""
    finding = seen_finding(request, pk)
    require(access.can_resubmit_finding, request.user, finding)
    case = finding.case
    form = ProposalForm(request.POST or None, case=case, initial=initial_from_finding(finding))
    back = reverse("findings:detail", args=[finding.pk])

    def save(values: dict[str, Any]) -> None:
        expected = form.cleaned_data.get("expected_updated_at")
        with _fields_of_the_form():
            actions.resubmit_finding(finding, actor=request.user, expected=expected, **values)

    context = {**case_frame(case, request.user, active="findings"), "part_label": _("Change and propose again"),
               "submit_text": _("Propose again"), "cancel_url": back, "returned": finding}  # fmt: skip
    return answer_form(request, "findings/finding_form.html", form, save, success_url=back, context=context,
                       message=_("Proposed again. The reviewer sees what you changed."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def finding_withdraw(request: CaseRequest, pk: Any) -> HttpResponse:
    """Take back a proposal."""
    finding = seen_finding(request, pk)
    require(access.can_withdraw_finding, request.user, finding)
    back = reverse("findings:detail", args=[finding.pk])
    context = {
        "finding": finding,
        "page": _("Withdraw %(reference)s") % {"reference": finding.reference},
        "submit_text": _("Withdraw the proposal"),
        "tone": "bad",
        "cancel_url": back,
        "consequences": [
            _("It leaves the review queue and can never be approved."),
            _("It stays readable in the case's history, with your reason."),
        ],
    }
    form = WithdrawForm(request.POST or None)
    return answer_form(
        request, "findings/finding_confirm.html", form,
        lambda values: actions.withdraw_finding(finding, actor=request.user, **values),
        success_url=back, context=context, message=_("Withdrawn."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def elements(request: CaseRequest, pk: Any) -> HttpResponse:
    """The matrix: each element of each crime, established, contested or a gap."""
    case = seen_case(request, pk)
    chosen = f"{request.POST.get('qualification', '')[:12]}.{request.POST.get('element', '')[:30]}"
    bound = None
    if request.method == "POST":
        require(access.can_assess_elements, request.user, case)
        qualification, key = chosen.split(".", 1)
        if element_of(qualification, key) is None:
            raise Invalid(_("There is no such element."), fields={"element": [_("There is no such element.")]})
        bound = ElementForm(request.POST, prefix="", auto_id=f"id_{qualification}_{key}_%s")
        if bound.is_valid():
            actions.assess_element(
                case, actor=request.user, qualification=qualification, element=key, **bound.cleaned_data
            )
            messages.success(request, _("Recorded."))
            return HttpResponseRedirect(f"{reverse('findings:elements', args=[case.pk])}#{qualification}-{key}")
    context = {
        **case_frame(case, request.user, active="findings"),
        "part_label": _("Elements of the crimes"),
        "may_assess": access.can_assess_elements(request.user, case),
        "matrix": _matrix(case, chosen, bound),
    }
    return render(request, "findings/elements.html", context, status=422 if bound else 200)


def _matrix(case: Any, chosen: str, bound: ElementForm | None) -> list[dict[str, Any]]:
    """Each table with a form for each row; the row that was just refused keeps what was typed."""
    found = []
    for table in tables(case.elements.select_related("assessed_by")):
        rows = []
        for row in table.rows:
            key = f"{table.qualification}.{row.element.key}"
            form = bound if bound and key == chosen else _row_form(table.qualification, row)
            rows.append({"row": row, "form": form, "anchor": key.replace(".", "-"), "wrong": form is bound})
        found.append({"table": table, "rows": rows})
    return found


def _row_form(qualification: str, row: Any) -> ElementForm:
    standing = row.assessment.standing if row.assessment else ElementAssessment.Standing.GAP
    note = row.assessment.note if row.assessment else ""
    return ElementForm(
        initial={"standing": standing, "note": note}, auto_id=f"id_{qualification}_{row.element.key}_%s"
    )  # fmt: skip


def _tab(pk: Any) -> str:
    return reverse("findings:case_findings", args=[pk])


@contextmanager
def _fields_of_the_form() -> Iterator[None]:
    """Names the form's own field where the action blames the counts."""
    try:
        yield
    except Invalid as error:
        if "counts" in error.fields:
            error.fields["captured_at_least"] = error.fields.pop("counts")
        raise
