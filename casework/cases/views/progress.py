"""The capture-status timeline, notes and tasks of a case."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases import access, actions
from casework.cases.forms.case import read_initial
from casework.cases.forms.progress import MomentForm, NoteForm, ReasonForm, TaskForm
from casework.cases.models import CaptureMoment, Note, Task
from casework.cases.rooms import case_frame
from casework.cases.views.case import read_tasks
from casework.cases.views.editing import CaseRequest, answer_form, seen_case, seen_part
from casework.core.access import require, visible_or_404
from casework.core.paging import keyset_page


@require_GET
def timeline(request: CaseRequest, pk: Any) -> HttpResponse:
    """The moments in their order."""
    case = seen_case(request, pk)
    context = {
        **case_frame(case, request.user, active="timeline"),
        "moments": CaptureMoment.objects.filter(case=case).present(),
        "may_edit": access.can_edit_case(request.user, case),
    }
    return render(request, "cases/case_timeline.html", context)


def _moments_page(case: Any, label: str, **extra: Any) -> dict[str, Any]:
    return {"case": case, "part_label": label, "cancel_url": reverse("cases:timeline", args=[case.pk]), **extra}


@require_http_methods(["GET", "POST"])
def moment_add(request: CaseRequest, pk: Any) -> HttpResponse:
    """Add a moment in its place."""
    case = seen_case(request, pk)
    require(access.can_work_case, request.user, case)
    context = _moments_page(case, _("Add a moment"))
    return answer_form(
        request, "cases/case_form.html", MomentForm(request.POST or None),
        lambda values: actions.add_moment(case, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Moment added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def moment_change(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change a moment, or move it."""
    moment = seen_part(request, CaptureMoment.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, moment.case)
    form = MomentForm(request.POST or None, initial=read_initial(MomentForm, moment))

    def save(values: dict[str, Any]) -> None:
        actions.change_moment(moment, actor=request.user, expected=form.cleaned_data["expected_updated_at"], **values)

    context = _moments_page(moment.case, _("Change a moment"))
    return answer_form(request, "cases/case_form.html", form, save, success_url=context["cancel_url"], context=context,
                       row=moment, message=_("Saved."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def moment_remove(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask for the reason and take a moment off the timeline."""
    moment = seen_part(request, CaptureMoment.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, moment.case)
    label = _("Remove moment")
    lines = [_("The moment leaves the timeline, and the later ones move up. The record and its history are kept.")]
    context = _moments_page(moment.case, label, submit_text=label, tone="bad", consequences=lines)
    return answer_form(
        request, "cases/case_confirm.html", ReasonForm(request.POST or None),
        lambda values: actions.remove_moment(moment, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Moment removed."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def notes(request: CaseRequest, pk: Any) -> HttpResponse:
    """Notes, newest first, and the form for one more. `?corrects=` names the note that the new one corrects."""
    case = seen_case(request, pk)
    if request.method == "POST":
        require(access.can_note_case, request.user, case)
    corrected = None
    if asked := request.GET.get("corrects"):
        corrected = visible_or_404(Note.objects.filter(case=case), request.user, pk=asked)
    initial = {"corrects": corrected.pk if corrected else None}
    form = NoteForm(request.POST or None, case=case, initial=initial)
    url = reverse("cases:notes", args=[case.pk])
    rows = Note.objects.filter(case=case).select_related("written_by").prefetch_related("corrections")
    context = {
        **case_frame(case, request.user, active="notes"),
        "page": keyset_page(rows, request.GET, orderings={"-written": ("-written_at",)}, default="-written"),
        "corrected": corrected,
        "may_note": access.can_note_case(request.user, case),
    }
    return answer_form(
        request, "cases/case_notes.html", form, lambda values: actions.add_note(case, actor=request.user, **values),
        success_url=url, context=context, message=_("Note added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def task_add(request: CaseRequest, pk: Any) -> HttpResponse:
    """Add something to be done."""
    case = seen_case(request, pk)
    require(access.can_work_case, request.user, case)
    url = reverse("cases:detail", args=[case.pk])
    return answer_form(
        request, "cases/case_form.html", TaskForm(request.POST or None, case=case),
        lambda values: actions.add_task(case, actor=request.user, **values), success_url=url,
        context={"case": case, "part_label": _("Add a task"), "cancel_url": url}, message=_("Task added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def task_change(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change a task's words, day or person."""
    task = seen_part(request, Task.objects.all(), pk)
    require(access.can_work_case, request.user, task.case)
    form = TaskForm(request.POST or None, case=task.case, initial=read_initial(TaskForm, task))
    url = reverse("cases:detail", args=[task.case_id])

    def save(values: dict[str, Any]) -> None:
        actions.change_task(task, actor=request.user, expected=form.cleaned_data["expected_updated_at"], **values)

    context = {"case": task.case, "part_label": _("Change a task"), "cancel_url": url}
    return answer_form(request, "cases/case_form.html", form, save, success_url=url, context=context, row=task,
                       message=_("Saved."))  # fmt: skip


@require_POST
def task_complete(request: CaseRequest, pk: Any) -> HttpResponse:
    """Mark a task as done."""
    return _move_task(request, pk, actions.complete_task)


@require_POST
def task_reopen(request: CaseRequest, pk: Any) -> HttpResponse:
    """Put a task back on the list."""
    return _move_task(request, pk, actions.reopen_task)


def _move_task(request: CaseRequest, pk: Any, act: Any) -> HttpResponse:
    task = seen_part(request, Task.objects.all(), pk)
    act(task, actor=request.user)
    case = task.case
    if request.htmx:
        context = {"case": case, "tasks": read_tasks(case, request.user)}
        return render(request, "cases/parts/_tasks.html", context)
    return HttpResponseRedirect(f"{reverse('cases:detail', args=[case.pk])}#tasks")
