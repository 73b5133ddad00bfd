"""The page of one item, and what is changed or said about it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.accounts.models import User
from casework.audit import clock
from casework.core.access import require, visible_or_404
from casework.evidence.access import (
    can_add_evidence,
    can_change_item,
    can_check_file,
    can_download,
    can_link_item,
    can_release_caveat,
    can_see_source,
    can_unlink_item,
    hidden_details,
)
from casework.evidence.actions import change_item, link_item, observe_post, release_caveat, unlink_item
from casework.evidence.actions.custody import verify_custody
from casework.evidence.caveats import recipient_names
from casework.evidence.citations import citations
from casework.evidence.forms.items import ChangeForm
from casework.evidence.forms.marks import MarkForm
from casework.evidence.forms.others import LinkForm, ObservationForm, ReasonForm, ReleaseForm
from casework.evidence.item_rooms import panels
from casework.evidence.judging import assessments_of, can_assess_item, credibility_history, graphic_marks
from casework.evidence.lineage import lineage_of
from casework.evidence.looking import asked_first, cover_of
from casework.evidence.malware import scan_of, standing_of
from casework.evidence.models import Clearance, EvidenceLink, Item
from casework.evidence.models.items import Kind
from casework.evidence.moments import can_mark_item, marks_of
from casework.evidence.parts import opens_at, parts_of
from casework.evidence.quarantine import obstacle
from casework.evidence.reading import (
    consent_of,
    detail_facts,
    same_bytes,
    visible_custody,
    visible_links,
    with_files,
)
from casework.evidence.reading_texts import item_texts
from casework.evidence.views.common import PersonsRequest, answer_form, seen_item
from casework.evidence.views.lists import KIND_ICONS
from casework.evidence.witnesses import can_withdraw_consent

CUSTODY_SHOWN = 8
"""How many of the last acts are open on the page; the others unfold."""


@require_GET
def item_detail(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """One item, read like a file: what it is, what it shows, where it comes from, how good it is, who touched it, where
    it is cited."""
    rows = with_files(Item.objects.select_related("team", "registered_by", "video", "unit_report", "testimony"))
    item = visible_or_404(rows, request.user, pk=pk)
    user = request.user
    asked = asked_first(user, [file for file in item.loaded_files if file.is_covered])
    custody = visible_custody(item, user)
    context: dict[str, Any] = {
        "item": item,
        "icon": KIND_ICONS[item.kind],
        "files": _file_rows(item, asked),
        "damaged": [
            obstacle(item.reference, each.name, each.blob) for each in item.loaded_files if not each.blob.is_sound
        ],
        "lineage": lineage_of(item.loaded_files),
        "opens_at": opens_at(item, request.GET),
        "texts": item_texts(item, user),
        "moments": marks_of(item, user),
        "moment_form": mark_form(item, user),
        "twins": same_bytes(item, user),
        "facts": detail_facts(item, user),
        "something_covered": any(file.is_covered for file in item.loaded_files),
        "something_hidden": bool(hidden_details(user, item)),
        "shows_source": item.source is not None and can_see_source(user, item.source),
        "links": [(link, can_unlink_item(user, link)) for link in visible_links(item, user)],
        "custody": custody[:CUSTODY_SHOWN],
        "custody_before": custody[CUSTODY_SHOWN:],
        "chain": verify_custody(item),
        "citations": citations(item, user),
        "statuses": list(item.post_statuses.select_related("recorded_by")) if item.kind == Kind.POST else [],
        "panels": panels(item, user),
        **_judged(item, user),
        **_rights(item, user),
    }
    return render(request, "evidence/item_detail.html", context)


def _judged(item: Item, user: User) -> dict[str, Any]:
    """How good it is, with whom it may be shared, what a witness agreed to."""
    return {
        "aspects": assessments_of(item, user),
        "credibilities": credibility_history(item, user),
        "marks": graphic_marks(item, user),
        "consent": consent_of(item, user),
        "releases": item.releases.select_related("recorded_by"),
        "recipients": recipient_names(item.caveat_recipients),
    }


def _rights(item: Item, user: User) -> dict[str, bool]:
    """What this person may do here."""
    releases = can_release_caveat(user, item)
    return {
        "may_change": can_change_item(user, item),
        "may_link": can_link_item(user, item),
        "may_download": can_download(user, item),
        "may_check": can_check_file(user, item),
        "may_release": releases and item.caveat != "public",
        "may_clear": releases,
        "may_assess": can_assess_item(user, item),
        "may_withdraw": can_withdraw_consent(user, item),
    }


def _file_rows(item: Any, asked: Any) -> list[dict[str, Any]]:
    """Each file with its cover, what was made of it, what is known of malware, and whether it was released anyway."""
    cleared = set(Clearance.objects.filter(file__item=item).values_list("file_id", "signature"))
    return [
        {
            "file": file,
            "cover": cover_of(item, [file], asked),
            "parts": parts_of(file),
            "malware": standing_of(file.blob),
            "cleared": (file.pk, scan_of(file.blob).signature) in cleared,
        }
        for file in item.loaded_files
    ]


def mark_form(item: Any, user: Any) -> MarkForm | None:
    """The form for one more moment, for those who may mark one on an item that has a recording."""
    timed = any(file.blob.media_type.startswith(("video/", "audio/")) for file in item.loaded_files)
    return MarkForm(item=item, auto_id="mark_%s") if timed and can_mark_item(user, item) else None


@require_http_methods(["GET", "POST"])
def item_change(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what the record says of the item."""
    item = seen_item(request, pk)
    require(can_change_item, request.user, item)
    form = ChangeForm(request.POST or None, user=request.user, item=item, hidden=hidden_details(request.user, item))

    def save() -> str:
        expected = form.cleaned_data["expected_updated_at"]
        change_item(item, actor=request.user, expected=expected, details=form.details, **form.values)
        return _page(item)

    return _form(request, item, form, save, part=_("Change the record"), submit=_("Save the record"))


