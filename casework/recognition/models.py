"""What is known of files by which they are met again, the matches found, and what people said of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.evidence.models import Blob, Item
from casework.recognition.querysets import PairPartQuerySet, PairQuerySet


class Fingerprint(models.Model):
    """Whether the frames and sound of these bytes were read, and what came of it. Belongs to the bytes and so to
    nobody: never shown on its own."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being compared")
        READY = "ready", _("Compared")
        FAILED = "failed", _("Could not be compared")

    class Family(models.TextChoices):
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")
        IMAGE = "image", _("Image")
        PDF = "pdf", _("PDF")

    id = models.BigAutoField(primary_key=True)
    blob = models.OneToOneField(Blob, models.CASCADE, related_name="+")
    family = models.CharField(max_length=5, choices=Family.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    note = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    isolated = models.BooleanField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "made_at"], name="fingerprint_by_state")]


class Prints(models.Model):
    """The numbers themselves, as columns in bytes (little endian). Of frames: 32 bytes of hash, the second as float32,
    the part (a place in `regions.PARTS`) as one byte. Of sound: marks as uint32, seconds as float32. `pictures`: small
    grey JPEGs of some frames one after another, `picture_moments` and `picture_ends` their seconds and ends (uint32).
    """

    fingerprint = models.OneToOneField(Fingerprint, models.CASCADE, primary_key=True, related_name="prints")
    hashes = models.BinaryField()
    moments = models.BinaryField()
    parts = models.BinaryField()
    sound_marks = models.BinaryField(default=b"")
    sound_moments = models.BinaryField(default=b"")
    pictures = models.BinaryField(default=b"")
    picture_moments = models.BinaryField(default=b"")
    picture_ends = models.BinaryField(default=b"")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)


class Kind(models.TextChoices):
    """In what two files are the same."""

    EXACT = "exact", _("The same bytes")
    FOOTAGE = "footage", _("The same footage")
    IMAGE = "image", _("Nearly the same picture")
    SOUND = "sound", _("The same sound")


class Sure(models.IntegerChoices):
    """How sure that is; the numbers are those of `evidence.arrivals.Strength`."""

    SAME = 3, _("Sure")
    LIKELY = 2, _("Very likely")
    POSSIBLE = 1, _("Possible")


class Match(models.Model):
    """Two files that are the same in one respect, as the numbers say it. Belongs to the bytes: shown only through a
    pair of items that the person sees."""

    first = models.ForeignKey(Blob, models.CASCADE, related_name="+")
    second = models.ForeignKey(Blob, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sure = models.PositiveSmallIntegerField(choices=Sure.choices)
    # Seconds of the first that are seconds of the second: [[from, to, from, to], ...]; pages of a PDF count from 0.
    spans = models.JSONField(default=list)
    # How they differ: mirrored, speed, cut, tilted; how many frames or marks agree; the smallest distance in bits;
    # recurring: only what many files have agrees.
    detail = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "kind"], name="matched_once_in_a_respect"),
            models.CheckConstraint(name="match_in_order", condition=models.Q(first__lt=models.F("second"))),
        ]


class Verdict(models.TextChoices):
    """What a person says of a pair."""

    SAME = "same", _("The same footage")
    RELATED = "related", _("Related, not the same footage")
    DIFFERENT = "different", _("Not the same")


class Pair(models.Model):
    """Two items whose files match, and what was last said of it. Seen by whoever sees both items."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Item, models.PROTECT, related_name="+")
    second = models.ForeignKey(Item, models.PROTECT, related_name="+")
    kinds = ArrayField(models.CharField(max_length=8, choices=Kind.choices), default=list)
    sure = models.PositiveSmallIntegerField(_("how sure"), choices=Sure.choices)
    found_at = models.DateTimeField(_("found"), default=clock.now)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = PairQuerySet.as_manager()

    class Meta:
        ordering = ["-sure", "-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_items_paired_once"),
            models.CheckConstraint(name="pair_in_order", condition=models.Q(first__lt=models.F("second"))),
        ]
        indexes = [models.Index(fields=["second"], name="pair_by_second")]

    @property
    def audit_label(self) -> str:
        return f"{self.first.reference} {self.second.reference}"

    @property
    def kinds_in_words(self) -> str:
        """In what the two agree."""
        return " · ".join(str(kind.label) for kind in Kind if kind.value in self.kinds)

    @property
    def has_pictures(self) -> bool:
        """Whether there is something to put side by side: what a person said, or sound alone, has no place."""
        return bool({Kind.FOOTAGE, Kind.IMAGE} & set(self.kinds))

    def other(self, item_id: uuid.UUID) -> Item:
        """The item that is paired with this one."""
        return self.second if self.first_id == item_id else self.first


class Judgement(models.Model):
    """What a person said of a pair, when and why. Kept for good; the last one holds."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="judgements")
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices)
    note = models.TextField(_("why"), max_length=2000, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(default=clock.now)

    objects = PairPartQuerySet.as_manager()

    class Meta:
        ordering = ["-judged_at", "-id"]
        triggers = append_only("recognition_judgement")
