"""Who works here, in which team, in which role, and with which tokens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import cached_property

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from casework.accounts.querysets import InvitationQuerySet, RoleGrantQuerySet, TeamQuerySet, TokenQuerySet, UserManager
from casework.audit import clock


@pghistory.track()
class Team(models.Model):
    """A compartment: people see the cases of their own teams."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True)
    tells_of_related = models.BooleanField(
        _("others may learn that this team holds related footage"),
        default=False,
        help_text=_("Only that it does, no reference and no name of the team, and only if their team allows it too."),
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do; see the table of roles in docs/threat-model.md."""

    INVESTIGATOR = "investigator", _("Investigator")
    REVIEWER = "reviewer", _("Reviewer")
    REFERRAL_OFFICER = "referral_officer", _("Referral officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    VIEWER = "viewer", _("Viewer")


OFFICE_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles held in the office as a whole; every other role is held in one team."""
READING_ROLES = frozenset({Role.INVESTIGATOR, Role.REVIEWER, Role.REFERRAL_OFFICER, Role.VIEWER})
"""Roles that may read their team's cases."""
TOKEN_PREFIX = "cwk_"  # noqa: S105 - what every token begins with, so that a leaked one is recognised


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person with an account. Never deleted: an account that must go is disabled, and its acts keep its name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split()[0] if self.name else ""

    @property
    def audit_label(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> dict[uuid.UUID | None, frozenset[str]]:
        """Roles in force now, by team (None: the office as a whole). Read once for each request."""
        held: dict[uuid.UUID | None, set[str]] = {}
        if self.is_active:
            for team_id, role in self._grants():
                held.setdefault(team_id, set()).add(role)
        return {team_id: frozenset(roles) for team_id, roles in held.items()}

    def _grants(self) -> Iterable[tuple[uuid.UUID | None, str]]:
        """Team and role of each grant in force: as `with_roles` read them with the person, or by a query."""
        read: list[dict[str, str]] | None = self.__dict__.get("grants_read")
        if read is None:
            return RoleGrant.objects.in_force().filter(user=self).values_list("team_id", "role")
        return [(uuid.UUID(row["team"]) if row["team"] else None, row["role"]) for row in read]

    def has_role(self, role: str, team_id: uuid.UUID | None = None) -> bool:
        """Whether the person holds `role` now, in that team or, for office roles, in the office."""
        return role in self.roles.get(team_id, frozenset())

    def teams_as(self, *roles: str) -> list[uuid.UUID]:
        """The teams in which the person holds any of `roles` now."""
        wanted = set(roles)
        return [team_id for team_id, held in self.roles.items() if team_id is not None and wanted & held]

    @property
    def reading_teams(self) -> list[uuid.UUID]:
        """The teams whose cases the person may read."""
        return self.teams_as(*READING_ROLES)

    @property
    def is_administrator(self) -> bool:
        return self.has_role(Role.ADMINISTRATOR)

    @property
    def is_auditor(self) -> bool:
        return self.has_role(Role.AUDITOR)

    @property
    def state(self) -> str:
        """ "disabled", "invited" (no password was ever set) or "enabled"."""
        if not self.is_active:
            return "disabled"
        return "enabled" if self.has_usable_password() else "invited"

    # Django's admin asks these. It holds reference data and accounts only.
    @property
    def is_staff(self) -> bool:
        return self.is_administrator

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_administrator


@pghistory.track()
class RoleGrant(models.Model):
    """A role given to a person, by whom, why and until when. Granting to oneself is refused by the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"))
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("granted by"))
    granted_at = models.DateTimeField(_("granted"), default=clock.now)
    reason = models.TextField(_("reason"))
    ends_at = models.DateTimeField(_("ends"))
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by"))

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-granted_at", "id"]
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        indexes = [models.Index(fields=["user", "ends_at"], name="role_grant_by_user")]
        constraints = [
            models.CheckConstraint(
                name="role_grant_not_to_oneself",
                condition=models.Q(granted_by__isnull=True) | ~models.Q(granted_by=models.F("user")),
            ),
            models.CheckConstraint(
                name="role_grant_team_fits_role",
                condition=models.Q(role__in=sorted(OFFICE_ROLES), team__isnull=True)
                | models.Q(~models.Q(role__in=sorted(OFFICE_ROLES)), team__isnull=False),
            ),
            models.CheckConstraint(
                name="role_grant_ends_after_it_began", condition=models.Q(ends_at__gte=models.F("granted_at"))
            ),
        ]
        triggers = [
            # A grant can only be ended: who gave what to whom, when and why stays as it was written.
            pgtrigger.ReadOnly(
                name="role_grant_stands", fields=["user", "role", "team", "granted_by", "granted_at", "reason"]
            ),
            pgtrigger.Protect(name="role_grant_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.team or ''}".strip()

    @property
    def audit_label(self) -> str:
        return str(self.role)

    @property
    def in_force(self) -> bool:
        return self.granted_at <= clock.now() < self.ends_at


class Invitation(models.Model):
    """A one-time link by which a person sets a password. Only the link's SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    asks_who = models.BooleanField(default=False)
    """The first administrator's link: whoever opens it also says their name and address."""

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]


class Token(models.Model):
    """A personal API token: shown once, stored as SHA-256, bound to its owner's rights, never able to approve,
    send or grant."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("may"), max_length=8, choices=Scope.choices, default=Scope.READ)
    made_at = models.DateTimeField(_("made"), default=clock.now)
    ends_at = models.DateTimeField(_("ends"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.prefix

    @property
    def usable(self) -> bool:
        return self.revoked_at is None and clock.now() < self.ends_at
