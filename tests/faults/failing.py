"""The office's web application with a weakness that a request asks for: `X-Fault: fsync:2:EIO` has the second fsync of
that request fail. Served by the tests of faults alone.

    write, fsync, link     the call of that name in `os`; `half` writes half of the bytes first
    commit, offset         the transaction's commit, the update of an upload's offset: `before` fails without doing it,
                           `after` does it and loses the answer
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper

from casework.wsgi import application as healthy

_plan = threading.local()
OFFSET_UPDATE = 'UPDATE "evidence_upload" SET "offset"'


def _due(kind: str) -> str:
    """How to fail now, or empty."""
    left = getattr(_plan, "left", 0)
    if not left or _plan.kind != kind:
        return ""
    _plan.left = left - 1
    if _plan.left:
        return ""
    _plan.fired = True
    return str(_plan.how)


def _weak(kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        how = _due(kind)
        if not how:
            return real(*args, **options)
        if how == "half":
            real(args[0], bytes(args[1])[: len(args[1]) // 2])
            raise OSError(errno.ENOSPC, "injected")
        raise OSError(getattr(errno, how), "injected")

    return call


def _weak_database(kind: str, real: Callable[..., Any], concerns: Callable[..., bool]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        how = _due(kind) if concerns(*args) else ""
        if how == "before":
            raise OperationalError("injected")
        result = real(*args, **options)
        if how:
            raise OperationalError("injected")
        return result

    return call


for _name in ("write", "fsync", "link"):
    setattr(os, _name, _weak(_name, getattr(os, _name)))
DatabaseWrapper._commit = _weak_database("commit", DatabaseWrapper._commit, lambda *_args: True)
CursorWrapper.execute = _weak_database(
    "offset", CursorWrapper.execute, lambda _cursor, sql, *_args: str(sql).startswith(OFFSET_UPDATE)
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The office, failing as asked; the header X-Fault-Fired says that it did."""
    kind, _, rest = environ.get("HTTP_X_FAULT", "").partition(":")
    number, _, how = rest.partition(":")
    _plan.kind, _plan.left, _plan.how, _plan.fired = kind, int(number or 0), how, False

    def answer(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        fired = [("X-Fault-Fired", kind)] if _plan.fired else []
        return start_response(status, headers + fired, *more)

    try:
        return healthy(environ, answer)
    finally:
        _plan.left = 0
