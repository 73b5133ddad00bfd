"""How work on a case goes: notes, tasks, and the moments that decide the victims' status."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only
from casework.cases.models.case import Case
from casework.cases.querysets import CasePartQuerySet, RemovableQuerySet, TaskQuerySet


class Note(models.Model):
    """A note on a case. Never edited: a correction is a new note that points to the one it corrects."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=20_000)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    objects = CasePartQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-id"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        triggers = append_only("cases_note")


@pghistory.track()
class Task(models.Model):
    """Something to be done on a case, by whom and by when."""

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    title = models.CharField(_("what is to be done"), max_length=200)
    due_on = models.DateField(_("due"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("who")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "created_at"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [models.Index(fields=["assignee", "state", "due_on"], name="task_by_assignee")]

    @property
    def overdue(self) -> bool:
        return self.state == self.State.OPEN and self.due_on is not None and self.due_on < clock.today()


@pghistory.track()
class CaptureMoment(models.Model):
    """One moment of the incident that bears on capture status: what, in which order, at what time if known."""

    class Kind(models.TextChoices):
        SURRENDER_SIGNALLED = "surrender_signalled", _("Surrender signalled")
        DISARMED = "disarmed", _("Disarmed")
        CAPTURED = "captured", _("Captured")
        SEARCHED = "searched", _("Searched")
        MOVED = "moved", _("Moved")
        WOUNDED = "wounded", _("Wounded")
        SHOT = "shot", _("Shot")
        KILLED_OTHERWISE = "killed_otherwise", _("Killed by other means")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="moments")
    position = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind.choices)
    at = models.CharField(_("time, if known"), max_length=60, blank=True)
    note = models.TextField(_("note and where it is seen"), max_length=5000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = RemovableQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("moment")
        verbose_name_plural = _("capture-status timeline")
