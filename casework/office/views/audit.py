"""The audit log: read, taken out, verified; each of these is itself recorded. And the state of the store."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.cases.access import can_try_break_glass
from casework.core.access import require
from casework.core.exports import csv_response
from casework.core.filters import active_chips
from casework.core.paging import capped_count, count_text, keyset_page
from casework.office import access, actions, audit_log, integrity
from casework.office.filters import AuditFilters

ORDER = {"-position": ("-position",)}


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Events, last first, with filters."""
    require(access.can_read_audit, request.user, None)
    filters = AuditFilters(request.GET, queryset=AuditEvent.objects.all(), request=request)
    rows = filters.rows()
    page = keyset_page(rows, request.GET, orderings=ORDER, default="-position")
    context = {
        "filters": filters,
        "chips": active_chips(filters, request),
        "page": page,
        "lines": audit_log.lines(page.rows, request.user),  # type: ignore[arg-type]
        "total": count_text(*capped_count(rows)),
        "may_break_glass": can_try_break_glass(request.user),  # type: ignore[arg-type]
        "may_export": access.can_export_audit(request.user),  # type: ignore[arg-type]
    }
    actions.note_audit_read(actor=request.user, asked=request.GET.dict())  # type: ignore[arg-type]
    return render(request, "office/audit.html", context, status=422 if filters.form.errors else 200)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered events as CSV, first to last."""
    require(access.can_export_audit, request.user, None)
    filters = AuditFilters(request.GET, queryset=AuditEvent.objects.all(), request=request)
    rows = filters.rows()
    actions.note_audit_export(actor=request.user, asked=request.GET.dict())  # type: ignore[arg-type]
    name = f"audit-{clock.today().isoformat()}.csv"
    return csv_response(name, audit_log.COLUMNS, audit_log.export_rows(rows, request.user))  # type: ignore[arg-type]


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the chain now and say what came of it."""
    report = actions.verify_chain(actor=request.user)  # type: ignore[arg-type]
    if report.whole:
        text = ngettext(
            "The chain is whole: %(count)s link was read and holds.",
            "The chain is whole: %(count)s links were read and hold.",
            report.length,
        )
        messages.success(request, text % {"count": report.length})
    else:
        messages.error(
            request,
            _("The chain is broken: %(problem)s. Tell whoever runs the database at once.")
            % {"problem": report.problem},
        )
    return HttpResponseRedirect(reverse("office:audit"))


@require_safe
def store(request: HttpRequest) -> HttpResponse:
    """When stored files were last compared with their hashes, and how long the chain is."""
    require(access.can_read_integrity, request.user, None)
    return render(request, "office/integrity.html", {"report": integrity.report()})
