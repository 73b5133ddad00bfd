"""Asking a route as each of the people, without leaving a trace: every request is rolled back."""

from __future__ import annotations

import datetime
import json
import re
import time
import uuid
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from casework.accounts.models import Token
from casework.accounts.secrets import secret_hash
from casework.audit import clock

BACKEND = "casework.accounts.backends.CaseworkBackend"
DENIED = (401, 403, 404, 405)
SPARE_ARGUMENTS = {
    "aspect": "content", "group": "where", "kind": "video", "place": 0, "secret": "unknown-secret", "part": "sheet",
    "reference": "E-99999", "at": "01:14", "field": "number", "number": 1,
}  # fmt: skip
_VOLATILE = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<=value=\")[A-Za-z0-9]{64}(?=\")|(?<=\"X-CSRFToken\": \")[A-Za-z0-9]+"
)


class Asker:
    """One person at a browser, with a fresh proof of identity; or a program with a token."""

    def __init__(self, user: Any = None, scope: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is None:
            return
        if scope:
            secret = f"cwk_{uuid.uuid4().hex}"
            Token.objects.create(
                user=user, name="For the walk", prefix=secret[:12], secret_hash=secret_hash(secret), scope=scope,
                ends_at=clock.now() + datetime.timedelta(hours=1),
            )  # fmt: skip
            self.headers = {"authorization": f"Bearer {secret}"}
            return
        self.client.force_login(user, backend=BACKEND)
        session = self.client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    def ask(self, verb: str, url: str, sent: Any = None) -> Any:
        """The answer to an empty form, or to `sent` (else an empty object) at the API. Nothing of what it did stays."""
        body: dict[str, Any] = {}
        if verb not in ("get", "head"):
            api = url.startswith("/api/")
            text = json.dumps(sent or {})
            body = {"data": text, "content_type": "application/json"} if api else {"data": {"csrfmiddlewaretoken": "x"}}
        cookies = self.client.cookies.copy()
        mark = transaction.savepoint()
        try:
            answer = getattr(self.client, verb)(url, headers=self.headers, **body)
            answer.whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
        finally:
            transaction.savepoint_rollback(mark)
            self.client.cookies = cookies
        return answer


def address(name: str, route: str, world: Any, target: str, *, missing: bool = False) -> str:
    """The route's address for one object of a world, or for an object that does not exist."""
    arguments = {key: value for key, value in SPARE_ARGUMENTS.items() if re.search(rf":{key}>|<{key}>", route)}
    if "preview" in route:
        arguments["kind"] = "poster"
    if "pictures" in route:
        arguments["kind"] = "cover"
    for key in re.findall(r"uuid:(\w+)>|\(\?P<(pk)>", route):
        argument = key[0] or key[1]
        chosen = world.role if argument == "grant_pk" else getattr(world, target)
        arguments[argument] = uuid.UUID(int=7) if missing else chosen.pk
    return reverse(name, kwargs=arguments)


def verdict(answer: Any) -> bool:
    """Whether the person was let through to the rule or the record (a conflict or an incomplete form counts)."""
    if answer.status_code >= 500:
        raise AssertionError(f"{answer.status_code} at {answer.wsgi_request.path}")
    sent_to_sign_in = answer.status_code == 302 and "/accounts/" in answer["Location"]
    return answer.status_code not in DENIED and not sent_to_sign_in


def plain(answer: Any) -> str:
    """Status and body without what differs from request to request: ids, tokens."""
    return f"{answer.status_code} " + _VOLATILE.sub("*", answer.whole.decode("utf-8", "replace"))


def people(cast: Any) -> dict[str, Asker]:
    """One asker for each letter of the table."""
    return {
        "I": Asker(cast.investigator),
        "R": Asker(cast.reviewer),
        "O": Asker(cast.referral_officer),
        "V": Asker(cast.viewer),
        "A": Asker(cast.administrator),
        "U": Asker(cast.auditor),
        "X": Asker(cast.outsider),
        "N": Asker(),
        "T": Asker(cast.investigator, scope="read"),
        "W": Asker(cast.investigator, scope="write"),
    }


def merged(*worlds: Any) -> SimpleNamespace:
    """One world with the objects of several."""
    return SimpleNamespace(**{key: value for world in worlds for key, value in vars(world).items()})
