"""The history tab of a case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.cases.models import Case
from casework.cases.rooms import case_frame
from casework.core.access import visible_or_404
from casework.core.errors import Invalid
from casework.office.forms import HistoryForm
from casework.office.history import case_history


@require_safe
def case_changes(request: HttpRequest, pk: Any) -> HttpResponse:
    """Who changed what from what to what, newest first."""
    case = visible_or_404(Case.objects.select_related("team", "region"), request.user, pk=pk)
    form = HistoryForm(request.GET)
    if set(request.GET) - set(form.fields) or not form.is_valid():
        raise Invalid(_("There is no such page of the history."), fields={"page": [_("Write a number.")]})
    user: Any = request.user
    history = case_history(case, user, form.cleaned_data["page"] or 1)
    context = {**case_frame(case, user, active="history"), "history": history, "part_label": _("History")}
    return render(request, "office/case_history.html", context)
