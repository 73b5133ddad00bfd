"""What the pages of one referral share."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.cases.views.editing import CaseRequest, answer_form
from casework.core.access import refusal, visible_or_404
from casework.core.errors import Conflict
from casework.core.workflow import Transition
from casework.referrals.models import Referral
from casework.referrals.workflow import REFERRAL_WORKFLOW

WITH = ("recipient", "team", "package", "package__dossier", "prepared_by", "approved_by", "sent_by", "supplements")


def seen_referral(request: CaseRequest, pk: Any) -> Referral:
    """The referral of this address with its people and package, or 404."""
    return visible_or_404(Referral.objects.select_related(*WITH), request.user, pk=pk)


def detail_url(referral: Referral) -> str:
    return reverse("referrals:detail", args=[referral.pk])


def require_step(request: CaseRequest, referral: Referral, name: str) -> Transition:
    """The transition, when the person may take it and the referral can. Raises NotAllowed, Conflict."""
    step = REFERRAL_WORKFLOW[name]
    if not step.allowed(request.user, referral):
        raise refusal(request.user, referral, step.name)
    if request.method == "GET" and referral.state not in step.sources:
        raise Conflict(
            _("%(reference)s is now “%(state)s”, so this cannot be done any more.")
            % {"reference": referral.reference, "state": referral.get_state_display()}
        )
    return step


def confirm_page(
    request: CaseRequest,
    referral: Referral,
    form: BaseForm,
    save: Any,
    *,
    title: str,
    submit_text: str,
    consequences: list[str],
    message: str,
    tone: str = "",
    **context: Any,
) -> HttpResponse:
    """Ask again with the consequences listed, then carry out."""
    values = {
        "referral": referral,
        "page": title,
        "submit_text": submit_text,
        "consequences": consequences,
        "tone": tone,
        "cancel_url": detail_url(referral),
        **context,
    }
    return answer_form(
        request, "referrals/referral_confirm.html", form, save, success_url=detail_url(referral), context=values,
        message=message,
    )  # fmt: skip
