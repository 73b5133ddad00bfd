"""Findings: the office's conclusions about cases. Proposed by one person, approved by another, never changed after."""

from __future__ import annotations

import datetime
import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.cases.models import Case, Party
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import DateRange
from casework.evidence.models import EvidenceLink, Item
from casework.evidence.models.items import Establishes
from casework.findings.querysets import CasePartQuerySet, FindingPartQuerySet, FindingQuerySet
from casework.findings.triggers import finding_triggers, kept_with_finding


class Conclusion(models.TextChoices):
    """Conclusion about a case (HURIDOCS micro-thesaurus 41)."""

    CONFIRMED = "confirmed", _("Confirmed violation")
    CONFIRMED_SIMILAR = "confirmed_similar", _("Confirmed, similar to what was alleged")
    LIKELY = "likely", _("Likely violation")
    POSSIBLE = "possible", _("Possible violation")
    UNLIKELY = "unlikely", _("Unlikely violation")
    NOT_VIOLATION = "not_violation", _("Not a violation")
    UNKNOWN = "unknown", _("Unknown")


class Standard(models.IntegerChoices):
    """Standard of proof, from the weakest to the strongest."""

    SUSPICION = 1, _("Suspicion")
    REASONABLE_GROUNDS = 2, _("Reasonable grounds to believe")
    SUBSTANTIAL_GROUNDS = 3, _("Substantial grounds to believe")
    BEYOND_REASONABLE_DOUBT = 4, _("Beyond reasonable doubt")


class Qualification(models.TextChoices):
    """Legal qualification (Rome Statute, article 8; Elements of Crimes)."""

    WILFUL_KILLING = "8-2-a-i", _("Wilful killing, art. 8(2)(a)(i)")
    HORS_DE_COMBAT = "8-2-b-vi", _("Killing or wounding a person hors de combat, art. 8(2)(b)(vi)")
    NO_QUARTER = "8-2-b-xii", _("Denying quarter, art. 8(2)(b)(xii)")


@pghistory.track()
class Finding(models.Model):
    """A conclusion about one case. `in_force` is the range of days on which it is the office's conclusion; two
    findings of one case are never in force on one day. Superseding closes the earlier range; superseded on the day
    it was decided, a finding was in force on no day and its range is empty. A case has one open proposal at a time.

    `previous_version` is what was proposed before the finding was returned, with the reason (see snapshots.py).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        APPROVED = "approved", _("Approved")

    class ReturnReason(models.TextChoices):
        EVIDENCE = "evidence", _("The evidence does not carry the claim")
        COUNT = "count", _("The number of victims is not established")
        STATUS = "status", _("Status at death is not established")
        QUALIFICATION = "qualification", _("The legal qualification does not fit")
        IDENTITY = "identity", _("Identity of a person is not established")
        INCOMPLETE = "incomplete", _("Something is missing")
        OTHER = "other", _("Another reason")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="findings", verbose_name=_("case"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED, editable=False)
    conclusion = models.CharField(_("conclusion"), max_length=20, choices=Conclusion.choices)
    standard = models.PositiveSmallIntegerField(_("standard of proof"), choices=Standard.choices)
    victims_party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party of the victims"))
    responsible_party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party responsible")
    )
    occurred_earliest = models.DateField(_("earliest date"))
    occurred_latest = models.DateField(_("latest date"))
    country = models.CharField(max_length=2, blank=True, editable=False)
    region = models.ForeignKey("cases.Region", models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    qualifications = ArrayField(
        models.CharField(max_length=12, choices=Qualification.choices),
        default=list,
        blank=True,
        verbose_name=_("legal qualification"),
    )
    reasons = models.TextField(_("reasons"), max_length=50_000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    returned_code = models.CharField(max_length=20, choices=ReturnReason.choices, blank=True)
    returned_note = models.TextField(max_length=5000, blank=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    previous_version = models.JSONField(null=True, editable=False)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"), null=True)
    in_force = DateRangeField(_("in force"), null=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    late_verification = models.BooleanField(_("late verification"), default=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [
            models.Index(fields=["state", "proposed_at", "id"], name="finding_by_queue"),
            models.Index(fields=["victims_party", "occurred_earliest"], name="finding_by_incident"),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_finding_in_force",
                expressions=[("case", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
                condition=Q(state="approved"),
            ),
            models.CheckConstraint(
                name="finding_approved_whole",
                condition=Q(
                    state="approved", approved_by__isnull=False, decided_on__isnull=False, in_force__isnull=False
                )
                | (~Q(state="approved") & Q(approved_by__isnull=True, in_force__isnull=True)),
            ),
            models.CheckConstraint(
                name="finding_four_eyes", condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="finding_dates_in_order", condition=Q(occurred_earliest__lte=F("occurred_latest"))
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["proposed", "returned"]), name="one_open_proposal_a_case"
            ),
        ]
        triggers = finding_triggers()

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def occurred(self) -> DateRange:
        return DateRange(self.occurred_earliest, self.occurred_latest)

    @property
    def superseded_on(self) -> datetime.date | None:
        """The first day on which it was no longer in force; None while it is, or before it was approved."""
        if self.in_force is None:
            return None
        return self.decided_on if self.in_force.isempty else self.in_force.upper

    @property
    def is_in_force(self) -> bool:
        """Whether it is the office's conclusion today."""
        return self.in_force is not None and clock.today() in self.in_force


class VictimCount(models.Model):
    """How many victims a finding establishes, by status at death."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="victim_counts")
    status = models.CharField(_("status at death"), max_length=20, choices=StatusAtDeath.choices)
    at_least = models.PositiveSmallIntegerField(_("at least"))
    at_most = models.PositiveSmallIntegerField(_("at most"))

    objects = FindingPartQuerySet.as_manager()

    class Meta:
        ordering = ["status"]
        triggers = kept_with_finding("victimcount")
        constraints = [
            models.UniqueConstraint(fields=["finding", "status"], name="one_count_a_status"),
            models.CheckConstraint(name="finding_victims_in_order", condition=Q(at_least__lte=F("at_most"))),
        ]


class CitedEvidence(models.Model):
    """A file that a finding stands on, frozen with the hash it had and with what the item was said to show. An item
    without a file is cited with none."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="cited")
    link = models.ForeignKey(EvidenceLink, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="cited_in")
    establishes = ArrayField(models.CharField(max_length=20, choices=Establishes.choices), default=list)
    bearing = models.CharField(
        max_length=12, choices=EvidenceLink.Bearing.choices, default=EvidenceLink.Bearing.SUPPORTS
    )
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = FindingPartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = kept_with_finding("citedevidence")


@pghistory.track()
class ElementAssessment(models.Model):
    """Where a case stands on one element of a crime (Rome Statute, Elements of Crimes)."""

    class Standing(models.TextChoices):
        GAP = "gap", _("Gap")
        CONTESTED = "contested", _("Contested")
        ESTABLISHED = "established", _("Established")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="elements")
    qualification = models.CharField(max_length=12, choices=Qualification.choices)
    element = models.CharField(max_length=30)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.GAP)
    note = models.TextField(max_length=5000, blank=True)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)

    objects = CasePartQuerySet.as_manager()

    class Meta:
        ordering = ["qualification", "element"]
        constraints = [
            models.UniqueConstraint(fields=["case", "qualification", "element"], name="one_assessment_an_element")
        ]
