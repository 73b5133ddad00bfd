"""Imports: what came, what would come in from it, what is wrong with it, and which items it became.

Rows are staged only between reading and the end: afterwards the items tell, and each only to those who may see it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.audit.models import append_only
from casework.cases.models import Case
from casework.evidence.models import Blob, Caveat, EvidenceLink, Item, Source
from casework.evidence.models.items import Establishes, Graphic
from casework.imports.querysets import ImportedQuerySet, ImportPartQuerySet, ImportQuerySet


class Import(models.Model):
    """Material of one kind that is brought in together. `figures` are counts of the preview (actions/reading.py),
    `told` what the reader has to say of the whole, such as what a signature proved, `groups` the parts to choose from.

    `attempts` counts how often the worker began the present stage. Progress is `steps_done` of `steps` of that stage:
    rows while reading, bytes while copying; `beat_at` is when the worker last said that it lives.
    """

    class Kind(models.TextChoices):
        TELEGRAM = "telegram", _("Telegram Desktop export")
        TABLE = "table", _("Files with a table")
        ARCHIVER = "archiver", _("Auto-archiver results")
        WEB_ARCHIVE = "web_archive", _("Web archive (WACZ, WARC)")

    class State(models.TextChoices):
        RECEIVED = "received", _("Waiting to be read")
        READING = "reading", _("Being read")
        PREVIEW = "preview", _("Waiting for you")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    channel = models.CharField(_("public name of the channel"), max_length=40, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("case"))
    establishes = ArrayField(models.CharField(max_length=20, choices=Establishes.choices), default=list, blank=True)
    bearing = models.CharField(max_length=12, choices=EvidenceLink.Bearing.choices, default="supports")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    caveat = models.CharField(_("caveat"), max_length=16, choices=Caveat.choices, default=Caveat.OFFICE)
    graphic = models.PositiveSmallIntegerField(_("graphic content"), choices=Graphic.choices, default=Graphic.DEATH)
    how_obtained = models.CharField(_("how it was obtained"), max_length=300, blank=True)
    groups = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    told = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    stage = models.CharField(max_length=20, blank=True)
    steps_done = models.PositiveBigIntegerField(default=0)
    steps = models.PositiveBigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("received"), default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_by_time"),
            models.Index(fields=["state"], name="import_by_state"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def percent(self) -> int:
        """How far the present stage is, in hundredths."""
        return min(100, 100 * self.steps_done // self.steps) if self.steps else 0


class ImportFile(models.Model):
    """A file as it was uploaded: an export as one ZIP, or one of a folder's files. `name` may hold a path."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Import, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)

    objects = ImportPartQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_file_one_a_position")]


class ImportRow(models.Model):
    """One item that would come in. `keys` name it in its source, the first is its own; `media` are its files, with the
    hashes of those that are in the store already. `plan` says what happens to it when the import is confirmed."""

    class Plan(models.TextChoices):
        NEW = "new", _("New")
        KNOWN = "known", _("Already here")
        WRONG = "wrong", _("Has errors")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    plan = models.CharField(max_length=6, choices=Plan.choices)
    group = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12)
    keys = ArrayField(models.CharField(max_length=300))
    values = models.JSONField(encoder=DjangoJSONEncoder)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    media = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    observations = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    place = models.CharField(max_length=120, blank=True)

    objects = ImportPartQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_row_one_a_position")]
        indexes = [models.Index(fields=["batch", "plan", "position"], name="import_row_by_plan")]


class ImportProblem(models.Model):
    """What is wrong, or only worth knowing, with a row: `place` is how the source calls it (a line, a message)."""

    class Weight(models.TextChoices):
        ERROR = "error", _("Error")
        NOTE = "note", _("Note")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Import, models.CASCADE, related_name="problems")
    place = models.CharField(_("row"), max_length=120)
    field = models.CharField(_("column"), max_length=80, blank=True)
    weight = models.CharField(_("weight"), max_length=5, choices=Weight.choices)
    text = models.CharField(_("what is wrong"), max_length=500)

    objects = ImportPartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "weight", "id"], name="import_problem_by_weight")]


class Imported(models.Model):
    """That an item came with an import, by each of its keys in the source; append-only.

    A key is used once in a team. `again` is empty, or the import's key when an item of that key exists which the person
    who imported may not see: they must not learn that it does.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Import, models.PROTECT, related_name="imported")
    item = models.ForeignKey(Item, models.PROTECT, related_name="imported")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    key = models.CharField(max_length=300)
    place = models.CharField(max_length=120, blank=True)
    again = models.CharField(max_length=32, blank=True)

    objects = ImportedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["team", "key", "again"], name="imported_once_in_a_team")]
        triggers = append_only("imports_imported")
