"""Who a person is, by e-mail and password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend


class CaseworkBackend(AuthenticationBackend):
    """Sign-in by e-mail, whatever its case. An unknown address costs one password hash too, so that the time of an
    answer tells nobody which accounts exist, and a disabled account is nobody from the next request on
    (`user_can_authenticate`)."""
