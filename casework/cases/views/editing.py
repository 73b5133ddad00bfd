"""How every form about a case is shown, saved, and shown again when it was refused, with what was typed kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db import models
from django.forms import BaseForm, ModelChoiceField
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit.models import AuditEvent
from casework.cases.actions.common import tidy
from casework.cases.case_rooms import counted
from casework.cases.models import Case
from casework.core.access import visible_or_404
from casework.core.dates import DateRange
from casework.core.errors import Conflict, Invalid
from casework.core.http import HtmxRequest, add_error, render_form
from casework.core.once import once

WITH_PLACE = ("region", "team", "victims_party", "responsible_party")


class CaseRequest(HtmxRequest):
    """A request to a page of this room: of a person, who is signed in."""

    user: User


def seen_case(request: CaseRequest, pk: Any) -> Case:
    """The case of this address with what its head and tabs show, by one query, or 404."""
    return visible_or_404(counted(Case.objects.select_related(*WITH_PLACE)), request.user, pk=pk)


def seen_part(request: CaseRequest, source: models.QuerySet[Any], pk: Any) -> Any:
    """A visible row of a case, with its case, or 404."""
    return visible_or_404(source.select_related("case", *(f"case__{name}" for name in WITH_PLACE)), request.user, pk=pk)


def answer_form(
    request: CaseRequest,
    template: str,
    form: BaseForm,
    save: Callable[[dict[str, Any]], Any],
    *,
    success_url: str,
    context: Mapping[str, Any],
    message: str = "",
    row: models.Model | None = None,
) -> HttpResponse:
    """Show the form; on POST save it and go on, or show it again: 422 with errors, 409 when the record moved on.

    Goes to the address that `save` returns, when it returns one, else to `success_url`; saves once however often the
    same form is sent, when it is an OnceMixin. `row` is the record that the form changes. After a stale edit the form
    carries its new version, so that saving again is a decision and not an accident.
    """
    status = None
    extra: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "expected_updated_at"}
        try:
            url = once(request, form, lambda: _address(save(values), success_url))
        except Conflict as error:
            add_error(form, error)
            status = error.status
            if row is not None and error.code == "stale_edit":
                extra["stale"] = show_meanwhile(form, row)
        except Invalid as error:
            add_error(form, error)
        else:
            if message:
                messages.success(request, message)
            return HttpResponseRedirect(url)
    return render_form(request, template, form, {**context, **extra}, status=status)


def _address(saved: Any, otherwise: str) -> str:
    return saved if isinstance(saved, str) else otherwise


def show_meanwhile(form: BaseForm, row: models.Model) -> dict[str, Any]:
    """Who changed the record, when, and what the fields hold now where that differs from what was typed."""
    fresh = type(row)._default_manager.get(pk=row.pk)
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["expected_updated_at"] = fresh.updated_at.isoformat()  # type: ignore[attr-defined,index]
    differing = []
    for name, field in form.fields.items():
        if name == "expected_updated_at" or name not in form.cleaned_data:
            continue
        if name == "tags":
            now, typed = list(fresh.tags.order_by("name")), sorted(form.cleaned_data[name], key=str)  # type: ignore[attr-defined]
        else:
            now, typed = getattr(fresh, name), tidy(form.cleaned_data[name])
        if now != typed:
            differing.append((field.label, _in_words(field, now)))
    last = AuditEvent.objects.filter(object_id=str(row.pk)).only("actor_label", "at").order_by("-position").first()
    return {"who": last.actor_label if last else "", "when": last.at if last else None, "fields": differing}


def _in_words(field: Any, value: Any) -> str:
    if isinstance(value, DateRange):
        return str(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or _("none")
    if value in (None, ""):
        return _("unknown")
    if not isinstance(field, ModelChoiceField):
        for choice, label in getattr(field, "choices", ()):
            if str(choice) == str(value):
                return str(label)
    return str(value)
