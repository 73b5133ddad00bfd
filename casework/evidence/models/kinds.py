"""The fields that only one kind of item has."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.core.dates import DateRange
from casework.evidence.models.items import Item
from casework.evidence.querysets import ItemPartQuerySet


@pghistory.track()
class Video(models.Model):
    """A video. Duration is in seconds, frame size in pixels; they are read from the file, not typed."""

    class Copy(models.TextChoices):
        ORIGINAL = "original", _("Original recording")
        COPY = "copy", _("Copy")
        UNKNOWN = "unknown", _("Unknown")

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="video")
    duration = models.DecimalField(_("duration, seconds"), max_digits=9, decimal_places=2, null=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    codecs = models.CharField(_("codecs"), max_length=80, blank=True, editable=False)
    container = models.CharField(_("container"), max_length=40, blank=True, editable=False)
    recorded_by = models.CharField(_("recorded by"), max_length=160, blank=True)
    copy = models.CharField(_("original or copy"), max_length=10, choices=Copy.choices, default=Copy.UNKNOWN)
    first_publication = models.CharField(_("first known publication"), max_length=300, blank=True)

    objects = ItemPartQuerySet.as_manager()


@pghistory.track()
class UnitReport(models.Model):
    """A report by a military unit. The author's name is sensitive."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="unit_report")
    unit = models.CharField(_("reporting unit"), max_length=160)
    author = models.CharField(_("author"), max_length=160, blank=True)
    number = models.CharField(_("report number"), max_length=60, blank=True)
    dated = models.DateField(_("date of the report"), null=True, blank=True)
    classification = models.CharField(_("classification marking"), max_length=80, blank=True)

    objects = ItemPartQuerySet.as_manager()


@pghistory.track()
class Post(models.Model):
    """A post on a social network, or a web page, as it stood when captured. A post that repeats another is no second
    source for it.

    `normal_url` and `normal_reposts` are the addresses in their normal form (addresses.py), by which the same post is
    found whatever its address; actions write them. `account` is the platform's own number of the account, which stays
    when its name changes. A forward names only whose post it repeats, not which.
    """

    class Platform(models.TextChoices):
        TELEGRAM = "telegram", _("Telegram")
        VK = "vk", _("VK")
        X = "x", _("X")
        YOUTUBE = "youtube", _("YouTube")
        FACEBOOK = "facebook", _("Facebook")
        INSTAGRAM = "instagram", _("Instagram")
        TIKTOK = "tiktok", _("TikTok")
        OK = "ok", _("Odnoklassniki")
        RUTUBE = "rutube", _("RuTube")
        WEB = "web", _("Web page")

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="post")
    platform = models.CharField(_("platform"), max_length=12, choices=Platform.choices)
    handle = models.CharField(_("account"), max_length=120, blank=True)
    display_name = models.CharField(_("name shown"), max_length=160, blank=True)
    affiliation = models.CharField(_("known affiliation"), max_length=200, blank=True)
    account = models.CharField(_("number of the account"), max_length=60, blank=True)
    # Messages of a closed group without public addresses have none.
    url = models.URLField(_("address"), max_length=1000, blank=True)
    normal_url = models.CharField(max_length=1000, blank=True, editable=False)
    post_id = models.CharField(_("post number"), max_length=120, blank=True)
    reposts = models.URLField(_("repeats the post at"), max_length=1000, blank=True)
    normal_reposts = models.CharField(max_length=1000, blank=True, editable=False)
    forwarded_from = models.CharField(_("forwarded from"), max_length=160, blank=True)
    forwarded_account = models.CharField(_("number of the account forwarded from"), max_length=60, blank=True)
    replies_to = models.URLField(_("replies to the post at"), max_length=1000, blank=True)
    published_shown = models.CharField(_("time of publication as shown"), max_length=80, blank=True)
    text = models.TextField(_("text"), max_length=50_000, blank=True)
    translation = models.TextField(_("translation"), max_length=50_000, blank=True)
    capture_method = models.CharField(_("captured how and with what"), max_length=160, blank=True)
    captured_by = models.CharField(_("captured by"), max_length=160, blank=True)
    captured_at = models.DateTimeField(_("captured, UTC"), null=True, blank=True)
    removed_on = models.DateField(_("found removed on"), null=True, blank=True)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["url"], name="post_by_url"),
            GinIndex(fields=["url"], name="post_url_trigrams", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["normal_url"], name="post_by_normal_url", condition=~models.Q(normal_url="")),
            models.Index(
                fields=["normal_reposts"], name="post_by_normal_reposts", condition=~models.Q(normal_reposts="")
            ),
            models.Index(
                fields=["forwarded_account"], name="post_by_forwarded", condition=~models.Q(forwarded_account="")
            ),
            models.Index(fields=["account"], name="post_by_account", condition=~models.Q(account="")),
        ]


