"""Personal tokens of the API."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from casework.accounts.models import TOKEN_PREFIX, Token, User
from casework.accounts.secrets import secret_hash
from casework.audit import clock

LONGEST = 200
USE_NOTED_EVERY = datetime.timedelta(minutes=1)
SCOPES = {Token.Scope.READ: frozenset({"read"}), Token.Scope.WRITE: frozenset({"read", "write"})}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer cwk_...`. The person gets `token_scopes`: what the token may do on their behalf."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The token's person; None when there is no bearer token, so that a session may answer instead.

        Raises AuthenticationFailed for a token that is unknown, revoked, past its end or of a disabled person, all
        alike, and PermissionDenied for a change with a token that may only read.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        token = self._find(parts)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is not valid. Make a new one on your account page."))
        scopes = SCOPES[Token.Scope(token.scope)]
        if request.method not in SAFE_METHODS and "write" not in scopes:
            raise exceptions.PermissionDenied(_("This token may only read. Make one that may write."))
        now = clock.now()
        if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
            Token.objects.filter(pk=token.pk).update(last_used_at=now)
        token.user.token_scopes = set(scopes)  # type: ignore[attr-defined]
        return token.user, token

    @staticmethod
    def _find(parts: list[bytes]) -> Token | None:
        if len(parts) != 2 or len(parts[1]) > LONGEST:
            return None
        try:
            secret = parts[1].decode("ascii")
        except UnicodeDecodeError:
            return None
        if not secret.startswith(TOKEN_PREFIX):
            return None
        return Token.objects.usable().select_related("user").filter(secret_hash=secret_hash(secret)).first()

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the tokens."""

    target_class = "casework.accounts.authentication.TokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cwk_..."}
