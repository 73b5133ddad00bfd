"""The figures page, its exports, and other issuers' figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.charts import Chart, month_chart
from casework.core.errors import Conflict, DomainError, Invalid
from casework.core.exports import csv_response
from casework.core.http import AuthenticatedRequest, add_error, render_form
from casework.core.once import once
from casework.figures.access import can_read_figures, can_record_issuer_figure, counts_whole_office
from casework.figures.actions import change_issuer_figure, record_issuer_figure
from casework.figures.counting import Figure, FigureQuery, Unit, by_month, count_figure, total_figure
from casework.figures.forms import FigureForm, IssuerFigureForm
from casework.figures.models import IssuerFigure
from casework.findings.models import Standard


def asked(request: AuthenticatedRequest) -> FigureForm:
    """The form as asked for by the address; without parameters it counts all confirmed persons as of today."""
    unknown = set(request.GET) - set(FigureForm.base_fields)
    if unknown:
        raise Invalid(_("This address asks for something that the figures page does not know."))
    standard = Standard.REASONABLE_GROUNDS.value
    usual = {"unit": Unit.PERSONS, "as_of": clock.today().isoformat(), "standard": standard}
    return FigureForm({**usual, **request.GET.dict()})


MOST_SHOWN = 500
"""Cases that the page lists; the export has all of them."""


def counted_for(request: AuthenticatedRequest) -> User | None:
    """Whose findings this person may count: those they see, or None for the whole office."""
    return None if counts_whole_office(request.user) else request.user


def count_for(request: AuthenticatedRequest, query: FigureQuery) -> Figure:
    """The figure over what this person may count."""
    return count_figure(query, counted_for(request))


def month_name(month: datetime.date | None) -> str:
    return date_format(month, "M Y") if month else str(_("Spans months"))


def chart_of(figure: Figure) -> Chart:
    unit = Unit(figure.query.unit).label
    return month_chart(
        [(month_name(month), value) for month, value in by_month(figure)],
        title=_("%(unit)s by month of incident") % {"unit": unit},
        desc=_("%(unit)s by month of incident, as of %(day)s.")
        % {"unit": unit, "day": date_format(figure.query.as_of, "j F Y")},
        value_heading=str(unit),
    )


@require_GET
def figures(request: AuthenticatedRequest) -> HttpResponse:
    """The office's own count with its definition, its cases and its months, beside what others published."""
    require(can_read_figures, request.user, None)
    form = asked(request)
    context = {"issuer_figures": IssuerFigure.objects.all(), "may_record": can_record_issuer_figure(request.user)}
    if not form.is_valid():
        return render_form(request, "figures/figures.html", form, context)
    figure = count_for(request, form.query())
    other = Unit.INCIDENTS if figure.query.unit == Unit.PERSONS else Unit.PERSONS
    context |= {
        "figure": figure,
        "unit_label": Unit(figure.query.unit).label,
        "companion": total_figure(replace(figure.query, unit=other), counted_for(request)),
        "shown": figure.cases[:MOST_SHOWN],
        "not_shown": max(len(figure.cases) - MOST_SHOWN, 0),
        "companion_label": Unit(other).label,
        "chart": chart_of(figure),
        "whole_office": counts_whole_office(request.user),
        "may_open_cases": bool(request.user.reading_teams),
        "cases_csv": f"{reverse('figures:cases_csv')}?{request.GET.urlencode()}",
        "months_csv": f"{reverse('figures:months_csv')}?{request.GET.urlencode()}",
    }
    return render_form(request, "figures/figures.html", form, context)


def _exported(request: AuthenticatedRequest, what: str) -> Figure:
    require(can_read_figures, request.user, None)
    form = asked(request)
    if not form.is_valid():
        raise Invalid(
            _("This figure cannot be counted as asked."),
            fields={name: [str(error) for error in errors] for name, errors in form.errors.items()},
        )
    figure = count_for(request, form.query())
    record(
        Event.FIGURES_EXPORTED,
        actor=request.user,
        detail={"what": what, "value": figure.value, "unit": figure.query.unit, "as_of": str(figure.query.as_of)},
    )
    return figure


@require_GET
def cases_csv(request: AuthenticatedRequest) -> HttpResponseBase:
    """The incidents behind a figure; the last line holds the definition, so that the file explains itself."""
    figure = _exported(request, "cases")

    def rows() -> Iterator[list[object]]:
        for case in figure.cases:
            yield [case.reference, case.finding, case.earliest, case.latest, case.at_least, case.at_most]
        yield [_("Definition"), figure.definition]

    header = [_("Case"), _("Finding"), _("Earliest"), _("Latest"), _("Persons, at least"), _("Persons, at most")]
    return csv_response(f"figure-cases-{figure.query.as_of}.csv", header, rows())


@require_GET
def months_csv(request: AuthenticatedRequest) -> HttpResponseBase:
    """A figure by month of incident."""
    figure = _exported(request, "months")
    header = [_("Month"), str(Unit(figure.query.unit).label)]
    rows = ([f"{month:%Y-%m}" if month else _("Spans months"), value] for month, value in by_month(figure))
    return csv_response(f"figure-months-{figure.query.as_of}.csv", header, rows)


@require_http_methods(["GET", "POST"])
def issuer_figure_create(request: AuthenticatedRequest) -> HttpResponse:
    """Record what another issuer published."""
    require(can_record_issuer_figure, request.user, None)
    form = IssuerFigureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            record_issuer_figure(actor=request.user, **form.values())
            return reverse("figures:figures")

        return redirect(once(request, form, save))
    return render_form(request, "figures/issuer_figure_form.html", form)


@require_http_methods(["GET", "POST"])
def issuer_figure_change(request: AuthenticatedRequest, pk: str) -> HttpResponse:
    """Correct how another issuer's figure was recorded."""
    figure = get_object_or_404(IssuerFigure.objects.visible_to(request.user), pk=pk)
    require(can_record_issuer_figure, request.user, figure)
    form = IssuerFigureForm(request.POST or None, instance=figure)
    if request.method == "POST" and form.is_valid():
        try:
            stored = IssuerFigure.objects.get(pk=figure.pk)
            expected = form.cleaned_data["expected_updated_at"]
            change_issuer_figure(stored, actor=request.user, expected=expected, **form.values())
        except DomainError as error:
            add_error(form, error)
            status = HTTPStatus.CONFLICT if isinstance(error, Conflict) else None
            return render_form(request, "figures/issuer_figure_form.html", form, {"figure": figure}, status=status)
        return redirect("figures:figures")
    return render_form(request, "figures/issuer_figure_form.html", form, {"figure": figure})


@require_GET
def issuer_figure_detail(request: AuthenticatedRequest, pk: str) -> HttpResponse:
    """Another issuer's figure in full: definition, words, and why it differs from ours."""
    figure = get_object_or_404(IssuerFigure.objects.visible_to(request.user), pk=pk)
    require(can_read_figures, request.user, figure)
    context = {"figure": figure, "may_record": can_record_issuer_figure(request.user)}
    return render(request, "figures/issuer_figure_detail.html", context)
