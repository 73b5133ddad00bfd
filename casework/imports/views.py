"""The pages of imports: what came, what would come in, how far it is, what it became."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.accounts.models import Role
from casework.cases.models import Case
from casework.core.access import refusal, require, visible_or_404
from casework.core.exports import csv_response
from casework.core.paging import keyset_page
from casework.evidence.access import can_add_evidence
from casework.evidence.models import Item
from casework.evidence.uploads import receives_files
from casework.evidence.views.common import PersonsRequest, answer_form
from casework.imports import actions
from casework.imports.access import can_work_on_import
from casework.imports.forms import ConfirmForm, ReceiveForm
from casework.imports.models import Import
from casework.imports.reading import preview_of
from casework.imports.workflow import IMPORT_WORKFLOW

ORDERINGS = {"-received": ("-created_at",)}
FILES_SHOWN = 10
PROBLEMS_HEADER = ("row", "column", "weight", "what is wrong")


def _seen(request: PersonsRequest, pk: uuid.UUID) -> Import:
    rows = Import.objects.select_related("team", "case", "source", "created_by", "confirmed_by")
    return visible_or_404(rows, request.user, pk=pk)


def _page(batch: Import) -> str:
    return reverse("imports:detail", args=[batch.pk])


@require_GET
def import_list(request: PersonsRequest) -> HttpResponse:
    """Imports of one's teams, the newest first."""
    rows = Import.objects.visible_to(request.user).select_related("team", "created_by")
    page = keyset_page(rows, request.GET, orderings=ORDERINGS, default="-received")
    may_bring = bool(request.user.teams_as(Role.INVESTIGATOR))
    return render(request, "imports/import_list.html", {"page": page, "may_bring": may_bring})


# The CSRF check is made by `receives_files`, after the right is known: the check reads the body.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def import_new(request: PersonsRequest) -> HttpResponseBase:
    """Send material to be imported, for a case when the address names one."""
    if not request.user.teams_as(Role.INVESTIGATOR):
        raise refusal(request.user, None, "receive_import")
    case = None
    if "case" in request.GET:
        case = visible_or_404(Case.objects.select_related("team"), request.user, pk=request.GET["case"])
        require(can_add_evidence, request.user, case)
    return _receive(request, case)


@receives_files
def _receive(request: PersonsRequest, case: Case | None) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ReceiveForm(data, files, user=request.user, case=case)

    def save() -> str:
        return _page(actions.receive_import(actor=request.user, **form.values))

    context = {
        "case": case,
        "cancel_url": reverse("imports:list"),
        "submit_text": _("Send and read"),
        "max_bytes": settings.CASEWORK_MAX_UPLOAD,
        "chunk_bytes": settings.CASEWORK_UPLOAD_CHUNK,
    }
    return answer_form(request, "imports/import_new.html", form, save, context)


@require_GET
def import_detail(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """One import: its progress while it is under way, the preview while it waits, what it became afterwards."""
    batch = _seen(request, pk)
    context = _context(request, batch)
    if request.htmx and request.htmx.target == "import-state":
        if not context["under_way"]:
            # What follows is another page: let the browser fetch it whole.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "imports/_import_state.html", context)
    return render(request, "imports/import_detail.html", context)


def _context(request: PersonsRequest, batch: Import, form: ConfirmForm | None = None) -> dict[str, Any]:
    waiting = batch.state == Import.State.PREVIEW
    files = list(batch.files.select_related("blob")[: FILES_SHOWN + 1])
    may_work = can_work_on_import(request.user, batch)
    return {
        "batch": batch,
        "under_way": batch.state in (Import.State.RECEIVED, Import.State.READING, Import.State.RUNNING),
        "preview": preview_of(batch) if waiting else None,
        "form": form or (ConfirmForm(batch=batch) if waiting and may_work else None),
        "may_work": may_work,
        "files": files[:FILES_SHOWN],
        "more_files": len(files) > FILES_SHOWN,
        "possible": [transition.name for transition in IMPORT_WORKFLOW.available(batch, request.user)],
        "items": Item.objects.visible_to(request.user).filter(imported__batch=batch).distinct()[:10]
        if batch.state == Import.State.DONE
        else [],
    }


@require_GET
def import_problems(request: PersonsRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Everything that is wrong with the rows, and what is worth knowing, as CSV."""
    batch = _seen(request, pk)
    rows = batch.problems.order_by("weight", "id").values_list("place", "field", "weight", "text")
    return csv_response(f"{batch.reference}-problems.csv", PROBLEMS_HEADER, rows.iterator(chunk_size=2000))


@require_POST
def import_confirm(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Bring the preview in."""
    batch = _seen(request, pk)
    require(can_work_on_import, request.user, batch)
    form = ConfirmForm(request.POST, batch=batch)

    def save() -> str:
        return _page(actions.confirm_import(batch, actor=request.user, **form.values))

    return answer_form(request, "imports/import_detail.html", form, save, _context(request, batch, form))


@require_POST
def import_retry(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Read it again from the beginning."""
    return _go(request, pk, actions.retry_import, _("It is read again."))


@require_POST
def import_cancel(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it up: what was staged is deleted, what was uploaded stays in the store."""
    return _go(request, pk, actions.cancel_import, _("Cancelled. Nothing of it came in."))


def _go(request: PersonsRequest, pk: uuid.UUID, act: Callable[..., Import], message: str) -> HttpResponse:
    batch = _seen(request, pk)
    act(batch, actor=request.user)
    messages.success(request, message)
    return HttpResponseRedirect(_page(batch))
