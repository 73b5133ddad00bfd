"""How the pages of this room find what they show, and answer forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse

from casework.accounts.models import User
from casework.core.access import visible_or_404
from casework.core.errors import Conflict, Invalid
from casework.core.http import HtmxRequest, add_error, render_form
from casework.core.once import once
from casework.evidence.models import EvidenceFile, Item


class PersonsRequest(HtmxRequest):
    """A request of a person who is signed in; for annotations."""

    user: User  # type: ignore[assignment]


def seen_item(request: PersonsRequest, pk: Any) -> Item:
    """The item of this address as far as the person sees it, or 404."""
    return visible_or_404(Item.objects.select_related("team", "source", "registered_by"), request.user, pk=pk)


def seen_file(request: PersonsRequest, pk: Any) -> EvidenceFile:
    """The file of this address, of an item that the person sees, or 404."""
    return visible_or_404(EvidenceFile.objects.select_related("item", "blob__scan"), request.user, pk=pk)


def answer_form(
    request: PersonsRequest,
    template: str,
    form: BaseForm,
    save: Callable[[], str],
    context: Mapping[str, Any],
    *,
    message: str = "",
) -> HttpResponse:
    """Show the form; on POST let `save` act and go where it says, or show the form again: 422 with errors, 409 when
    somebody changed the record first. An OnceMixin acts once however often it is sent. A script that sends the form
    itself is told the address."""
    status = None
    if request.method == "POST" and form.is_valid():
        try:
            url = once(request, form, save)
        except Conflict as error:
            add_error(form, error)
            status = error.status
        except Invalid as error:
            add_error(form, error)
        else:
            if message:
                messages.success(request, message)
            if request.headers.get("X-Casework-Upload"):
                return JsonResponse({"location": url}, status=201)
            return HttpResponseRedirect(url)
    return render_form(request, template, form, context, status=status)
