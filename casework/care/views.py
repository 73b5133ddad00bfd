"""One's own ledger and wishes, the totals for a lead, and the signs of pages on which something is uncovered."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.audit.events import Event
from casework.audit.record import record
from casework.care.actions import change_preference, count_look
from casework.care.forms import PreferenceForm
from casework.care.reading import ROUND_TO, preference_of, totals_for, watched_by
from casework.core.http import AuthenticatedRequest, render_form


@require_GET
@never_cache
def watched(request: AuthenticatedRequest) -> HttpResponse:
    """What I have watched, by week, and how material opens for me."""
    return render(
        request, "care/watched.html", {"watched": watched_by(request.user), "preference": preference_of(request.user)}
    )


@require_http_methods(["GET", "POST"])
def preference(request: AuthenticatedRequest) -> HttpResponse:
    """How hard material may open for me."""
    own = preference_of(request.user)
    names = PreferenceForm.base_fields
    form = PreferenceForm(request.POST or None, initial={name: getattr(own, name) for name in names})
    if request.method == "POST" and form.is_valid():
        change_preference(request.user, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Kept. It holds from the next thing you open."))
        return redirect("care:watched")
    return render_form(request, "care/preference.html", form)


@require_GET
@never_cache
def totals(request: AuthenticatedRequest) -> HttpResponse:
    """How much the people on my cases have watched, in totals; the look at them is on record."""
    weeks, rows = totals_for(request.user)
    if rows:
        record(Event.CARE_TOTALS_VIEWED, actor=request.user, detail={"people": len(rows)})
    return render(request, "care/totals.html", {"weeks": weeks, "totals": rows, "round_to": ROUND_TO})


@require_POST
def look(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    """A page's sign that something is still uncovered, or (`ended`) that it is covered again. Nothing else is read from
    it: the time is the server's."""
    counted = count_look(pk, actor=request.user, ended="ended" in request.POST)
    return JsonResponse({"break": counted.break_due})
