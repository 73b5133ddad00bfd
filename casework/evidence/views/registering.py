"""Pages that take files: registering an item, adding files to one.

Who may do it is asked before the body is read, so that nobody streams bytes into the store without the right.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casework.accounts.models import Role
from casework.cases.models import Case
from casework.core.access import refusal, require, visible_or_404
from casework.evidence.access import can_add_evidence, can_add_file
from casework.evidence.actions import add_files, register_each, register_item
from casework.evidence.forms.items import AddFileForm, RegisterForm
from casework.evidence.models import Item
from casework.evidence.models.items import Kind
from casework.evidence.uploads import receives_files
from casework.evidence.views.common import PersonsRequest, answer_form, seen_item
from casework.evidence.views.lists import KIND_ICONS


# The CSRF check is made by `receives_files`, after the right is known: the check reads the body.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def item_new(request: PersonsRequest, kind: str) -> HttpResponseBase:
    """Register evidence of one kind, for a case when the address names one."""
    if kind not in Kind.values:
        raise Http404
    if not request.user.teams_as(Role.INVESTIGATOR):
        raise refusal(request.user, None, "register_item")
    case = None
    if "case" in request.GET:
        case = visible_or_404(Case.objects.select_related("team"), request.user, pk=request.GET["case"])
        require(can_add_evidence, request.user, case)
    return _register(request, kind, case)


@receives_files
def _register(request: PersonsRequest, kind: str, case: Case | None) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = RegisterForm(data, files, user=request.user, kind=kind, case=case)

    back = reverse("evidence:case_evidence", args=[case.pk]) if case else reverse("evidence:list")

    def save() -> str:
        given = form.registration
        if form.cleaned_data["each_own"] and len(given["files"]) > 1:
            register_each(actor=request.user, **given)
            return back
        return reverse("evidence:detail", args=[register_item(actor=request.user, **given).pk])

    context = {
        "case": case,
        "kind_label": Kind(kind).label,
        "icon": KIND_ICONS[Kind(kind)],
        "cancel_url": back,
        "submit_text": _("Register the evidence"),
        "max_bytes": settings.CASEWORK_MAX_UPLOAD,
        "chunk_bytes": settings.CASEWORK_UPLOAD_CHUNK,
    }
    return answer_form(request, "evidence/item_new.html", form, save, context, message=_("Registered and sealed."))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def file_add(request: PersonsRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Add files to an item."""
    item = seen_item(request, pk)
    require(can_add_file, request.user, item)
    return _add(request, item)


@receives_files
def _add(request: PersonsRequest, item: Item) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AddFileForm(data, files, user=request.user)

    def save() -> str:
        add_files(item, actor=request.user, uploads=form.given_files, part=form.cleaned_data["part"])
        return reverse("evidence:detail", args=[item.pk])

    context = {
        "item": item,
        "part_label": _("Add files"),
        "cancel_url": reverse("evidence:detail", args=[item.pk]),
        "submit_text": _("Add the files"),
        "max_bytes": settings.CASEWORK_MAX_UPLOAD,
        "chunk_bytes": settings.CASEWORK_UPLOAD_CHUNK,
    }
    return answer_form(request, "evidence/file_add.html", form, save, context, message=_("Received and sealed."))
