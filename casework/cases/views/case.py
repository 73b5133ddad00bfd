"""Opening a case, its overview, changing its facts, closing and reopening it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases import access, actions
from casework.cases.case_rooms import case_counts
from casework.cases.duplicates import possible_duplicates
from casework.cases.forms.case import GROUPS, NewCaseForm, read_initial
from casework.cases.forms.progress import ReasonForm
from casework.cases.models import Case, CaseAssignment, CaseGrant, Task
from casework.cases.rooms import case_frame
from casework.cases.views.editing import CaseRequest, answer_form, seen_case
from casework.cases.workflow import CASE_WORKFLOW
from casework.core.access import require
from casework.core.errors import Conflict, Invalid
from casework.core.http import add_error, render_form
from casework.core.once import once


@require_http_methods(["GET", "POST"])
def case_create(request: CaseRequest) -> HttpResponse:
    """The short form. Possible duplicates are shown once before saving; "Save anyway" keeps what was typed."""
    require(access.can_create_case, request.user, None, _("Only investigators open cases."))
    form = NewCaseForm(request.POST or None, user=request.user)
    duplicates: list[Any] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if "save_anyway" not in request.POST:
            duplicates = possible_duplicates(
                request.user, occurred=data["occurred"], region=data["region"], settlement=data["settlement"]
            )
        if not duplicates:
            try:
                return HttpResponseRedirect(once(request, form, lambda: _open(request, form)))
            except (Invalid, Conflict) as error:
                add_error(form, error)
    return render_form(request, "cases/case_create.html", form, {"duplicates": duplicates})


def _open(request: CaseRequest, form: NewCaseForm) -> str:
    values = {name: value for name, value in form.cleaned_data.items() if name != "team"}
    case = actions.create_case(actor=request.user, team=form.team_chosen, **values)
    return reverse("cases:detail", args=[case.pk])


@require_GET
def case_detail(request: CaseRequest, pk: Any) -> HttpResponse:
    """What is known of the incident, what is to be done, who works on it and who may open it."""
    case = seen_case(request, pk)
    read_people(case)
    user = request.user
    editable = access.can_edit_case(user, case)
    context = {
        **case_frame(case, user, active="overview"),
        "counts": case_counts(case),
        "may_edit": editable,
        "may_assign": case.state == "open" and access.can_assign_person(user, case),
        "may_grant": access.can_grant_case(user, case),
        "may_set_sensitivity": access.can_set_sensitivity(user, case),
        "transitions": [
            (transition, reverse(f"cases:{transition.name}", args=[case.pk]))
            for transition in CASE_WORKFLOW.available(case, user)
        ],
        "tasks": read_tasks(case, user),
    }
    return render(request, "cases/case_detail.html", context)


def read_people(case: Case) -> None:
    """Keep who is assigned and who else may open it on the case: two queries for the whole page."""
    assignments = CaseAssignment.objects.filter(case=case, ended_at=None).select_related("user")
    people = sorted(assignments, key=lambda found: (found.part != "lead", found.user.name))
    case.open_assignments = people  # type: ignore[attr-defined]
    case.open_grants = list(  # type: ignore[attr-defined]
        CaseGrant.objects.filter(case=case).in_force().select_related("user", "granted_by")
    )


def read_tasks(case: Case, user: Any) -> list[dict[str, Any]]:
    """The case's tasks, open ones first by due day, each with whether the person may do it."""
    tasks = list(Task.objects.filter(case=case).select_related("assignee")[:100])
    for task in tasks:
        task.case = case
    tasks.sort(key=lambda task: (task.state != "open", task.due_on is None, task.due_on or task.created_at.date()))
    return [{"task": task, "may_do": access.can_do_task(user, task)} for task in tasks]


@require_http_methods(["GET", "POST"])
def case_change(request: CaseRequest, pk: Any, group: str) -> HttpResponse:
    """Change one group of facts."""
    if group not in GROUPS:
        raise Http404
    case = seen_case(request, pk)
    require(access.can_work_case, request.user, case)
    label, form_class = GROUPS[group]
    form = form_class(request.POST or None, initial=read_initial(form_class, case))

    def save(values: dict[str, Any]) -> None:
        actions.change_case(case, actor=request.user, expected=form.cleaned_data["expected_updated_at"], **values)

    url = reverse("cases:detail", args=[case.pk])
    context = {"case": case, "part_label": label, "cancel_url": url}
    return answer_form(request, "cases/case_form.html", form, save, success_url=url, context=context, row=case,
                       message=_("Saved."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def case_close(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask for the reason, say what closing does, close."""
    case = seen_case(request, pk)
    require(access.can_close_case, request.user, case)
    open_tasks = case.tasks.filter(state="open").count()
    lines = [
        _("Nothing in the case can be changed and no evidence added until it is reopened."),
        _("It stays readable to everyone who can read it now, and its findings stay in force."),
    ]
    if open_tasks:
        lines.insert(0, _("Tasks still open: %(count)s. They stay open.") % {"count": open_tasks})
    return _ask_reason(request, case, actions.close_case, lines, label=_("Close case"), tone="bad", source="open")


@require_http_methods(["GET", "POST"])
def case_reopen(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask for the reason and reopen."""
    case = seen_case(request, pk)
    require(access.can_reopen_case, request.user, case)
    lines = [_("Investigators of the team can change the case again.")]
    return _ask_reason(request, case, actions.reopen_case, lines, label=_("Reopen case"), tone="", source="closed")


def _ask_reason(
    request: CaseRequest, case: Case, act: Any, consequences: list[str], *, label: str, tone: str, source: str
) -> HttpResponse:
    url = reverse("cases:detail", args=[case.pk])
    state = case.get_state_display().lower()
    blocked = [] if case.state == source else [_("The case is now %(state)s.") % {"state": state}]
    context = {
        "case": case, "part_label": label, "submit_text": label, "tone": tone, "consequences": consequences,
        "cancel_url": url, "blocked": blocked if request.method == "GET" else [],
    }  # fmt: skip
    form = ReasonForm(request.POST or None)
    return answer_form(
        request, "cases/case_confirm.html", form, lambda values: act(case, actor=request.user, **values),
        success_url=url, context=context,
    )  # fmt: skip
