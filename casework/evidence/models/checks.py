"""What became of looking at stored bytes again: against their hashes by schedule, and for malware."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.evidence.models.files import Blob, EvidenceFile
from casework.evidence.querysets import FilePartQuerySet


class FixityDay(models.Model):
    """The checks of one UTC day that the schedule or `manage.py verify` made; sizes in bytes. `allowance` is what the
    schedule was to read up to the end of the day's last slice, counting what it owed or was ahead the day before."""

    day = models.DateField(_("day"), primary_key=True)
    files = models.PositiveIntegerField(_("files"), default=0)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    damaged = models.PositiveIntegerField(_("found damaged or missing"), default=0)
    scheduled = models.PositiveBigIntegerField(default=0)
    allowance = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day"]


class Scan(models.Model):
    """The last word of the scanner on a blob. A blob without a row was not scanned."""

    class State(models.TextChoices):
        CLEAN = "clean", _("No malware found")
        FOUND = "found", _("Malware found")
        PARTIAL = "partial", _("Not fully scanned")
        NOT_SCANNED = "not_scanned", _("Not scanned")

    blob = models.OneToOneField(Blob, models.CASCADE, primary_key=True, related_name="scan")
    state = models.CharField(_("malware"), max_length=12, choices=State.choices, default=State.NOT_SCANNED)
    signature = models.CharField(_("what was found"), max_length=200, blank=True)
    engine = models.CharField(_("scanner"), max_length=80, blank=True)
    database = models.CharField(_("signatures, version and date"), max_length=80, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), null=True)
    # When the scanner was last asked and did not answer, how often in a row, and what went wrong.
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scan_says_what_it_found",
                condition=models.Q(state="found") & ~models.Q(signature="") | ~models.Q(state="found"),
            ),
            models.CheckConstraint(
                name="scan_has_its_day",
                condition=models.Q(state="not_scanned") | models.Q(scanned_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "scanned_at"], name="scan_by_age")]


class Clearance(models.Model):
    """A decision that a file may go to recipients although the scanner found something in it: for that one finding of
    the scanner, with the reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="clearances")
    signature = models.CharField(max_length=200)
    reason = models.TextField(_("reason"), max_length=2000)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(default=clock.now)

    objects = FilePartQuerySet.as_manager()

    class Meta:
        ordering = ["-cleared_at"]
        triggers = append_only("evidence_clearance")
