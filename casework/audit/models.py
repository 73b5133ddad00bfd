"""What the audit stores. Rows are only ever inserted; triggers refuse everything else, whoever runs the SQL."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit.events import Event


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that let a table grow and nothing else. TRUNCATE walks past row triggers, so it has its own.

    A test database may permit truncation through a setting of its own (`casework.truncate_allowed`), which
    no office's database has.
    """
    return [
        pgtrigger.Trigger(
            name=f"{name}_append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation';",
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=f"""
                IF coalesce(current_setting('casework.truncate_allowed', true), '') <> 'on' THEN
                    RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NULL;
            """,
        ),
    ]


class AuditEvent(models.Model):
    """One act or one sight of something sensitive: who, what, on which object, when, in which request.

    Actor and object are copies, not references: an account or record that later changes cannot change what the
    audit says. `position` counts from 1 without gaps; `hash` commits to this row and, through `previous`,
    to every row before it.
    """

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("at"))
    event = models.CharField(_("act"), max_length=60)
    actor_id = models.UUIDField(_("actor"), null=True)
    actor_label = models.CharField(_("actor"), max_length=200, blank=True)
    object_type = models.CharField(_("kind of object"), max_length=60, blank=True)
    object_id = models.CharField(_("object"), max_length=64, blank=True)
    object_label = models.CharField(_("object"), max_length=200, blank=True)
    case_id = models.UUIDField(_("case"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    previous = models.BinaryField(_("previous hash"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        ordering = ["-position"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["event", "-position"], name="audit_by_event"),
            models.Index(fields=["actor_id", "-position"], name="audit_by_actor"),
            models.Index(fields=["object_id", "-position"], name="audit_by_object"),
            models.Index(fields=["case_id", "-position"], name="audit_by_case"),
            models.Index(fields=["-at"], name="audit_by_time"),
            GinIndex(fields=["detail"], name="audit_by_detail", opclasses=["jsonb_path_ops"]),
        ]
        triggers = append_only("audit_auditevent")

    def __str__(self) -> str:
        return f"{self.position} {self.event}"

    def get_event_display(self) -> str:
        """The act in words. The list of acts lives in code alone, so that a new one needs no migration."""
        return str(Event(self.event).label) if self.event in Event.values else self.event

    def payload(self) -> dict[str, object]:
        """What the hash commits to: every stored field but the two hashes, in JSON types."""
        return {
            "position": self.position,
            "at": self.at.isoformat(timespec="microseconds"),
            "event": self.event,
            "actor_id": str(self.actor_id) if self.actor_id else None,
            "actor_label": self.actor_label,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "object_label": self.object_label,
            "case_id": str(self.case_id) if self.case_id else None,
            "reason": self.reason,
            "detail": self.detail,
            "request_id": self.request_id,
        }
