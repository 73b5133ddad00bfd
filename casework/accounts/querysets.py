"""Which people, teams and tokens a person may know of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject

from casework.audit import clock

if TYPE_CHECKING:
    from casework.accounts.models import User

SECOND_FACTORS = ("totp", "webauthn")


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> TeamQuerySet:
        """One's own teams; administrators and auditors know them all."""
        if user.is_administrator or user.is_auditor:
            return self
        return self.filter(pk__in=[team for team in user.roles if team])


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> UserQuerySet:
        """Colleagues: people who hold or held a role in one's own teams, and oneself."""
        if user.is_administrator or user.is_auditor:
            return self
        return self.filter(Q(pk=user.pk) | Q(role_grants__team__in=[team for team in user.roles if team])).distinct()

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def disabled(self) -> UserQuerySet:
        return self.filter(is_active=False)

    def invited(self) -> UserQuerySet:
        """Enabled, but no password was ever set."""
        return self.active().filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def with_second_factor_state(self) -> UserQuerySet:
        """Each row gets `has_second_factor`: an authenticator app or a key; recovery codes alone are none."""
        mine = self.model._default_manager.filter(pk=OuterRef("pk"), authenticator__type__in=SECOND_FACTORS)
        return self.annotate(has_second_factor=Exists(mine))

    def with_roles(self) -> UserQuerySet:
        """Each row gets `grants_read`: role, team and its name of the grants in force; `User.roles` is made of it."""
        read = {"team": "team_id", "name": "team__name", "role": "role"}
        grants = apps.get_model("accounts", "RoleGrant").objects.in_force().filter(user=OuterRef("pk")).order_by()
        return self.annotate(grants_read=ArraySubquery(grants.values(row=JSONObject(**read))))

    def with_role(self, *roles: str, team_id: Any = None) -> UserQuerySet:
        """People who hold one of `roles` now (in that team, if given)."""
        now = clock.now()
        held = Q(role_grants__role__in=roles, role_grants__granted_at__lte=now, role_grants__ends_at__gt=now)
        if team_id is not None:
            held &= Q(role_grants__team_id=team_id)
        return self.active().filter(held).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    def create_user(self, email: str, name: str, password: str | None = None) -> User:
        """A new account without any role. `password=None` leaves it unusable until an invitation is taken up."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class RoleGrantQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> RoleGrantQuerySet:
        if user.is_administrator or user.is_auditor:
            return self
        return self.filter(user=user)

    def in_force(self) -> RoleGrantQuerySet:
        now = clock.now()
        return self.filter(granted_at__lte=now, ends_at__gt=now)


class InvitationQuerySet(models.QuerySet):
    def open(self) -> InvitationQuerySet:
        """Links that still work."""
        return self.filter(used_at__isnull=True, ends_at__gt=clock.now(), user__is_active=True)


class TokenQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> TokenQuerySet:
        """Nobody's but one's own."""
        return self.filter(user=user)

    def usable(self) -> TokenQuerySet:
        return self.filter(revoked_at__isnull=True, ends_at__gt=clock.now(), user__is_active=True)
