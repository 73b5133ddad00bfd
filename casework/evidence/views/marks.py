"""Marked moments: adding, changing, removing; and the way from a citation to its second."""

from __future__ import annotations

import re
import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.actions.common import not_found
from casework.core.access import require, visible_or_404
from casework.evidence.actions.marks import add_mark, change_mark, remove_mark
from casework.evidence.forms.marks import ChangeMarkForm, MarkForm
from casework.evidence.forms.others import ReasonForm
from casework.evidence.models import Item, Mark
from casework.evidence.moments import can_mark_item, recordings
from casework.evidence.timecodes import asked_second
from casework.evidence.views.common import PersonsRequest, answer_form, seen_item

_CITED = re.compile(r"(E-\d{5,9})(?:-(\d{1,2}))?")


@require_GET
def moment_cited(request: PersonsRequest, reference: str, at: str) -> HttpResponse:
    """From a citation (E-00012, 01:14) to the item's page, covered, with the player ready there."""
    cited, seconds = _CITED.fullmatch(reference), asked_second(at)
    if cited is None or seconds is None:
        raise not_found()
    item = visible_or_404(Item.objects.all(), request.user, reference=cited[1])
    files = recordings(item)
    number = int(cited[2] or 1)
    if not 1 <= number <= len(files):
        raise not_found()
    query = {"at": f"{seconds.normalize():f}", "file": str(files[number - 1].pk)}
    return HttpResponseRedirect(reverse("evidence:detail", args=[item.pk], query=query))


@require_http_methods(["GET", "POST"])
def mark_add(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Mark a moment of a recording."""
    item = seen_item(request, pk)
    require(can_mark_item, request.user, item)
    if not recordings(item):
        raise not_found()
    second = asked_second(request.GET.get("at", ""))
    form = MarkForm(request.POST or None, item=item, initial={"at": second, "file": request.GET.get("file")})

    def save() -> str:
        return add_mark(form.chosen, actor=request.user, **form.values).url + "#moments"

    return _form(request, item, form, save, _("Mark a moment"), _("Mark the moment"))


@require_http_methods(["GET", "POST"])
def mark_change(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Say it better, or move it."""
    mark = _seen_mark(request, pk)
    initial = {"at": mark.at, "until": mark.until, "text": mark.text, "expected_updated_at": mark.updated_at}
    form = ChangeMarkForm(request.POST or None, item=mark.item, initial=initial)

    def save() -> str:
        expected = form.cleaned_data["expected_updated_at"]
        return change_mark(mark, actor=request.user, expected=expected, **form.values).url + "#moments"

    return _form(request, mark.item, form, save, _("Change a marked moment"), _("Save the moment"))


@require_http_methods(["GET", "POST"])
def mark_remove(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a mark away; asks for the reason and says what stays."""
    mark = _seen_mark(request, pk)
    form = ReasonForm(request.POST or None)

    def save() -> str:
        remove_mark(mark, actor=request.user, reason=form.cleaned_data["reason"])
        return reverse("evidence:detail", args=[mark.item_id])

    consequences = [
        _("“%(text)s” at %(at)s is no longer shown.") % {"text": mark.text, "at": mark.span},
        _("The recording stays as it is, and whatever cites the moment still leads there."),
    ]
    return _form(
        request, mark.item, form, save, _("Remove a marked moment"), _("Remove the mark"), consequences=consequences
    )


def _seen_mark(request: PersonsRequest, pk: uuid.UUID) -> Mark:
    marks = Mark.objects.filter(removed_at=None).select_related("item", "file__blob")
    mark = visible_or_404(marks, request.user, pk=pk)
    require(can_mark_item, request.user, mark.item)
    return mark


def _form(request, item, form, save, part, submit, **extra):  # type: ignore[no-untyped-def]
    cancel = reverse("evidence:detail", args=[item.pk])
    context = {"item": item, "part_label": part, "submit_text": submit, "cancel_url": cancel, **extra}
    return answer_form(request, "evidence/item_form.html", form, save, context)
