"""Logs: one JSON object a line on stderr, each with the request's id, none with personal data.

What a line may hold: the event, the route's name and pattern, status, milliseconds, ids of records. What it may not:
e-mail addresses, names, query strings, request bodies, addresses of people. `scrub` is the last guard, not the rule.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from gunicorn.glogging import Logger as GunicornLogger

EMAIL = re.compile(r"[^\s@<>\"'(),;:/?&=]+@[^\s@<>\"'(),;:/?&=]+\.[^\s@<>\"'(),;:/?&=]+")
# Ends at white space or a quotation mark, so that a request line in a message loses its query and keeps the rest.
QUERY = re.compile(r"\?[^\s\"'?]*=[^\s\"']*")
# Attributes that Django and libraries hang on records: objects, whose text may name people.
UNLOGGED = frozenset({"request", "exc_info", "stack_info", "user", "email", "cookies", "headers", "body", "params"})


class StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what stderr is at that moment, not to what it was when logging was set up."""

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Ignored: there is one stream."""


def scrub(text: str) -> str:
    """`text` without e-mail addresses and query strings, on one line, at most 2,000 characters."""
    text = QUERY.sub("?…", EMAIL.sub("[address]", text))
    return "".join(letter if letter.isprintable() else " " for letter in text)[:2000]


def _scrub_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in list(event.items()):
        if key in UNLOGGED:
            del event[key]
        elif isinstance(value, str):
            event[key] = scrub(value)
        elif not isinstance(value, int | float | bool | list | dict | type(None)):
            event[key] = scrub(str(value))
    return event


def _exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The class of an exception and where it was raised; its message, which often quotes what was typed, stays out."""
    error = event.pop("exc_info", None)
    if error is True:
        error = None
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return event
    event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    event["trace"] = frames[-25:]
    return event


def logging_config(level: str) -> dict[str, Any]:
    """Set up structlog and the standard library's logging; returns what did it. `level`: a name such as INFO."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _exception,
                    _scrub_event,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"()": StderrHandler, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # The middleware logs each request once, by its route. Here only failures, with a trace.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "CRITICAL"},
            "django.security": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
            "psycopg.pool": {"level": "WARNING"},
        },
    }
    logging.config.dictConfig(config)
    return config


class ServerLogger(GunicornLogger):
    """gunicorn's own lines in the same form as ours; no access log, which would hold addresses and query strings."""

    def setup(self, cfg: Any) -> None:
        self.loglevel = self.LOG_LEVELS.get(cfg.loglevel.lower(), logging.INFO)
        logging_config(cfg.loglevel)
        for logger in (self.error_log, self.access_log):
            logger.handlers.clear()
            logger.propagate = True
        self.error_log.setLevel(self.loglevel)
        self.access_log.setLevel(logging.CRITICAL)
