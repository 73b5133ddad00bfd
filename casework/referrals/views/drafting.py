"""Preparing a referral in three steps: recipient and cases, evidence, covering note."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.accounts.models import Role
from casework.cases.models import Case
from casework.cases.views.editing import CaseRequest, answer_form
from casework.core.access import require, visible_or_404
from casework.core.errors import NotAllowed
from casework.referrals import actions
from casework.referrals.access import can_edit_referral, can_refer_case
from casework.referrals.forms import BasicsForm, EvidenceForm, NoteForm
from casework.referrals.models import Recipient, Referral
from casework.referrals.views.common import detail_url, seen_referral

MOST_CASES = 200


@require_http_methods(["GET", "POST"])
def referral_new(request: CaseRequest) -> HttpResponse:
    """Choose recipient, purpose and cases; saving makes the draft."""
    chosen = request.GET.get("case", "")
    first = visible_or_404(Case, request.user, pk=chosen) if chosen else None
    if first is not None:
        require(can_refer_case, request.user, first)
    teams = request.user.teams_as(Role.REFERRAL_OFFICER)
    if not teams:
        raise NotAllowed(_("Referrals are prepared by referral officers."))
    cases = _choosable(request, [first.team_id] if first else teams, [first.pk] if first else [])
    initial: dict[str, Any] = {"cases": [first.pk] if first else []}
    _offer_supplement(request, initial)
    team_id = first.team_id if first else teams[0]
    form = BasicsForm(request.POST or None, user=request.user, cases=cases, team_id=team_id, initial=initial)

    def save(values: dict[str, Any]) -> str:
        return reverse("referrals:evidence", args=[actions.prepare_referral(actor=request.user, **values).pk])

    context = {"step": 1, "first": first, "page": _("New referral"), "submit_text": _("Save and choose evidence"),
               "cancel_url": _back(first)}  # fmt: skip
    return answer_form(request, "referrals/referral_form.html", form, save, success_url="", context=context)


def _offer_supplement(request: CaseRequest, initial: dict[str, Any]) -> None:
    """Fill in the form when the page is asked to supplement an earlier referral."""
    if earlier := request.GET.get("supplements", ""):
        row = visible_or_404(Referral, request.user, pk=earlier)
        initial |= {"supplements": row.pk, "recipient": row.recipient_id, "purpose": Referral.Purpose.SUPPLEMENT}
    elif recipient := request.GET.get("recipient", ""):
        initial["recipient"] = visible_or_404(Recipient, request.user, pk=recipient).pk


def _choosable(request: CaseRequest, teams: list[Any], present: list[Any]) -> Any:
    """The cases that may be chosen: those present, and the last changed of the team."""
    rows = Case.objects.visible_to(request.user).filter(team_id__in=teams).exclude(state=Case.State.MERGED)
    recent = list(rows.order_by("-updated_at", "-id").values_list("pk", flat=True)[:MOST_CASES])
    return rows.filter(Q(pk__in=recent) | Q(pk__in=present)).order_by("-updated_at", "-id")


def _back(case: Case | None) -> str:
    return reverse("referrals:case_referrals", args=[case.pk]) if case else reverse("referrals:list")


def _draft(request: CaseRequest, pk: Any) -> Referral:
    referral = seen_referral(request, pk)
    require(can_edit_referral, request.user, referral, _("Only referral officers change it, and only as a draft."))
    return referral


@require_http_methods(["GET", "POST"])
def referral_basics(request: CaseRequest, pk: Any) -> HttpResponse:
    """Change recipient, purpose or cases of a draft."""
    referral = _draft(request, pk)
    present = list(referral.cases.values_list("case_id", flat=True))
    initial = {"recipient": referral.recipient_id, "purpose": referral.purpose, "cases": present,
               "supplements": referral.supplements_id, "expected_updated_at": referral.updated_at}  # fmt: skip
    form = BasicsForm(
        request.POST or None, user=request.user, cases=_choosable(request, [referral.team_id], present),
        team_id=referral.team_id, initial=initial,
    )  # fmt: skip
    return _step(request, referral, form, 1, _("Save and choose evidence"), reverse("referrals:evidence", args=[pk]))


@require_http_methods(["GET", "POST"])
def referral_evidence(request: CaseRequest, pk: Any) -> HttpResponse:
    """Choose the evidence to disclose; what a caveat keeps back is listed with the reason."""
    referral = _draft(request, pk)
    form = EvidenceForm(request.POST or None, referral=referral, initial={"expected_updated_at": referral.updated_at})
    return _step(
        request, referral, form, 2, _("Save and write the note"), reverse("referrals:note", args=[pk]),
        template="referrals/referral_evidence.html",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_note(request: CaseRequest, pk: Any) -> HttpResponse:
    """Write the covering note."""
    referral = _draft(request, pk)
    initial = {"covering_note": referral.covering_note, "expected_updated_at": referral.updated_at}
    form = NoteForm(request.POST or None, initial=initial)
    return _step(request, referral, form, 3, _("Save and preview"), detail_url(referral))


def _step(
    request: CaseRequest,
    referral: Referral,
    form: Any,
    step: int,
    submit_text: str,
    onward: str,
    template: str = "referrals/referral_form.html",
    **context: Any,
) -> HttpResponse:
    def save(values: dict[str, Any]) -> None:
        expected = form.cleaned_data.get("expected_updated_at")
        actions.change_referral(referral, actor=request.user, expected=expected, **values)

    context |= {"step": step, "referral": referral, "page": _("Prepare %(ref)s") % {"ref": referral.reference},
                "submit_text": submit_text, "cancel_url": detail_url(referral)}  # fmt: skip
    return answer_form(request, template, form, save, success_url=onward, context=context)
