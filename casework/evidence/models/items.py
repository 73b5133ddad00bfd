"""The evidence item and what it says about cases."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.care.models import Graphic
from casework.cases.models import Case
from casework.core.dates import DateRange
from casework.evidence.models.sources import Caveat, Source
from casework.evidence.querysets import ItemPartQuerySet, ItemQuerySet, LinkQuerySet


class Kind(models.TextChoices):
    """What an item is. Video, unit report, post and testimony have fields of their own."""

    VIDEO = "video", _("Video")
    UNIT_REPORT = "unit_report", _("Unit report")
    POST = "post", _("Social-media post")
    IMAGE = "image", _("Image")
    AUDIO = "audio", _("Audio")
    TESTIMONY = "testimony", _("Testimony")
    DOCUMENT = "document", _("Document")


class Credibility(models.IntegerChoices):
    """Credibility of the item, judged apart from its source; 1 needs an independent second source."""

    CONFIRMED = 1, _("1 – confirmed by an independent source")
    PROBABLE = 2, _("2 – probably true")
    POSSIBLE = 3, _("3 – possibly true")
    DOUBTFUL = 4, _("4 – doubtful")
    IMPROBABLE = 5, _("5 – improbable")
    CANNOT_BE_JUDGED = 6, _("6 – cannot be judged")


class Standing(models.TextChoices):
    """By how many people an item's graphic level is marked."""

    ONE = "one", _("marked by one person")
    AGREED = "agreed", _("agreed by two people")
    DISPUTED = "disputed", _("two people differ: the higher mark stands")


class Establishes(models.TextChoices):
    """What an item shows about a case."""

    ACT = "act", _("The act")
    VICTIM_IDENTITY = "victim_identity", _("Identity of a victim")
    CAPTURE_STATUS = "capture_status", _("Capture status")
    PLACE = "place", _("Place")
    TIME = "time", _("Time")
    PERPETRATOR = "perpetrator", _("Perpetrator")
    ORDER = "order", _("Order")


@pghistory.track()
class Item(models.Model):
    """One piece of evidence as the office received it. The evidentiary copy of its files never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what it shows"), max_length=20_000, blank=True)
    language = models.CharField(_("language"), max_length=40, blank=True)
    recorded_earliest = models.DateField(_("recorded, earliest"), null=True, blank=True)
    recorded_latest = models.DateField(_("recorded, latest"), null=True, blank=True)
    published_at = models.DateTimeField(_("published, UTC"), null=True, blank=True)
    collected_at = models.DateTimeField(_("collected, UTC"), default=clock.now)
    collected_by = models.CharField(_("collected by"), max_length=160, blank=True)
    how_obtained = models.CharField(_("how it was obtained"), max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="items")
    credibility = models.PositiveSmallIntegerField(
        _("credibility"), choices=Credibility.choices, default=Credibility.CANNOT_BE_JUDGED
    )
    graphic = models.PositiveSmallIntegerField(_("graphic content"), choices=Graphic.choices, default=Graphic.DEATH)
    graphic_standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.ONE, editable=False)
    caveat = models.CharField(_("caveat"), max_length=16, choices=Caveat.choices, default=Caveat.OFFICE)
    caveat_recipients = ArrayField(
        models.UUIDField(), default=list, blank=True, verbose_name=_("recipients the caveat lists")
    )
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    registered_at = models.DateTimeField(_("registered"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at", "-id"]
        verbose_name = _("evidence item")
        verbose_name_plural = _("evidence items")
        indexes = [
            models.Index(fields=["-registered_at", "-id"], name="item_by_registration"),
            models.Index(fields=["team", "-registered_at", "-id"], name="item_by_team"),
            models.Index(fields=["kind", "-registered_at", "-id"], name="item_by_kind"),
            GinIndex(fields=["title"], name="item_title_trigrams", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="item_dates_in_order",
                condition=models.Q(recorded_earliest__isnull=True, recorded_latest__isnull=True)
                | models.Q(recorded_earliest__lte=models.F("recorded_latest")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def recorded(self) -> DateRange:
        """When it was recorded, as precisely as is known."""
        return DateRange(self.recorded_earliest, self.recorded_latest)


@pghistory.track()
class EvidenceLink(models.Model):
    """What an item says about one case: which facts, and whether it supports or contradicts them."""

    class Bearing(models.TextChoices):
        SUPPORTS = "supports", _("Supports")
        CONTRADICTS = "contradicts", _("Contradicts")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="links")
    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence_links")
    establishes = ArrayField(
        models.CharField(max_length=20, choices=Establishes.choices), default=list, verbose_name=_("establishes")
    )
    bearing = models.CharField(_("bearing"), max_length=12, choices=Bearing.choices, default=Bearing.SUPPORTS)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    linked_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["linked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "case"], condition=models.Q(removed_at=None), name="item_linked_once_to_a_case"
            )
        ]
        indexes = [models.Index(fields=["case", "-linked_at", "-id"], name="link_by_case")]

    @property
    def audit_label(self) -> str:
        return self.item.reference

    @property
    def facts(self) -> list[str]:
        """What it establishes, in words."""
        return [str(Establishes(value).label) for value in self.establishes]


class CaveatRelease(models.Model):
    """A release from a caveat, in writing: who released the item, for whom, when and in what terms."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="releases")
    caveat = models.CharField(_("now"), max_length=16, choices=Caveat.choices)
    released_by = models.CharField(_("released by"), max_length=160)
    released_on = models.DateField(_("released on"))
    terms = models.TextField(_("terms"), max_length=5000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]


class ItemOrigin(models.Model):
    """Where an item came out of: attachment `number` (from 1) of a message that is a file of `parent`."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="origin")
    parent = models.ForeignKey(Item, models.PROTECT, related_name="offspring")
    parent_sha256 = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "parent_sha256", "number"], name="attachment_registered_once")
        ]
