"""A request's id: made or accepted once, then on every log line, audit event, error page and answer."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from casework.audit.record import request_scope

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")
log = structlog.get_logger("casework.request")


class RequestIdMiddleware:
    """Gives each request an `id` (also `request_id`): that of X-Request-ID when well formed, else a new one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        request.id = request.request_id = request_id  # type: ignore[attr-defined]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id), request_scope(request_id):
            response = self.get_response(request)
            response[HEADER] = request_id
            self._log(request, response, time.perf_counter() - started)
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        """One line for each request: its route, never its address, which may hold names and search terms."""
        match = request.resolver_match
        if match is not None and match.view_name in {"healthz", "readyz"}:
            return
        write = log.error if response.status_code >= 500 else log.info
        write(
            "request",
            method=request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other",
            route=match.route if match is not None else "",
            status=response.status_code,
            milliseconds=round(seconds * 1000),
        )
