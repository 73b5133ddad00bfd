"""What was typed into a form whose session had ended, kept for the person who typed it, and for nobody else.

Kept on the server for one hour, encrypted with a key made from the signing key and the person, so that a copy of the
database tells nothing. Files, passwords and codes are never kept. Nothing is ever applied by itself: the person signs
in, sees the form filled in, and sends it. docs/decisions/0008 says why here and not in the browser.

Whose form it was is told by its CSRF token: the secret behind it is made at each sign-in and remembered beside the
person who signed in. So a form that one person left open is not taken for the work of the next at the same computer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.middleware.csrf import CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH, _unmask_cipher_token  # type: ignore[attr-defined]

from casework.accounts.models import User

COOKIE = "kept_form"  # says only that something may be kept
KEPT_SECONDS = 60 * 60
MOST_CHARACTERS = 512 * 1024  # of all fields together, as sent
SIGN_IN = ("/accounts/", "/invitation/", "/api/")  # nothing typed there is kept
SECRET = re.compile(r"password|passphrase|secret|credential|csrf|^code$|^again$|^submission$", re.IGNORECASE)
_TOKEN = re.compile(rf"[A-Za-z0-9]{{{CSRF_SECRET_LENGTH},{CSRF_TOKEN_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A form as it was sent: the page that held it, where it went, its fields, and the names of its files."""

    page: str
    action: str
    fields: dict[str, list[str]]
    files: list[str] = field(default_factory=list)


class _NamesOnly(FileUploadHandler):
    """Reads past every file and notes what it was called."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.names: list[str] = []

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        self.names.append(file_name)
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: every file is skipped."""

    def file_complete(self, file_size: int) -> None:
        """Never a file."""


def remember_owner(request: HttpRequest, user: User) -> None:
    """Remember, at sign-in, whose forms carry the CSRF secret that was just made."""
    secret = request.META.get("CSRF_COOKIE")
    if secret:
        cache.set(_owner_key(secret), str(user.pk), settings.SESSION_COOKIE_AGE + KEPT_SECONDS)


def owner_of_form(request: HttpRequest) -> uuid.UUID | None:
    """Who opened the page that this form was sent from. Reads the body."""
    return _owner(request.POST.get("csrfmiddlewaretoken", "") or request.headers.get("X-CSRFToken", ""))


def page_of(request: HttpRequest) -> str:
    """The page that a form was sent from, with its query: where the browser says it was, else where the form went."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and came_from.path.startswith("/"):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.path


def keep_of_ended_session(request: HttpRequest) -> str | None:
    """Keep what a request without a session brought; returns the page to come back to, or None for nothing kept.

    The body is read only when the browser holds the token of somebody who signed in here lately and the form is from
    this site: a stranger cannot make us read, let alone store, anything.
    """
    if request.path.startswith(SIGN_IN) or not from_this_site(request):
        return None
    if _owner(request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")) is None:
        return None
    handler = _NamesOnly(request)
    try:
        request.upload_handlers = [handler]
        owner = owner_of_form(request)
    except (UnreadablePostError, MultiPartParserError, SuspiciousOperation, BadRequest):
        return None
    page = page_of(request)
    if owner is None or not keep(owner, page, request.path, request.POST, handler.names):
        return None
    return page


def from_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that the form is from a page of ours."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def keep(owner: uuid.UUID, page: str, action: str, typed: QueryDict, files: list[str] | None = None) -> bool:
    """Keep the fields of a form for `owner`; False when there is nothing to keep, too much, or no such person."""
    fields = {name: [str(one) for one in typed.getlist(name)] for name in typed if not SECRET.search(name)}
    if not any(map(any, fields.values())) or page.startswith(SIGN_IN) or action.startswith(SIGN_IN):
        return False
    text = json.dumps(asdict(Kept(page, action, fields, list(files or []))))
    if len(text) > MOST_CHARACTERS or not User.objects.filter(pk=owner, is_active=True).exists():
        return False
    cache.set(_key(owner, page), _cipher(owner).encrypt(text.encode("utf-8", "surrogatepass")).decode(), KEPT_SECONDS)
    return True


def kept_for(user: User, page: str) -> Kept | None:
    """What is kept for this person at this page."""
    stored = cache.get(_key(user.pk, page))
    if stored is None:
        return None
    try:
        return Kept(**json.loads(_cipher(user.pk).decrypt(stored.encode())))
    except InvalidToken:
        return None


def drop(user: User, page: str) -> None:
    """Forget it: the form was sent."""
    cache.delete(_key(user.pk, page))


def mark(response: HttpResponseBase) -> None:
    """Have the browser say, for as long as something is kept, that it is worth a look."""
    response.set_cookie(COOKIE, "1", max_age=KEPT_SECONDS, secure=bool(settings.SESSION_COOKIE_SECURE),
                        httponly=True, samesite="Strict")  # fmt: skip


def _owner(token: str) -> uuid.UUID | None:
    if not _TOKEN.fullmatch(token) or len(token) not in (CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH):
        return None
    secret = token if len(token) == CSRF_SECRET_LENGTH else _unmask_cipher_token(token)
    found = cache.get(_owner_key(secret))
    return uuid.UUID(found) if found else None


def _owner_key(secret: str) -> str:
    return f"form-owner:{hashlib.sha256(secret.encode()).hexdigest()}"


def _key(owner: uuid.UUID, page: str) -> str:
    return f"kept-form:{owner}:{hashlib.sha256(urlsplit(page).path.encode()).hexdigest()}"


def _cipher(owner: uuid.UUID) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=owner.bytes, info=b"casework kept forms")
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))


def forget_old() -> None:
    """The cache itself forgets only when it is full; what was typed must not outlive its hour by much."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_cache WHERE expires < now()")
