"""Bytes and hands: blobs in the store, the files of items, previews, custody."""

from __future__ import annotations

import datetime
import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.care.models import Step
from casework.evidence.models.items import Item
from casework.evidence.querysets import BlobQuerySet, ItemPartQuerySet


def copy_of_own_item() -> pgtrigger.Trigger:
    """A working copy is made of a file that its own item holds already. Files are never changed, so that with this no
    chain of copies leads to another item, or back to itself."""
    return pgtrigger.Trigger(
        name="evidencefile_copy_of_own_item",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM evidence_evidencefile WHERE id = NEW.parent_id AND item_id = NEW.item_id
            ) THEN
                RAISE EXCEPTION 'a working copy is made of a file of its own item' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


class Blob(models.Model):
    """Bytes in the write-once store, known by their SHA-256. Several files, of several teams, may be the same bytes;
    a blob is therefore never shown on its own."""

    class Check(models.TextChoices):
        MATCHES = "matches", _("Matches")
        MISMATCH = "mismatch", _("Does not match")
        MISSING = "missing", _("Missing")

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    blake3 = models.CharField(_("BLAKE3"), max_length=64)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    stored_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(_("last checked"), default=clock.now)
    check_result = models.CharField(_("result"), max_length=10, choices=Check.choices, default=Check.MATCHES)
    # Since when it is in quarantine, and when auditors and administrators were written to about it.
    unsound_since = models.DateTimeField(_("in quarantine since"), null=True, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)

    objects = BlobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["checked_at", "sha256"], name="blob_by_last_check"),
            models.Index(
                fields=["unsound_since"], name="blob_in_quarantine", condition=~models.Q(check_result="matches")
            ),
        ]

    @property
    def is_sound(self) -> bool:
        """Whether its last check found the bytes that were received. What is not sound is in quarantine."""
        return self.check_result == self.Check.MATCHES


class EvidenceFile(models.Model):
    """A file of an item: the bytes, and what the world called them."""

    class Part(models.TextChoices):
        ORIGINAL = "original", _("Evidentiary copy")
        SCREENSHOT = "screenshot", _("Capture")
        ATTACHMENT = "attachment", _("Attachment")
        WORKING_COPY = "working_copy", _("Working copy")

    class Operation(models.TextChoices):
        """What was done to a file to make a working copy of it."""

        REDACTED = "redacted", _("Redacted")
        BLURRED = "blurred", _("Blurred")
        TRIMMED = "trimmed", _("Trimmed")
        TRANSLATED = "translated", _("Translated or transcribed")
        ENHANCED = "enhanced", _("Enhanced")
        CONVERTED = "converted", _("Converted to another format")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=12, choices=Part.choices, default=Part.ORIGINAL)
    name = models.CharField(_("file name"), max_length=255)
    declared_type = models.CharField(max_length=100, blank=True)
    flagged = models.CharField(_("flagged"), max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("received, UTC"), default=clock.now)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies", verbose_name=_("made from"))
    operation = models.CharField(_("what was done"), max_length=12, choices=Operation.choices, blank=True)
    tool = models.CharField(_("made with"), max_length=160, blank=True)
    made_by = models.CharField(_("made by"), max_length=160, blank=True)
    made_note = models.TextField(_("what was changed and why"), max_length=5000, blank=True)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        triggers = [*append_only("evidence_evidencefile"), copy_of_own_item()]
        constraints = [
            models.CheckConstraint(
                name="working_copy_names_its_parent",
                condition=models.Q(part="working_copy", parent__isnull=False) & ~models.Q(operation="")
                | ~models.Q(part="working_copy") & models.Q(parent=None, operation=""),
            )
        ]

    @property
    def audit_label(self) -> str:
        return self.item.reference

    @property
    def is_covered(self) -> bool:
        """Whether it may be hard to look at, so that it opens only on a deliberate reveal."""
        return self.blob.media_type.startswith(("video/", "image/")) or self.blob.media_type == "application/pdf"

    @property
    def checked_at(self) -> datetime.datetime | None:
        """When the bytes were last looked at again; None when not since this file came, its hash taken on the way in.
        An earlier check is of a record that held the same bytes before, and says that there is one."""
        return self.blob.checked_at if self.blob.checked_at > self.added_at else None

    @property
    def is_moving(self) -> bool:
        """Whether it runs in time: a recording of pictures or sound."""
        return self.blob.media_type.startswith(("video/", "audio/"))


