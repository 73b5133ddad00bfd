"""What people judge of an item, each under their own name and day. Nothing is overwritten: who thinks again writes a
new row, and the latest of each person is the one that counts."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.care.models import Graphic
from casework.evidence.models.items import Credibility, Item
from casework.evidence.querysets import JudgementQuerySet


class Aspect(models.TextChoices):
    """The three things that are assessed apart (Berkeley Protocol on Digital Open Source Investigations, ch. VI E)."""

    SOURCE = "source", _("Source")
    TECHNICAL = "technical", _("Technical")
    CONTENT = "content", _("Content")


class Grade(models.TextChoices):
    """How an item stands up to an assessment."""

    HOLDS = "holds", _("Holds up")
    RESERVED = "reserved", _("Holds up with reservations")
    FAILS = "fails", _("Does not hold up")
    OPEN = "open", _("Cannot be judged yet")


class Judgement(models.Model):
    """What every judgement has: of which item, by whom, when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="%(class)ss")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-at", "-id"]

    @property
    def audit_label(self) -> str:
        return self.item.reference


class Assessment(Judgement):
    """One person's assessment of one aspect: how they went about it, and what they make of it."""

    aspect = models.CharField(_("aspect"), max_length=10, choices=Aspect.choices)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices)
    method = models.CharField(_("method"), max_length=300)
    note = models.TextField(_("note"), max_length=5000, blank=True)

    class Meta(Judgement.Meta):
        indexes = [models.Index(fields=["item", "aspect", "by", "-at"], name="assessment_of_an_aspect")]
        triggers = append_only("evidence_assessment")


class CredibilityRating(Judgement):
    """One dated judgement of an item's credibility; the latest is the one in use, the others are kept."""

    credibility = models.PositiveSmallIntegerField(_("credibility"), choices=Credibility.choices)
    reason = models.TextField(_("reason"), max_length=5000, blank=True)

    class Meta(Judgement.Meta):
        triggers = append_only("evidence_credibilityrating")


class GraphicMark(Judgement):
    """One person's mark of how hard an item is to look at. The higher of the last two people's marks is in force."""

    level = models.PositiveSmallIntegerField(_("graphic content"), choices=Graphic.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Judgement.Meta):
        triggers = append_only("evidence_graphicmark")
