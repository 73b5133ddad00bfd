"""Requests and answers of pages: typed requests, forms answered with the right status, errors shown once for all views.

An error page carries the request id, what happened and what to do next, and no content of any record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.template import TemplateDoesNotExist
from django.template.loader import select_template
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from casework.core.access import note_refusal
from casework.core.errors import DomainError, Invalid, NotAllowed

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

RETRY_SECONDS = "5"
API_PREFIX = "/api/"


class HtmxRequest(HttpRequest):
    """A request as django-htmx leaves it; for annotations."""

    htmx: HtmxDetails


class AuthenticatedRequest(HtmxRequest):
    """A request of a person who is signed in; for annotations of views behind sign-in."""

    # An accounts.User; accounts stand above this room.
    user: Any
    request_id: str


def render_form(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    context: Mapping[str, Any] | None = None,
    *,
    status: int | None = None,
) -> HttpResponse:
    """A page or fragment with a form, as `form` in the template: 422 when what was typed has errors, else 200."""
    if status is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return render(request, template, {**(context or {}), "form": form}, status=status)


def add_error(form: BaseForm, error: DomainError) -> None:
    """Show an action's refusal on the form: each named field its messages, everything else at the top.

    A refused right is recorded, so call it outside the transaction that was rolled back.
    """
    if isinstance(error, NotAllowed):
        note_refusal(error)
    fields = error.fields if isinstance(error, Invalid) else {}
    shown = False
    for name, messages in fields.items():
        known = name in form.fields
        shown = True
        for message in messages:
            form.add_error(name if known else None, message)
    if not shown:
        form.add_error(None, error.message)
    for reason in getattr(error, "reasons", ()):
        form.add_error(None, reason)


def safe_next(request: HttpRequest, default: Any) -> str:
    """Where to go next: the `next` parameter when it is a page of this site, else `default` (a URL, name or object)."""
    for source in (request.POST, request.GET):
        target = source.get("next", "")
        allowed = url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        if target.startswith("/") and allowed and target.isprintable():
            return target
    return resolve_url(default)


def problem(
    status: int, kind: str, detail: str, *, request_id: str = "", fields: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The one shape of an error in JSON."""
    return {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "detail": detail,
        "fields": dict(fields or {}),
        "request_id": request_id,
    }


def error_response(request: HttpRequest, status: int, message: str, *, kind: str = "", **context: Any) -> HttpResponse:
    """An error as the asker can use it: JSON under /api/, a fragment for htmx, else a page.

    The page is `errors/<status>.html`, else `errors/error.html`, else bare text; from 500 on it is rendered without
    context processors, which may be what failed. An htmx page also hears the event `casework:error`.
    """
    request_id = str(getattr(request, "request_id", "") or "")
    if request.path_info.startswith(API_PREFIX):
        body = problem(status, kind or "error", message, request_id=request_id, fields=context.get("fields"))
        return JsonResponse(body, status=status)
    names = [f"errors/{status}.html", "errors/error.html"]
    fragment = bool(getattr(request, "htmx", False)) and not getattr(request.htmx, "boosted", False)  # type: ignore[attr-defined]
    if fragment:
        names = ["errors/_error.html"]
    values = {
        "status": status, "title": HTTPStatus(status).phrase, "message": message, "request_id": request_id, **context,
    }  # fmt: skip
    try:
        text = select_template(names).render(values, None if status >= 500 else request)
    except TemplateDoesNotExist:
        text = f"<!doctype html><title>{status}</title><p>{escape(message)}</p><p>{escape(request_id)}</p>"
    response = HttpResponse(text, status=status)
    if fragment:
        response["HX-Trigger"] = json.dumps({"casework:error": {"status": status, "message": message}})
    response["Cache-Control"] = "no-store"
    return response


class DomainErrorMiddleware:
    """Turns domain errors that a page's view lets through into error pages, and a lost database into a 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an expected error; None leaves a defect to the 500 handler."""
        if isinstance(exception, NotAllowed):
            try:
                note_refusal(exception)
            except OperationalError:
                return unavailable(request)
        if isinstance(exception, DomainError):
            return error_response(
                request,
                exception.status,
                exception.message,
                kind=exception.code,
                fields=getattr(exception, "fields", {}),
                reasons=getattr(exception, "reasons", []),
                code=exception.code,
            )
        if isinstance(exception, OperationalError | InterfaceError):
            return unavailable(request)
        return None


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer; nothing was changed."""
    message = _("The database is not answering. Nothing was changed. Try again shortly.")
    response = error_response(request, 503, message, kind="unavailable")
    response["Retry-After"] = RETRY_SECONDS
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return error_response(request, 400, _("The request cannot be understood."), kind="bad_request")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error_response(request, 403, _("You may not do this."), kind="not_allowed")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: the same for what is hidden and for what does not exist."""
    message = _("There is no such page, or you may not see it.")
    return error_response(request, 404, message, kind="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: says nothing of the defect; the request id leads to it in the logs."""
    message = _("Something went wrong on our side. Give the request id to the administrator.")
    return error_response(request, 500, message, kind="error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: a form from another site, or one whose session has ended."""
    message = _("The form is no longer valid. Go back, reload the page and send it again.")
    return error_response(request, 403, message, kind="csrf_failed")
