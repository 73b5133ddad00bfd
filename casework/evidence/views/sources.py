"""The register of sources: list, page with the history of ratings, adding, changing, rating."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.accounts.models import Role
from casework.core.access import refusal, require, visible_or_404
from casework.core.filters import active_chips
from casework.core.paging import capped_count, count_text, keyset_page
from casework.evidence.access import can_change_source, can_rate_source
from casework.evidence.actions import add_source, change_source, rate_source
from casework.evidence.filters import SourceFilters
from casework.evidence.forms.others import NewSourceForm, RatingForm, SourceForm
from casework.evidence.models import Item, Source, SourceRating
from casework.evidence.models.items import Credibility
from casework.evidence.views.common import PersonsRequest, answer_form

ORDERINGS = {"name": ("name",), "-updated": ("-updated_at",)}
SHOWN_ITEMS = 25
DOUBTED = (Credibility.DOUBTFUL, Credibility.IMPROBABLE)


def seen_source(request: PersonsRequest, pk: uuid.UUID) -> Source:
    """The source of this address, of one of the person's teams, or 404."""
    return visible_or_404(Source.objects.select_related("team", "created_by"), request.user, pk=pk)


@require_GET
def source_list(request: PersonsRequest) -> HttpResponse:
    """The sources of the person's teams."""
    filters = SourceFilters(request.GET, queryset=Source.objects.visible_to(request.user), request=request)
    rows = filters.rows()
    page = keyset_page(rows.select_related("team"), request.GET, orderings=ORDERINGS, default="name")
    count, capped = capped_count(rows)
    context = {
        "filters": filters,
        "page": page,
        "chips": active_chips(filters, request),
        "count": count,
        "count_words": count_text(count, capped),
        "may_add": bool(request.user.teams_as(Role.INVESTIGATOR)),
    }
    invalid = filters.is_bound and not filters.is_valid()
    return render(request, "evidence/source_list.html", context, status=422 if invalid else 200)


@require_GET
def source_detail(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """One source, how it was judged over time, and what came from it."""
    source = seen_source(request, pk)
    items = Item.objects.visible_to(request.user).filter(source=source)
    count, capped = capped_count(items)
    ratings = list(source.ratings.select_related("rated_by"))
    context = {
        "source": source,
        "ratings": ratings,
        "since": _since(items, ratings),
        "items": items.order_by("-registered_at")[:SHOWN_ITEMS],
        "count_words": count_text(count, capped),
        "may_change": can_change_source(request.user, source),
    }
    return render(request, "evidence/source_detail.html", context)


def _since(items: Any, ratings: list[SourceRating]) -> dict[str, Any]:
    """What came from the source since it was last rated, as far as the person sees it: how much, and how much of it is
    doubted by its own credibility; it says whether the rating is still to be trusted."""
    newer = items.filter(registered_at__gt=ratings[0].rated_at) if ratings else items
    return newer.aggregate(items=Count("pk"), doubted=Count("pk", filter=Q(credibility__in=DOUBTED)))


@require_http_methods(["GET", "POST"])
def source_new(request: PersonsRequest) -> HttpResponse:
    """Add a source to the register."""
    if not request.user.teams_as(Role.INVESTIGATOR):
        raise refusal(request.user, None, "add_source")
    form = NewSourceForm(request.POST or None, user=request.user)

    def save() -> str:
        return _page(add_source(actor=request.user, team=form.team_chosen, **form.values))

    return _form(request, None, form, save, part=_("New source"), submit=_("Add the source"))


@require_http_methods(["GET", "POST"])
def source_change(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what is said of a source."""
    source = seen_source(request, pk)
    require(can_change_source, request.user, source)
    initial = {name: getattr(source, name) for name in ("kind", "name", "caveat", "note")}
    form = SourceForm(request.POST or None, initial={**initial, "expected_updated_at": source.updated_at})

    def save() -> str:
        expected = form.cleaned_data["expected_updated_at"]
        return _page(change_source(source, actor=request.user, expected=expected, **form.values))

    return _form(request, source, form, save, part=_("Change the source"), submit=_("Save the source"))


@require_http_methods(["GET", "POST"])
def source_rate(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Judge a source anew, with the reason."""
    source = seen_source(request, pk)
    require(can_rate_source, request.user, source)
    form = RatingForm(request.POST or None, initial={"reliability": source.reliability})

    def save() -> str:
        rate_source(source, actor=request.user, **form.cleaned_data)
        return _page(source)

    return _form(request, source, form, save, part=_("Rate the source"), submit=_("Record the rating"))


def _page(source: Source) -> str:
    return reverse("evidence:source_detail", args=[source.pk])


def _form(
    request: PersonsRequest, source: Source | None, form: Any, save: Any, *, part: str, submit: str
) -> HttpResponse:
    back = _page(source) if source else reverse("evidence:source_list")
    context = {"source": source, "part_label": part, "submit_text": submit, "cancel_url": back}
    return answer_form(request, "evidence/source_form.html", form, save, context)
