"""What is done with the words of files: a suggestion taken into the record, an attachment made an item."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.cases.actions.common import not_found
from casework.core.access import require, visible_or_404
from casework.core.errors import Conflict
from casework.evidence.access import can_change_item
from casework.evidence.actions import change_item
from casework.evidence.actions.attachments import register_attachment
from casework.evidence.models import Item
from casework.evidence.reading_texts import suggested_for, texts_of
from casework.evidence.views.common import PersonsRequest, seen_file


@require_POST
def use_suggestion(request: PersonsRequest, pk: uuid.UUID, field: str) -> HttpResponse:
    """Write one suggestion into the record, in the person's name. It is made anew from the text, and must still be the
    one that was shown."""
    item = visible_or_404(Item.objects.select_related("team", "source", "unit_report"), request.user, pk=pk)
    require(can_change_item, request.user, item)
    hashes = list(item.files.values_list("blob_id", flat=True))
    read = texts_of(hashes)
    rows = [read[sha256] for sha256 in hashes if sha256 in read]
    found = next((each for each in suggested_for(item, request.user, rows) if each.field == field), None)
    if found is None:
        raise not_found()
    if request.POST.get("value", found.shown) != found.shown:
        raise Conflict(_("The text suggests something else by now. Look again."))
    change_item(item, actor=request.user, details={found.field: found.value})
    messages.success(request, _("Taken from the text: %(label)s %(value)s.") % {
        "label": found.label, "value": found.shown,
    })  # fmt: skip
    return HttpResponseRedirect(reverse("evidence:detail", args=[item.pk]) + "#text")


@require_POST
def attachment_register(request: PersonsRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """Make an attachment an item of its own, or go to the one that it is already."""
    file = seen_file(request, pk)
    require(can_change_item, request.user, file.item)
    item = register_attachment(file, actor=request.user, number=number)
    return HttpResponseRedirect(reverse("evidence:detail", args=[item.pk]))
