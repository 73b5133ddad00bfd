"""What is sent twice acts once: a double click, a retry after a lost answer, two sendings at the same moment.

A page's form carries a random key (`OnceMixin`), a program sends the header Idempotency-Key. The key is written in the
transaction of the act: whoever sends it again finds what the first sending was answered, waiting for it when need be. A
refused sending leaves no key behind, so that it can be mended and sent again. Keys of different people never meet.

A form sent again with other content, as after going back in the browser, is another act: nothing typed is lost. A
request that comes with a used key and other content is a program's mistake, and a Conflict.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from casework.audit import clock
from casework.core.errors import Conflict, Invalid
from casework.core.models import Submission

KEPT = datetime.timedelta(hours=48)
FIELD = "submission"
HEADER = "Idempotency-Key"
KEY_LENGTH = 200
_FORM_KEY = 32


class OnceMixin:
    """A form whose sending is remembered. The renderer prints `submission_key` with the hidden fields."""

    is_bound: bool
    data: Mapping[str, Any]

    @property
    def submission(self) -> str:
        """The key that came with the form; empty when none that we could have given out."""
        given = str(self.data.get(FIELD, "")) if self.is_bound else ""
        return given if len(given) == _FORM_KEY and given.isascii() and given.isalnum() else ""

    @cached_property
    def submission_key(self) -> str:
        """What to print: the key that came, so that a mended form is still the same sending, or a new one."""
        return self.submission or secrets.token_hex(_FORM_KEY // 2)


def once(request: HttpRequest, form: Any, act: Callable[[], str]) -> str:
    """Carry out `act`, which returns the address it leads to, unless this person sent this very form before; then that
    address, and nothing is done. What `act` raises undoes everything, the memory of the key too."""
    sent = getattr(form, FIELD, "")
    if not sent:
        return act()
    key = _digest("form", sent, request.get_full_path(), _content(request))
    with transaction.atomic():
        row, new = Submission.objects.get_or_create(user_id=request.user.pk, key=key)  # type: ignore[misc]
        if new:
            row.answer = act()
            row.save(update_fields=["answer"])
    return row.answer


def once_for_key(user: Any, given: str, fingerprint: str, act: Callable[[], Response]) -> tuple[Response, bool]:
    """The answer of `act`, or the answer that this person's request with the same key got, and whether it is new.

    `fingerprint` says what is asked for. Raises Conflict when the key was used for something else, Invalid when it is
    no key. The caller has to ask whether the person may still see what an old answer tells.
    """
    if not (0 < len(given) <= KEY_LENGTH and given.isascii() and given.isprintable()):
        message = _("Send a key of 1 to 200 printable ASCII characters.")
        raise Invalid(message, fields={HEADER: [message]})
    with transaction.atomic():
        row, new = Submission.objects.get_or_create(
            user_id=user.pk, key=_digest("request", given), defaults={"fingerprint": fingerprint}
        )
        if new:
            response = act()
            row.status, row.answer = response.status_code, _written(response.data)
            row.save(update_fields=["status", "answer"])
            return response, True
    if row.fingerprint != fingerprint:
        raise Conflict(_("This key was used for another request. Use a new key for each act."), code="key_reused")
    return Response(json.loads(row.answer) if row.answer else None, status=row.status), False


def fingerprint_of(request: HttpRequest, body_sha256: str) -> str:
    """What a request asks for: its method, its address, what the body holds and is called."""
    return _digest(request.method or "", request.get_full_path(), request.headers.get("X-Filename", ""), body_sha256)


def sweep() -> int:
    """Forget what was sent more than two days ago; returns how many keys."""
    return Submission.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]


def _content(request: HttpRequest) -> str:
    """All fields and files of a form but the CSRF token, which differs from page to page."""
    fields = [[name, request.POST.getlist(name)] for name in sorted(request.POST) if name != "csrfmiddlewaretoken"]
    files = [
        [name, [[file.name, file.size, getattr(file, "sha256", "")] for file in request.FILES.getlist(name)]]
        for name in sorted(request.FILES)
    ]
    return json.dumps([fields, files])


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _written(data: Any) -> str:
    return "" if data is None else JSONRenderer().render(data).decode()
