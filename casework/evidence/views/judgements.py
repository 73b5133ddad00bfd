"""Judging an item: the three assessments, its credibility, how hard it is to look at. And a testimony's own acts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from casework.core.access import require
from casework.evidence.access import can_change_item
from casework.evidence.actions import (
    add_earlier_interview,
    assess_item,
    mark_graphic,
    rate_item,
    see_witness,
    withdraw_consent,
)
from casework.evidence.forms.judgements import AssessmentForm, CredibilityForm, EarlierForm, MarkForm, WithdrawalForm
from casework.evidence.judging import assessments_of, can_assess_item, credibility_history, graphic_marks
from casework.evidence.models import Item
from casework.evidence.models.judgements import Aspect
from casework.evidence.views.common import PersonsRequest, answer_form, seen_item
from casework.evidence.witnesses import can_see_witness, can_withdraw_consent

PARTS = {
    Aspect.SOURCE: gettext_lazy("Assess the source"),
    Aspect.TECHNICAL: gettext_lazy("Assess it technically"),
    Aspect.CONTENT: gettext_lazy("Assess the content"),
}


@require_http_methods(["GET", "POST"])
def item_assess(request: PersonsRequest, pk: uuid.UUID, aspect: str) -> HttpResponse:
    """Assess one aspect under one's own name, beside what others found."""
    if aspect not in Aspect.values:
        raise Http404
    item = seen_item(request, pk)
    require(can_assess_item, request.user, item)
    form = AssessmentForm(request.POST or None, aspect=aspect)

    def save() -> str:
        assess_item(item, actor=request.user, aspect=aspect, **form.cleaned_data)
        return _page(item)

    summary = next(each for each in assessments_of(item, request.user) if each.aspect == aspect)
    return _form(request, item, form, save, part=PARTS[Aspect(aspect)], submit=_("Record the assessment"), told=summary)


@require_http_methods(["GET", "POST"])
def item_rate(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Judge the credibility anew, with the history of what was said before."""
    item = seen_item(request, pk)
    require(can_assess_item, request.user, item)
    form = CredibilityForm(request.POST or None, initial={"credibility": item.credibility})

    def save() -> str:
        rate_item(item, actor=request.user, **form.cleaned_data)
        return _page(item)

    history = credibility_history(item, request.user)
    return _form(request, item, form, save, part=_("Judge the credibility"), submit=_("Record it"), history=history)


@require_http_methods(["GET", "POST"])
def item_mark(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Say how hard the item is to look at: the second person confirms or differs."""
    item = seen_item(request, pk)
    require(can_assess_item, request.user, item)
    form = MarkForm(request.POST or None, initial={"level": item.graphic})

    def save() -> str:
        mark_graphic(item, actor=request.user, **form.cleaned_data)
        return _page(item)

    marks = graphic_marks(item, request.user)
    return _form(request, item, form, save, part=_("Mark how hard it is to look at"), submit=_("Mark it"), marks=marks)


@require_POST
def item_witness(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Who the witness is, on record, to the people named on the case."""
    item = seen_item(request, pk)
    require(can_see_witness, request.user, item)
    context = {"item": item, "identity": see_witness(item, actor=request.user)}
    response = render(request, "evidence/item_witness.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def item_withdraw(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that the witness withdrew consent; lists what follows."""
    item = seen_item(request, pk)
    require(can_withdraw_consent, request.user, item)
    form = WithdrawalForm(request.POST or None)

    def save() -> str:
        withdraw_consent(item, actor=request.user, **form.cleaned_data)
        return _page(item)

    consequences = [
        _("Nothing of this testimony is disclosed any more, to anybody."),
        _("Packages that hold it and were not sent yet can no longer be sent."),
        _("What was sent stays sent; the register of what each recipient holds says to whom."),
        _("This cannot be taken back. A new consent is a new testimony."),
    ]
    part, submit = _("Record a withdrawal of consent"), _("Record the withdrawal")
    return _form(request, item, form, save, part=part, submit=submit, consequences=consequences)


@require_http_methods(["GET", "POST"])
def item_earlier(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Add an interview that the witness gave elsewhere."""
    item = seen_item(request, pk)
    require(can_change_item, request.user, item)
    require(can_see_witness, request.user, item)
    form = EarlierForm(request.POST or None)

    def save() -> str:
        data = form.cleaned_data
        held = data["earlier_held"]
        add_earlier_interview(item, actor=request.user, by_whom=data["earlier_by"], held=held, note=data["note"])
        return _page(item)

    return _form(request, item, form, save, part=_("Add an earlier interview"), submit=_("Add the interview"))


def _page(item: Item) -> str:
    return reverse("evidence:detail", args=[item.pk])


def _form(
    request: PersonsRequest, item: Item, form: Any, save: Any, *, part: Any, submit: str, **extra: Any
) -> HttpResponse:
    context = {"item": item, "part_label": part, "submit_text": submit, "cancel_url": _page(item), **extra}
    return answer_form(request, "evidence/item_judge.html", form, save, context)
