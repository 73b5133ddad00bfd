"""The page of search results."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.core.errors import Invalid
from casework.core.http import AuthenticatedRequest
from casework.office import search
from casework.office.forms import SearchForm


@require_safe
def results(request: AuthenticatedRequest) -> HttpResponse:
    """What the words lead to, grouped by the way in which it was found."""
    form = SearchForm(request.GET)
    unknown = sorted(set(request.GET) - set(form.fields))
    if unknown:
        raise Invalid(_("There is no such search parameter."), fields={name[:60]: [_("Unknown.")] for name in unknown})
    if not form.is_valid():
        raise Invalid(
            _("This cannot be searched for."),
            fields={name: [str(error) for error in errors] for name, errors in form.errors.items()},
        )
    sought = form.cleaned_data["q"].strip()
    found = search.find(request.user, sought, form.cleaned_data["page"] or 1)  # type: ignore[arg-type]
    return render(request, "office/search.html", {"search_query": sought, "found": found})