class PostStatus(models.Model):
    """What somebody found when they looked for a post again: there, removed or changed. Dated, kept, never overwritten;
    the latest by the day it was seen is what holds."""

    class Found(models.TextChoices):
        AVAILABLE = "available", _("Still there")
        REMOVED = "removed", _("Removed")
        CHANGED = "changed", _("Changed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="post_statuses")
    found = models.CharField(_("what was found"), max_length=10, choices=Found.choices)
    seen_on = models.DateField(_("seen on"))
    seen_by = models.CharField(_("seen by"), max_length=160, blank=True)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_on", "-recorded_at", "-id"]
        triggers = append_only("evidence_poststatus")

    @property
    def audit_label(self) -> str:
        return self.item.reference


class Use(models.TextChoices):
    """What a witness agrees that their account may be used for."""

    DOCUMENTATION = "documentation", _("The office's own documentation")
    REFERRAL = "referral", _("Referral to the bodies named below")
    NAMING = "naming", _("Being named to them")
    COURT = "court", _("Proceedings before a court")


@pghistory.track()
class Testimony(models.Model):
    """An interview. The witness is a pseudonym everywhere; who it is stays with the case's named people, and each look
    at it is on record. What the consent does not cover is disclosed to nobody."""

    class Protection(models.TextChoices):
        UNKNOWN = "unknown", _("Not asked yet")
        NONE = "none", _("No concern")
        SOME = "some", _("Some concern")
        SERIOUS = "serious", _("Serious concern: ask before any contact")

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="testimony")
    pseudonym = models.CharField(_("pseudonym of the witness"), max_length=80)
    identity = models.CharField(_("who the witness is"), max_length=300, blank=True)
    consent = models.CharField(_("consent in the witness's words"), max_length=300)
    consent_uses = ArrayField(
        models.CharField(max_length=14, choices=Use.choices), default=list, blank=True, verbose_name=_("consent covers")
    )
    consent_bodies = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("bodies named"))
    consent_given_on = models.DateField(_("consent given on"), null=True, blank=True)
    consent_taken_by = models.CharField(_("consent taken by"), max_length=160, blank=True)
    consent_withdrawn_on = models.DateField(_("consent withdrawn on"), null=True, blank=True, editable=False)
    interviewer = models.CharField(_("interviewer"), max_length=160, blank=True)
    interpreter = models.CharField(_("interpreter"), max_length=160, blank=True)
    place = models.CharField(_("place of the interview"), max_length=160, blank=True)
    protection_level = models.CharField(
        _("protection"), max_length=8, choices=Protection.choices, default=Protection.UNKNOWN
    )
    protection_concern = models.CharField(_("protection concern"), max_length=300, blank=True)
    repeat_reason = models.CharField(_("why another interview"), max_length=300, blank=True)

    objects = ItemPartQuerySet.as_manager()

    @property
    def earlier_interviews(self) -> list[EarlierInterview]:
        """What the witness told elsewhere before."""
        return list(self.item.earlier_interviews.all())

    @property
    def consents_to(self) -> list[str]:
        """What the consent covers, in words."""
        return [str(Use(use).label) for use in self.consent_uses]


class EarlierInterview(models.Model):
    """An interview that the witness gave elsewhere: by whom, when as far as known. Every repeat costs the witness."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="earlier_interviews")
    by_whom = models.CharField(_("interviewed by"), max_length=160)
    held_earliest = models.DateField(_("held, earliest"), null=True, blank=True)
    held_latest = models.DateField(_("held, latest"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["held_earliest", "recorded_at"]
        triggers = append_only("evidence_earlierinterview")
        constraints = [
            models.CheckConstraint(
                name="earlier_interview_dates_in_order",
                condition=models.Q(held_earliest__isnull=True, held_latest__isnull=True)
                | models.Q(held_earliest__lte=models.F("held_latest")),
            )
        ]

    @property
    def audit_label(self) -> str:
        return self.item.reference

    @property
    def held(self) -> DateRange:
        """When, as precisely as is known."""
        return DateRange(self.held_earliest, self.held_latest)
