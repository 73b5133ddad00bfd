"""The bytes of one piece as they come off the line, from a sender who may fall silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from casework.core.errors import Invalid
from casework.evidence import store

SILENCE = 30
"""Seconds without a byte after which a line counts as lost: the piece is let go of, its file and thread are free."""


def pieces(request: HttpRequest, length: int) -> Iterator[bytes]:
    """`length` bytes of the body at most, in pieces. Raises Invalid when the line breaks or falls silent."""
    left = length
    with _not_for_ever(request):
        while left:
            try:
                piece = request.read(min(store.PIECE, left))
            except (UnreadablePostError, TimeoutError, ConnectionError) as error:
                _hang_up(request)
                raise Invalid(_("The line broke off. Ask how far the upload is, and go on there."),
                              code="incomplete") from error  # fmt: skip
            if not piece:
                return
            left -= len(piece)
            yield piece


@contextmanager
def _not_for_ever(request: HttpRequest) -> Iterator[None]:
    """The web server's socket with a limit on its silence; other servers have one of their own."""
    line = request.META.get("gunicorn.socket")
    if line is None:
        yield
        return
    before = line.gettimeout()
    line.settimeout(SILENCE)
    try:
        yield
    finally:
        with suppress(OSError):
            line.settimeout(before)


def _hang_up(request: HttpRequest) -> None:
    """Nothing more will be read: the server would wait for the rest of the body before the next request."""
    line = request.META.get("gunicorn.socket")
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RD)