@require_http_methods(["GET", "POST"])
def item_link(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Say what the item establishes about a case."""
    item = seen_item(request, pk)
    require(can_link_item, request.user, item)
    form = LinkForm(request.POST or None, user=request.user)

    def save() -> str:
        link_item(item, actor=request.user, **form.cleaned_data)
        return _page(item)

    return _form(request, item, form, save, part=_("Link to a case"), submit=_("Link to the case"))


@require_http_methods(["GET", "POST"])
def item_unlink(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the item out of a case; asks for the reason and lists what follows."""
    links = EvidenceLink.objects.present().select_related("item", "item__source", "case")
    link = visible_or_404(links, request.user, pk=pk)
    require(can_add_evidence, request.user, link.case)
    form = ReasonForm(request.POST or None)

    def save() -> str:
        unlink_item(link, actor=request.user, reason=form.cleaned_data["reason"])
        return reverse("evidence:case_evidence", args=[link.case_id])

    extra = {
        "consequences": [
            _("%(item)s no longer counts as evidence in %(case)s.")
            % {"item": link.item.reference, "case": link.case.reference},
            _("The item, its files and its custody stay as they are. Findings that cite it keep citing it."),
        ],
    }
    return _form(request, link.item, form, save, part=_("Unlink from a case"), submit=_("Unlink"), **extra)


@require_http_methods(["GET", "POST"])
def item_release(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that the originator lets the item be shared more widely."""
    item = seen_item(request, pk)
    require(can_release_caveat, request.user, item)
    form = ReleaseForm(request.POST or None)

    def save() -> str:
        values = dict(form.cleaned_data)
        values["recipients"] = [uuid.UUID(key) for key in values.get("recipients", ())]
        release_caveat(item, actor=request.user, **values)
        return _page(item)

    return _form(request, item, form, save, part=_("Record a release"), submit=_("Record the release"))


@require_http_methods(["GET", "POST"])
def item_observe(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Record whether the post is still where it was published."""
    item = seen_item(request, pk)
    require(can_change_item, request.user, item)
    if item.kind != Kind.POST:
        raise Http404
    form = ObservationForm(request.POST or None, initial={"seen_on": clock.today(), "seen_by": request.user.name})

    def save() -> str:
        observe_post(item, actor=request.user, **form.cleaned_data)
        return _page(item)

    return _form(request, item, form, save, part=_("Looked for again"), submit=_("Record what was found"))


def _page(item: Item) -> str:
    return reverse("evidence:detail", args=[item.pk])


def _form(
    request: PersonsRequest, item: Item, form: Any, save: Any, *, part: str, submit: str, **extra: Any
) -> HttpResponse:
    context = {"item": item, "part_label": part, "submit_text": submit, "cancel_url": _page(item), **extra}
    return answer_form(request, "evidence/item_form.html", form, save, context)
