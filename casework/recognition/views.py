"""Pages of pairs and clusters: what is related, why, side by side, and what people say of it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.accounts.models import Role
from casework.care.actions import end_look
from casework.core.access import require, visible_or_404
from casework.core.errors import NotFound
from casework.core.paging import capped_count, count_text, keyset_page
from casework.evidence.access import can_change_item
from casework.evidence.views.common import PersonsRequest, answer_form, seen_item
from casework.recognition import reading, showing
from casework.recognition.access import can_judge_pair
from casework.recognition.actions import join_items, judge_pair, reveal_pair
from casework.recognition.forms import AddForm, JudgeForm
from casework.recognition.models import Pair

ORDERINGS = {"surest": ("-sure", "-found_at")}
COVER, STILL = "cover", "still"


def seen_pair(request: PersonsRequest, pk: uuid.UUID) -> Pair:
    """The pair of this address, of two items that the person sees, or 404."""
    return visible_or_404(Pair.objects.select_related("first__team", "second__team"), request.user, pk=pk)


@require_GET
def pair_list(request: PersonsRequest) -> HttpResponse:
    """Pairs of items that the person sees and about which nobody has said anything yet, the surest first."""
    rows = Pair.objects.visible_to(request.user).undecided()
    page = keyset_page(
        rows.select_related("first", "second"), request.GET, orderings=ORDERINGS, default="surest", page_size=25
    )
    count, capped = capped_count(rows)
    context = {"page": page, "count": count, "count_words": count_text(count, capped)}
    context["told"] = reading.told_to_reviewers(request.user) if request.user.teams_as(Role.REVIEWER) else []
    return render(request, "recognition/pair_list.html", context)


@require_http_methods(["GET", "POST"])
def pair_detail(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Two items side by side: why they were paired, covered pictures at the same places, what was said of it."""
    pair = seen_pair(request, pk)
    may_judge = can_judge_pair(request.user, pair)
    if request.method == "POST":
        require(can_judge_pair, request.user, pair)
    form = JudgeForm(request.POST or None, initial={"verdict": pair.verdict})

    def save() -> str:
        judge_pair(pair, actor=request.user, **form.cleaned_data)
        return reverse("recognition:pair", args=[pair.pk])

    moments = showing.moments(pair)
    context = {
        "pair": pair,
        "sides": (pair.first, pair.second),
        "reasons": reading.reasons_of(pair),
        "moments": [(place, moment.label(pair)) for place, moment in enumerate(moments)],
        "history": reading.history(pair),
        "may_judge": may_judge,
    }
    return answer_form(
        request, "recognition/pair_detail.html", form, save, context, message=_("Your decision is kept.")
    )


@require_POST
def pair_reveal(request: PersonsRequest, pk: uuid.UUID, place: int) -> HttpResponse:
    """Show both pictures in grey, deliberately and on record for both items: a fragment for the script, else a page."""
    pair = seen_pair(request, pk)
    found = showing.moments(pair)
    if place >= len(found):
        raise NotFound(_("There is no picture at the moment."))
    moment = found[place]
    look = reveal_pair(pair, actor=request.user, hashes=(moment.first, moment.second))
    token = showing.seen_token(pair, request.user)
    picture = reverse("recognition:picture", args=[pair.pk, place, STILL], query={"seen": token})
    context = {
        "pair": pair,
        "picture_url": picture,
        "look": look,
        "cover_url": reverse("recognition:cover", args=[pair.pk]),
        "label": moment.label(pair),
    }
    template = "recognition/_revealed_part.html" if request.htmx else "recognition/pair_revealed.html"
    response = render(request, template, context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def pair_cover(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Go back to where the material is covered."""
    pair = seen_pair(request, pk)
    if end_look(request.POST.get("look", ""), actor=request.user):
        messages.info(request, _("You have looked at hard material for a while. A break loses nothing."))
    return HttpResponseRedirect(reverse("recognition:pair", args=[pair.pk]))


@require_GET
def pair_picture(request: PersonsRequest, pk: uuid.UUID, place: int, kind: str) -> HttpResponse:
    """Both pictures in one: blurred for whoever sees the pair, in grey only after a reveal."""
    pair = seen_pair(request, pk)
    if kind != COVER and not showing.was_revealed(request.GET.get("seen", ""), pair, request.user):
        raise NotFound(_("There is no picture at the moment."))
    found = showing.moments(pair)
    data = showing.side_by_side(found[place], covered=kind == COVER) if place < len(found) else None
    if data is None or kind not in (COVER, STILL):
        raise NotFound(_("There is no picture at the moment."))
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response


@require_GET
def cluster(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that shows the same footage: who published it first, who repeats whom, what is independent of it."""
    item = seen_item(request, pk)
    members = reading.cluster(item, request.user)
    context = {
        "item": item,
        "members": members,
        "independent": reading.independent(members, request.user),
        "may_add": can_change_item(request.user, item),
    }
    return render(request, "recognition/cluster.html", context)


@require_http_methods(["GET", "POST"])
def cluster_add(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Say of an item and another one, which no program matched, what they are to each other."""
    item = seen_item(request, pk)
    require(can_change_item, request.user, item)
    form = AddForm(request.POST or None, user=request.user, item=item)

    def save() -> str:
        join_items(item, actor=request.user, **form.cleaned_data)
        return reverse("recognition:cluster", args=[item.pk])

    context = {"item": item}
    return answer_form(
        request, "recognition/cluster_add.html", form, save, context, message=_("Your decision is kept.")
    )
