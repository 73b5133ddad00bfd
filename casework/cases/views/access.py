"""Who works on a case, who else may open it, its sensitivity, and break-glass."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.accounts.step_up import step_up_required
from casework.audit import clock
from casework.cases import access, actions
from casework.cases.forms.progress import AssignForm, BreakGlassForm, GrantForm, ReasonForm
from casework.cases.models import Case, CaseAssignment, CaseGrant
from casework.cases.views.editing import CaseRequest, answer_form, seen_case, seen_part
from casework.core.access import require
from casework.core.errors import Invalid, NotFound


@require_http_methods(["GET", "POST"])
def assign(request: CaseRequest, pk: Any) -> HttpResponse:
    """Choose a person of the team and their part."""
    case = seen_case(request, pk)
    require(access.can_assign_person, request.user, case)
    url = reverse("cases:detail", args=[case.pk])
    form = AssignForm(request.POST or None, case=case)
    context = {"case": case, "part_label": _("Assign a person"), "cancel_url": url, "submit_text": _("Assign")}
    return answer_form(
        request, "cases/case_form.html", form, lambda values: actions.assign_person(case, actor=request.user, **values),
        success_url=url, context=context, message=_("Assigned."),
    )  # fmt: skip


@require_POST
def assignment_end(request: CaseRequest, pk: Any) -> HttpResponse:
    """Take a person off the case."""
    assignment = seen_part(request, CaseAssignment.objects.all(), pk)
    actions.end_assignment(assignment, actor=request.user)
    messages.success(request, _("Taken off the case."))
    return HttpResponseRedirect(reverse("cases:detail", args=[assignment.case_id]))


@require_http_methods(["GET", "POST"])
@step_up_required
def grant(request: CaseRequest, pk: Any) -> HttpResponse:
    """Open the case for reading to one more person."""
    case = seen_case(request, pk)
    require(access.can_grant_case, request.user, case)
    url = reverse("cases:detail", args=[case.pk])
    form = GrantForm(request.POST or None)

    def save(values: dict[str, Any]) -> None:
        try:
            actions.grant_access(
                case, actor=request.user, user=form.person, reason=values["reason"], ends_at=clock.now() + form.duration
            )
        except Invalid as error:
            fields = {
                {"user": "email", "ends_at": "days"}.get(name, name): texts for name, texts in error.fields.items()
            }
            raise Invalid(error.message, fields=fields) from error

    context = {
        "case": case, "part_label": _("Grant access"), "cancel_url": url, "submit_text": _("Grant access"),
        "consequences": [
            _("The person can read everything in this case, names included, until the grant ends."),
            _("They cannot change anything in it. What they reveal, download or export is recorded."),
        ],
    }  # fmt: skip
    return answer_form(request, "cases/case_confirm.html", form, save, success_url=url, context=context,
                       message=_("Access granted."))  # fmt: skip


@require_POST
def grant_end(request: CaseRequest, pk: Any) -> HttpResponse:
    """End a grant now."""
    found = seen_part(request, CaseGrant.objects.all(), pk)
    actions.end_access(found, actor=request.user)
    messages.success(request, _("Access ended."))
    if Case.objects.visible_to(request.user).filter(pk=found.case_id).exists():
        return HttpResponseRedirect(reverse("cases:detail", args=[found.case_id]))
    return HttpResponseRedirect(reverse("cases:list"))


@require_http_methods(["GET", "POST"])
@step_up_required
def sensitivity(request: CaseRequest, pk: Any) -> HttpResponse:
    """Shut the case to everyone but its named people, or open it to the team again."""
    case = seen_case(request, pk)
    require(access.can_set_sensitivity, request.user, case)
    url = reverse("cases:detail", args=[case.pk])
    if case.sensitive:
        label = _("Open to the whole team")
        lines = [_("Everyone in %(team)s who reads cases can open this one again.") % {"team": case.team}]
    else:
        label = _("Make sensitive")
        lines = [
            _("Only the people assigned to the case, and those with a grant, can open it or know that it exists."),
            _("It leaves the lists, counts and search of everyone else in %(team)s.") % {"team": case.team},
        ]
    context = {
        "case": case, "part_label": label, "submit_text": label, "consequences": lines, "cancel_url": url,
        "tone": "" if case.sensitive else "bad",
    }  # fmt: skip
    wanted = not case.sensitive
    return answer_form(
        request, "cases/case_confirm.html", ReasonForm(request.POST or None),
        lambda values: actions.set_sensitivity(case, actor=request.user, sensitive=wanted, **values),
        success_url=url, context=context,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@step_up_required
def break_glass(request: CaseRequest) -> HttpResponse:
    """Open a hidden case by its reference, for one hour, with a reason that others read."""
    require(access.can_try_break_glass, request.user, None, _("Only auditors and reviewers may break glass."))
    form = BreakGlassForm(request.POST or None)

    def save(values: dict[str, Any]) -> str:
        message = _("There is no case with this reference that you may open like this.")
        case = Case.objects.filter(reference=values["reference"]).first()
        try:
            if case is None:
                raise NotFound(message)
            grant = actions.break_glass(case, actor=request.user, reason=values["reason"])
        except NotFound as error:
            raise Invalid(message, fields={"reference": [message]}) from error
        return reverse("cases:detail", args=[grant.case_id])

    context = {
        "cancel_url": reverse("cases:list"), "submit_text": _("Open for one hour"), "tone": "bad",
        "consequences": [
            _("You can read everything in the case for one hour, and change nothing."),
            _("The case's lead and the auditors are told who you are, and read your reason."),
            _("The access stays in the audit log for good."),
        ],
    }  # fmt: skip
    return answer_form(request, "cases/break_glass.html", form, save, success_url="", context=context)
