"""The case: one incident under investigation, a working file that changes every day."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.cases.models.reference import Country, Party, Region, Tag
from casework.cases.querysets import CasePartQuerySet, CaseQuerySet, GrantQuerySet
from casework.core.dates import DateRange


@pghistory.track()
class Case(models.Model):
    """One incident. Its reference comes from a database sequence; its title names nobody."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        MERGED = "merged", _("Merged into another case")

    class LearnedFrom(models.TextChoices):
        SPECIAL_SERVICE = "special_service", _("Video from special services")
        UNIT_REPORT = "unit_report", _("Report of a military unit")
        PERPETRATORS = "perpetrators", _("Perpetrators' publication")
        WITNESS = "witness", _("Witness")
        RELEASED_PRISONER = "released_prisoner", _("Released prisoner")
        MONITORING_BODY = "monitoring_body", _("Monitoring body")
        MEDIA = "media", _("Media")
        FAMILY = "family", _("Family")

    class Priority(models.TextChoices):
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what happened"), max_length=20_000, blank=True)
    occurred_earliest = models.DateField(_("earliest date"), null=True, blank=True)
    occurred_latest = models.DateField(_("latest date"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=2, choices=Country.choices, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("oblast or region"))
    raion = models.CharField(_("raion or district"), max_length=80, blank=True)
    settlement = models.CharField(_("settlement"), max_length=80, blank=True)
    place_note = models.CharField(_("place in words"), max_length=300, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    uncertainty = models.PositiveIntegerField(
        _("uncertainty, metres"), null=True, blank=True, validators=[MaxValueValidator(500_000)]
    )
    victims_party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party of the victims")
    )
    responsible_party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party alleged responsible")
    )
    learned_from = models.CharField(_("how the office learned of it"), max_length=20, choices=LearnedFrom.choices)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    team = models.ForeignKey(Team, models.PROTECT, related_name="cases", verbose_name=_("team"))
    sensitive = models.BooleanField(_("sensitive"), default=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="cases", verbose_name=_("tags"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN, editable=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(_("opened"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="case_by_change"),
            models.Index(fields=["team", "-updated_at", "-id"], name="case_by_team_change"),
            models.Index(fields=["state", "-updated_at", "-id"], name="case_by_state_change"),
            models.Index(fields=["-occurred_latest", "-id"], name="case_by_date"),
            models.Index(fields=["region", "-updated_at", "-id"], name="case_by_region_change"),
            models.Index(fields=["-created_at", "-id"], name="case_by_opening"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="case_title_trigrams"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_dates_in_order",
                condition=models.Q(occurred_earliest__isnull=True, occurred_latest__isnull=True)
                | models.Q(occurred_earliest__lte=models.F("occurred_latest")),
            ),
            models.CheckConstraint(
                name="case_coordinates_in_pairs",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def occurred(self) -> DateRange:
        """When it happened, as precisely as is known."""
        return DateRange(self.occurred_earliest, self.occurred_latest)

    @property
    def place(self) -> str:
        """Where, from the settlement outwards; empty when unknown."""
        region = self.region.name if self.region_id and self.region else ""
        country = self.get_country_display() if self.country and not region else ""
        parts = [self.settlement, self.raion, region, country]
        return ", ".join(str(part) for part in parts if part) or self.place_note


@pghistory.track()
class CaseAssignment(models.Model):
    """A person who works on a case. On a sensitive case, also the list of those who may open it at all."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Lead")
        MEMBER = "member", _("Works on it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="case_assignments")
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, default=Part.MEMBER)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CasePartQuerySet.as_manager()

    class Meta:
        ordering = ["part", "assigned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=models.Q(ended_at=None), name="one_open_assignment_each"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None, part="lead"), name="one_lead_for_a_case"
            ),
        ]


@pghistory.track()
class CaseGrant(models.Model):
    """Access to one case for a person who would not have it: by whom, why, until when.

    Break-glass is such a grant, given by the person to themselves for at most one hour; the case's lead and the
    auditors are told.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="case_grants")
    break_glass = models.BooleanField(_("break-glass"), default=False)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("from"), default=clock.now)
    reason = models.TextField(_("reason"))
    ends_at = models.DateTimeField(_("until"))

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-granted_at"]
        indexes = [models.Index(fields=["user", "case", "ends_at"], name="case_grant_by_user")]
        constraints = [
            models.CheckConstraint(
                name="case_grant_by_another",
                condition=models.Q(break_glass=True, granted_by=models.F("user"))
                | (models.Q(break_glass=False) & ~models.Q(granted_by=models.F("user"))),
            ),
        ]
