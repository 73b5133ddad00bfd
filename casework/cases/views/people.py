"""The people of a case: victims and alleged perpetrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases import access, actions
from casework.cases.forms.case import read_initial
from casework.cases.forms.people import NEW_VICTIM, PerpetratorForm, VictimForm
from casework.cases.forms.progress import ReasonForm
from casework.cases.models import Perpetrator, Victim
from casework.cases.rooms import case_frame
from casework.cases.views.editing import CaseRequest, answer_form, seen_case, seen_part
from casework.core.access import require


@require_GET
def people(request: CaseRequest, pk: Any) -> HttpResponse:
    """Victims with their status and embargo, then alleged perpetrators."""
    case = seen_case(request, pk)
    victims = list(Victim.objects.filter(case=case).present().select_related("unit", "power")[:500])
    context = {
        **case_frame(case, request.user, active="people"),
        "victims": victims,
        "at_least": sum(victim.at_least for victim in victims),
        "at_most": sum(victim.at_most for victim in victims),
        "perpetrators": Perpetrator.objects.filter(case=case).present().select_related("unit", "party")[:500],
        "may_edit": access.can_edit_case(request.user, case),
    }
    return render(request, "cases/case_people.html", context)


def _page(case: Any, label: str, **extra: Any) -> dict[str, Any]:
    return {"case": case, "part_label": label, "cancel_url": reverse("cases:people", args=[case.pk]), **extra}


@require_http_methods(["GET", "POST"])
def victim_add(request: CaseRequest, pk: Any) -> HttpResponse:
    """Add one person or a group."""
    case = seen_case(request, pk)
    require(access.can_work_case, request.user, case)
    form = VictimForm(request.POST or None, initial={**NEW_VICTIM, "power": case.victims_party_id})
    context = _page(case, _("Add a victim"))
    return answer_form(
        request, "cases/case_form.html", form, lambda values: actions.add_victim(case, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Victim added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def victim_change(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change what is recorded about a victim."""
    victim = seen_part(request, Victim.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, victim.case)
    form = VictimForm(request.POST or None, initial=read_initial(VictimForm, victim))

    def save(values: dict[str, Any]) -> None:
        actions.change_victim(victim, actor=request.user, expected=form.cleaned_data["expected_updated_at"], **values)

    context = _page(victim.case, _("Change a victim"))
    return answer_form(request, "cases/case_form.html", form, save, success_url=context["cancel_url"], context=context,
                       row=victim, message=_("Saved."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def victim_remove(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask for the reason and take a victim off the case."""
    victim = seen_part(request, Victim.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, victim.case)
    lines = [
        _("The victim is no longer shown or counted on this case."),
        _("Findings already approved are not changed. The record and its history are kept."),
    ]
    label = _("Remove victim")
    context = _page(victim.case, label, submit_text=label, tone="bad", consequences=lines)
    return answer_form(
        request, "cases/case_confirm.html", ReasonForm(request.POST or None),
        lambda values: actions.remove_victim(victim, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Victim removed."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def perpetrator_add(request: CaseRequest, pk: Any) -> HttpResponse:
    """Add an alleged perpetrator."""
    case = seen_case(request, pk)
    require(access.can_work_case, request.user, case)
    initial = {"kind": Perpetrator.Kind.UNIT, "party": case.responsible_party_id}
    context = _page(case, _("Add an alleged perpetrator"))
    return answer_form(
        request, "cases/case_form.html", PerpetratorForm(request.POST or None, initial=initial),
        lambda values: actions.add_perpetrator(case, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Alleged perpetrator added."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def perpetrator_change(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change what is recorded about an alleged perpetrator."""
    found = seen_part(request, Perpetrator.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, found.case)
    form = PerpetratorForm(request.POST or None, initial=read_initial(PerpetratorForm, found))

    def save(values: dict[str, Any]) -> None:
        actions.change_perpetrator(
            found, actor=request.user, expected=form.cleaned_data["expected_updated_at"], **values
        )

    context = _page(found.case, _("Change an alleged perpetrator"))
    return answer_form(request, "cases/case_form.html", form, save, success_url=context["cancel_url"], context=context,
                       row=found, message=_("Saved."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def perpetrator_remove(request: CaseRequest, pk: Any) -> HttpResponse:
    """Ask for the reason and take an alleged perpetrator off the case."""
    found = seen_part(request, Perpetrator.objects.filter(removed_at=None), pk)
    require(access.can_work_case, request.user, found.case)
    label = _("Remove alleged perpetrator")
    lines = [_("They are no longer shown on this case. The record and its history are kept.")]
    context = _page(found.case, label, submit_text=label, tone="bad", consequences=lines)
    return answer_form(
        request, "cases/case_confirm.html", ReasonForm(request.POST or None),
        lambda values: actions.remove_perpetrator(found, actor=request.user, **values),
        success_url=context["cancel_url"], context=context, message=_("Alleged perpetrator removed."),
    )  # fmt: skip
