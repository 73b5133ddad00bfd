"""Files on their way in that may be interrupted: how far each is, whose it is, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.evidence.models.files import Blob
from casework.evidence.querysets import UploadQuerySet


class Upload(models.Model):
    """One resumable upload of one person, seen by nobody else.

    `offset` counts the bytes that are written and fsynced; they survive a power cut. `fingerprint` is the SHA-256 of
    the file's first MiB as the browser computed it, by which the same file is found again when it is chosen another
    day. `blob` is there once the whole file has its place in the store.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Arriving")
        COMPLETE = "complete", _("Received, in no record yet")
        TAKEN = "taken", _("Taken into a record")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVING)
    name = models.CharField(_("file name"), max_length=255)
    declared_type = models.CharField(max_length=100, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    metadata = models.TextField(blank=True)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    offset = models.PositiveBigIntegerField(_("received, bytes"), default=0)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(_("kept until, UTC"))

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["owner", "state"], name="upload_by_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_holds_something"),
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="upload_within_its_size"),
            models.CheckConstraint(
                condition=~Q(state__in=["complete", "taken"]) | Q(offset=F("size"), blob__isnull=False),
                name="upload_complete_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def audit_label(self) -> str:
        return f"upload {self.pk.hex[:8]}"

    @property
    def sha256(self) -> str:
        """What the whole file turned out to be; empty before."""
        return self.blob_id or ""
