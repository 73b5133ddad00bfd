"""Where evidence comes from, and how far each source has proved reliable."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.audit.models import append_only
from casework.evidence.querysets import SourcePartQuerySet, SourceQuerySet


class Caveat(models.TextChoices):
    """With whom the originator lets the material, and facts derived from it, be shared (originator control)."""

    OFFICE = "office", _("This office only")
    LISTED = "listed", _("Listed recipients only")
    ANY_RECIPIENT = "any_recipient", _("Any recipient of referrals")
    PUBLIC = "public", _("Public")


class Reliability(models.TextChoices):
    """Reliability of a source. F says that it cannot be judged; it is not the worst grade."""

    A = "A", _("A – reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("F – cannot be judged")


@pghistory.track()
class Source(models.Model):
    """A source. Its name is sensitive: it leaves the office in no package, export or figure."""

    class Kind(models.TextChoices):
        SPECIAL_SERVICE = "special_service", _("Special service")
        MILITARY_UNIT = "military_unit", _("Military unit")
        ACCOUNT = "account", _("Social-media account")
        WITNESS = "witness", _("Witness")
        RELEASED_PRISONER = "released_prisoner", _("Released prisoner")
        MONITORING_BODY = "monitoring_body", _("Monitoring body")
        MEDIA = "media", _("Media")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=160)
    reliability = models.CharField(
        _("reliability"), max_length=1, choices=Reliability.choices, default=Reliability.F, editable=False
    )
    caveat = models.CharField(
        _("caveat unless said otherwise"), max_length=16, choices=Caveat.choices, default=Caveat.OFFICE
    )
    note = models.TextField(_("note"), max_length=5000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return str(self.get_kind_display())


class SourceRating(models.Model):
    """One dated judgement of a source's reliability; the latest is the one in use, the others are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="ratings")
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices)
    reason = models.TextField(_("reason"), max_length=5000)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(default=clock.now)

    objects = SourcePartQuerySet.as_manager()

    class Meta:
        ordering = ["-rated_at"]
        triggers = append_only("evidence_sourcerating")
