"""The page of heads and time-stamps, and what is taken from it: the verifier, the heads, one item's custody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from casework.core.access import require
from casework.core.http import AuthenticatedRequest
from casework.core.paging import keyset_page
from casework.evidence.models import Item
from casework.integrity import access, chains, heads_page
from casework.integrity.exporting import head_line, heads_after
from casework.integrity.forms import ExtractForm
from casework.integrity.models import Head

ORDER = {"-number": ("-number",)}


@require_safe
def head_list(request: AuthenticatedRequest) -> HttpResponse:
    """Heads, last first, with their time-stamps; how many links lie after the last; where heads went."""
    require(access.can_read_heads, request.user, None)
    return _page(request, ExtractForm(), 200)


@require_POST
def custody_extract(request: AuthenticatedRequest) -> HttpResponse:
    """The whole custody of one item, with the heads that saw it, as a file for a third party."""
    require(access.can_extract_custody, request.user, None)
    form = ExtractForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    item: Item = form.cleaned_data["reference"]
    data = chains.extract_custody(item, actor=request.user)
    return _download(HttpResponse(data), f"custody-{item.reference}.json", "application/json")


@require_safe
def verifier(request: AuthenticatedRequest) -> HttpResponse:
    """The stand-alone verifier, byte for byte as this office uses it."""
    require(access.can_read_heads, request.user, None)
    return _download(HttpResponse(heads_page.VERIFIER.read_bytes()), "casework_verify.py", "text/x-python")


@require_safe
def heads_file(request: AuthenticatedRequest) -> HttpResponseBase:
    """Every head, to be kept where the office does not reach."""
    require(access.can_read_heads, request.user, None)
    last = Head.objects.order_by("-number").values_list("number", flat=True).first() or 0
    lines = (head_line(head) for head in heads_after(0, upto=last))
    return _download(StreamingHttpResponse(lines), f"heads-to-{last}.jsonl", "application/jsonl")


def _page(request: AuthenticatedRequest, form: ExtractForm, status: int) -> HttpResponse:
    page = keyset_page(Head.objects.all(), request.GET, orderings=ORDER, default="-number")
    marks = heads_page.marks_of(page.rows)
    context: dict[str, Any] = {
        "overview": heads_page.overview(),
        "page": page,
        "heads": [(head, marks[head.number]) for head in page.rows],
        "form": form,
        "may_extract": access.can_extract_custody(request.user),
    }
    return render(request, "integrity/heads.html", context, status=status)


def _download(response: Any, name: str, content_type: str) -> Any:
    response["Content-Type"] = content_type
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