class Preview(models.Model):
    """What may be shown of a blob on a page: re-encoded by the server, never the original."""

    class Kind(models.TextChoices):
        POSTER = "poster", _("Blurred and grey")
        STILL = "still", _("Grey still")
        CLIP = "clip", _("Grey, silent, small video")
        COPY = "copy", _("Picture drawn anew, without metadata")
        SHEET = "sheet", _("Contact sheet of scenes, grey")
        PLAY = "play", _("Playable copy, in colour, with sound")
        AUDIO = "audio", _("Sound apart")
        PAGE = "page", _("Page, grey")

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("No preview could be made")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    blob = models.ForeignKey(Blob, models.CASCADE, related_name="previews")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Of a page its number, from 1; 0 for what a file has one of.
    number = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    derived = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    # How often making it was begun, and whether the reader had neither network nor files when it was made.
    attempts = models.PositiveSmallIntegerField(default=0)
    isolated = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blob", "kind", "number"], name="one_preview_of_a_kind")]

    @property
    def name(self) -> str:
        """How its address calls it: sheet, page-3."""
        return f"{self.kind}-{self.number}" if self.number else self.kind


class FileFacts(models.Model):
    """What the bytes say of themselves: measures, streams, what the camera or the program wrote (`said`: time, device,
    place), the scenes of a video with their seconds and their places on the contact sheet. Claims of the file, shown
    with the items that hold it and to nobody else; never part of what is disclosed."""

    blob = models.OneToOneField(Blob, models.CASCADE, primary_key=True, related_name="facts")
    facts = models.JSONField(default=dict)
    read_at = models.DateTimeField(default=clock.now)


class FileText(models.Model):
    """The words of a file, for reading and search; shown with the items that hold it and to nobody else.

    `confidence` is that of text recognition, from 0 to 100, None for text that was in the file as text.
    `attachments` are name, type and size of what a message brings along.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being read")
        READ = "read", _("Read")
        EMPTY = "empty", _("No text in it")
        UNREAD = "unread", _("Not read: no text recognition on this machine")
        FAILED = "failed", _("Could not be read")

    class Method(models.TextChoices):
        CONTAINED = "contained", _("Text of the file")
        RECOGNISED = "recognised", _("Recognised from the picture by a program; may be wrong")

    blob = models.OneToOneField(Blob, models.CASCADE, primary_key=True, related_name="text")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.CONTAINED)
    text = models.TextField(blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    languages = models.CharField(max_length=60, blank=True)
    attachments = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)


class CustodyEvent(models.Model):
    """One link in an item's chain of custody: who did what to it. Append-only; each link commits to the one before."""

    class Act(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        FILE_ADDED = "file_added", _("File received and sealed")
        DESCRIBED = "described", _("Record changed")
        LINKED = "linked", _("Linked to a case")
        UNLINKED = "unlinked", _("Unlinked from a case")
        REVEALED = "revealed", _("Revealed on a page")
        DOWNLOADED = "downloaded", _("Original downloaded")
        CHECKED = "checked", _("Hash checked")
        QUARANTINED = "quarantined", _("Found damaged or missing: in quarantine")
        MENDED = "mended", _("Found sound again: out of quarantine")
        INFECTED = "infected", _("Malware found")
        CLEARED = "cleared", _("Released in spite of malware")
        CITED = "cited", _("Cited in a finding")
        DISCLOSED = "disclosed", _("Disclosed to a recipient")
        RELEASED = "released", _("Caveat released")
        OBSERVED = "observed", _("Looked for again where it was published")
        MARKED = "marked", _("Graphic level marked")
        ASSESSED = "assessed", _("Assessed")
        RATED = "rated", _("Credibility judged")
        WITNESS = "witness", _("Identity of the witness seen")
        WITHDRAWN = "withdrawn", _("Consent withdrawn")

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, models.PROTECT, related_name="custody")
    position = models.PositiveIntegerField()
    at = models.DateTimeField()
    act = models.CharField(_("act"), max_length=12, choices=Act.choices)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    objects = ItemPartQuerySet.as_manager()

    class Meta:
        ordering = ["item_id", "position"]
        constraints = [models.UniqueConstraint(fields=["item", "position"], name="custody_one_link_a_position")]
        triggers = append_only("evidence_custodyevent")

    @property
    def shown_steps(self) -> list[str]:
        """How closely it was looked at, in words; empty for other acts."""
        return [str(Step(step).label) for step in self.detail.get("shown", ()) if step in Step.values]

    def payload(self) -> dict[str, object]:
        """What the hash commits to."""
        return {
            "item": str(self.item_id),
            "position": self.position,
            "at": self.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
            "act": self.act,
            "actor_id": str(self.actor_id) if self.actor_id else None,
            "actor_label": self.actor_label,
            "sha256": self.sha256,
            "detail": self.detail,
        }
