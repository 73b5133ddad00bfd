"""The pages of the registry of public statements."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.cases.models import Case
from casework.cases.views.editing import CaseRequest, answer_form
from casework.core.access import require, visible_or_404
from casework.core.filters import active_chips
from casework.core.paging import keyset_page
from casework.evidence.models import Item
from casework.statements import access, actions
from casework.statements.filters import StatementFilters
from casework.statements.forms import StatementForm
from casework.statements.models import Statement

ORDERINGS = {"-made": ("-made_latest",), "made": ("made_latest",), "-registered": ("-registered_at",)}


@require_GET
def statement_list(request: CaseRequest) -> HttpResponse:
    """The registry, with the speakers counted apart."""
    rows = Statement.objects.visible_to(request.user).select_related("party")
    filters = StatementFilters(request.GET, queryset=rows, request=request)
    found: Any = filters.rows()
    numbers = found.by_speaker_kind()
    context = {
        "page": keyset_page(found, request.GET, orderings=ORDERINGS, default="-made", page_size=25),
        "filters": filters,
        "chips": active_chips(filters, request),
        "counts": [(label, numbers.get(value, 0)) for value, label in Statement.SpeakerKind.choices],
        "may_register": access.can_register_statement(request.user, None),
    }
    status = 422 if filters.is_bound and not filters.is_valid() else 200
    return render(request, "statements/statement_list.html", context, status=status)


@require_GET
def statement_detail(request: CaseRequest, pk: Any) -> HttpResponse:
    """One statement, with the captures and incidents that the person may see."""
    statement = _seen(request, pk)
    context = {
        "statement": statement,
        "captures": Item.objects.visible_to(request.user).filter(statements=statement),
        "incidents": Case.objects.visible_to(request.user).filter(statements=statement),
        "may_change": access.can_change_statement(request.user, statement),
    }
    return render(request, "statements/statement_detail.html", context)


@require_http_methods(["GET", "POST"])
def statement_create(request: CaseRequest) -> HttpResponse:
    """Register a statement."""
    require(access.can_register_statement, request.user, None)
    form = StatementForm(request.POST or None, user=request.user)

    def save(values: dict[str, Any]) -> str:
        return reverse("statements:detail", args=[actions.register_statement(actor=request.user, **values).pk])

    return answer_form(
        request, "statements/statement_form.html", form, save, success_url="",
        context={"page_label": _("Register a statement")}, message=_("Registered."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def statement_change(request: CaseRequest, pk: Any) -> HttpResponse:
    """Correct a statement's record."""
    statement = _seen(request, pk)
    require(access.can_change_statement, request.user, statement)
    form = StatementForm(request.POST or None, user=request.user, statement=statement)
    url = reverse("statements:detail", args=[statement.pk])

    def save(values: dict[str, Any]) -> None:
        expected = form.cleaned_data.get("expected_updated_at")
        actions.change_statement(statement, actor=request.user, expected=expected, **values)

    context = {"page_label": _("Correct %(reference)s") % {"reference": statement.reference}, "statement": statement}
    return answer_form(
        request, "statements/statement_form.html", form, save,
        success_url=url, context=context, message=_("Corrected."),
    )  # fmt: skip


def _seen(request: CaseRequest, pk: Any) -> Statement:
    return visible_or_404(Statement.objects.select_related("party", "team", "registered_by"), request.user, pk=pk)
