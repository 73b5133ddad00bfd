"""Who a person is, by e-mail and password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from casework.accounts.models import User


class CaseworkBackend(AuthenticationBackend):
    """Sign-in by e-mail, whatever its case. An unknown address costs one password hash too, so that the time of an
    answer tells nobody which accounts exist, and a disabled account is nobody from the next request on
    (`user_can_authenticate`)."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session and, by the same query, the roles that they hold at this moment."""
        user: User | None = User.objects.with_roles().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
