"""Moments that people mark on recordings."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.evidence.models.files import EvidenceFile
from casework.evidence.models.items import Item
from casework.evidence.querysets import ItemPartQuerySet
from casework.evidence.timecodes import timecode


@pghistory.track()
class Mark(models.Model):
    """What is seen or heard at a moment of a recording, in words, so that colleagues need not look. Seconds are counted
    from the beginning of the file. A mark may be changed and taken away, with its history; what cites a moment names
    the item and the second, not the mark, and so stays good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="marks", editable=False)
    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="marks", verbose_name=_("recording"))
    at = models.DecimalField(_("from, seconds"), max_digits=9, decimal_places=3)
    until = models.DecimalField(_("until, seconds"), max_digits=9, decimal_places=3, null=True, blank=True)
    text = models.CharField(_("what is seen or heard"), max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["at", "made_at", "id"]
        verbose_name = _("marked moment")
        verbose_name_plural = _("marked moments")
        indexes = [models.Index(fields=["item", "at"], name="mark_by_item")]
        constraints = [
            models.CheckConstraint(name="mark_not_before_the_beginning", condition=models.Q(at__gte=Decimal(0))),
            models.CheckConstraint(
                name="mark_ends_after_it_begins",
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("at")),
            ),
        ]

    @property
    def audit_label(self) -> str:
        return self.item.reference

    @property
    def span(self) -> str:
        """When, as people write it: 01:14, or 01:14–01:20."""
        return timecode(self.at) + (f"–{timecode(self.until)}" if self.until is not None else "")

    @property
    def seconds(self) -> str:
        """The second to go to, for an address."""
        return f"{self.at.normalize():f}"

    @property
    def url(self) -> str:
        """Where the recording opens at this moment, covered."""
        query = {"at": self.seconds, "file": str(self.file_id)}
        return reverse("evidence:detail", args=[self.item_id], query=query)
