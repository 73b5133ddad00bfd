"""The list of evidence, the same rows as CSV, and the evidence of one case."""

from __future__ import annotations

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.accounts.models import Role
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.care.models import Graphic
from casework.cases.access import can_edit_case
from casework.cases.case_rooms import counted
from casework.cases.models import Case
from casework.cases.rooms import case_frame
from casework.core.access import require, visible_or_404
from casework.core.errors import Invalid
from casework.core.exports import csv_response
from casework.core.filters import active_chips
from casework.core.paging import capped_count, count_text, keyset_page
from casework.evidence.access import can_export_evidence
from casework.evidence.addresses import read_address
from casework.evidence.arrivals import Arrival, recognise
from casework.evidence.filters import ItemFilters
from casework.evidence.looking import covers
from casework.evidence.models import EvidenceLink, Item, Post
from casework.evidence.models.items import Kind
from casework.evidence.reading import EXPORT_HEADER, export_rows, linked_with_files, with_files
from casework.evidence.views.common import PersonsRequest

ORDERINGS = {"-registered": ("-registered_at",), "registered": ("registered_at",)}
ORDER_LABELS = (("-registered", gettext_lazy("Newest")), ("registered", gettext_lazy("Oldest")))
DEFAULT_ORDERING = "-registered"
CARDS = 24
LONGEST_ADDRESS = 1000
KIND_ICONS = {
    Kind.VIDEO: "video", Kind.UNIT_REPORT: "file-text", Kind.POST: "message-square", Kind.IMAGE: "image",
    Kind.AUDIO: "volume-2", Kind.TESTIMONY: "mic", Kind.DOCUMENT: "file",
}  # fmt: skip
NEW_KINDS = [(kind.value, kind.label, KIND_ICONS[kind]) for kind in Kind]


def narrowed(request: PersonsRequest) -> ItemFilters:
    """The filters of this request over what the person sees."""
    return ItemFilters(request.GET, queryset=Item.objects.visible_to(request.user), request=request)


@require_GET
def item_list(request: PersonsRequest) -> HttpResponse:
    """Evidence that the person may see, filtered, a page at a time."""
    filters = narrowed(request)
    rows = filters.rows()
    page = keyset_page(with_files(rows), request.GET, orderings=ORDERINGS, default=DEFAULT_ORDERING)
    count, capped = capped_count(rows)
    context = {
        "filters": filters,
        "page": page,
        "chips": active_chips(filters, request),
        "count": count,
        "count_words": count_text(count, capped),
        "order_labels": ORDER_LABELS,
        "kinds": NEW_KINDS if request.user.teams_as(Role.INVESTIGATOR) else [],
        "kind_icons": KIND_ICONS,
        "may_export": can_export_evidence(request.user),
    }
    invalid = filters.is_bound and not filters.is_valid()
    return render(request, "evidence/item_list.html", context, status=422 if invalid else 200)


@require_GET
def item_export(request: PersonsRequest) -> HttpResponseBase:
    """The filtered list as CSV: exactly what the person sees, and no name of a source, a witness or an author."""
    message = _("Your roles let you read evidence, not export it.")
    require(can_export_evidence, request.user, None, message)
    filters = narrowed(request)
    if filters.is_bound and not filters.is_valid():
        raise Invalid(_("The list cannot be filtered like this."), fields=filters.form.errors)
    rows = with_files(filters.rows()).order_by("-registered_at", "-id")
    used = sorted(name for name in request.GET if request.GET[name] != "")
    record(Event.EVIDENCE_EXPORTED, actor=request.user, detail={"filters": used})
    return csv_response(f"evidence-{clock.today().isoformat()}.csv", EXPORT_HEADER, export_rows(rows))


@require_GET
def address_read(request: PersonsRequest) -> HttpResponse:
    """What an address names, and what the person knows already of the post there: a fragment for forms. Nothing is
    fetched from it."""
    address = request.GET.get("url", "")[:LONGEST_ADDRESS]
    found = read_address(address)
    known = recognise(Arrival(addresses=[address]), request.user) if found else None
    platform = dict(Post.Platform.choices)[found.platform] if found else ""
    context = {"address": address.strip(), "found": found, "platform": platform, "known": known}
    return render(request, "evidence/parts/_address_told.html", context)


@require_GET
def case_evidence(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """The evidence of one case as covered cards."""
    case = visible_or_404(counted(Case.objects.all()), request.user, pk=pk)
    links = linked_with_files(EvidenceLink.objects.present().filter(case=case))
    page = keyset_page(links, request.GET, orderings={"-linked": ("-linked_at",)}, default="-linked", page_size=CARDS)
    cards = list(zip(page.rows, covers([link.item for link in page.rows], request.user), strict=True))
    context = {
        **case_frame(case, request.user, active="evidence"),
        "active_label": _("Evidence"),
        "page": page,
        "cards": cards,
        "some_graphic": any(link.item.graphic >= Graphic.INJURY for link in page.rows),
        # That the case is seen was answered when it was read.
        "kinds": NEW_KINDS if can_edit_case(request.user, case) else [],
        "kind_icons": KIND_ICONS,
    }
    return render(request, "evidence/case_evidence.html", context)
