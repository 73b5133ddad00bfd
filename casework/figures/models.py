"""Figures that other issuers published, kept verbatim. Our own are computed from findings, never stored by hand."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.figures.querysets import IssuerFigureQuerySet


@pghistory.track()
class IssuerFigure(models.Model):
    """What another issuer counted, in its own unit and words. Never summed with ours or with another's."""

    class Unit(models.TextChoices):
        PERSONS = "persons", _("Persons")
        INCIDENTS = "incidents", _("Incidents")
        PROCEEDINGS = "proceedings", _("Proceedings")
        STATEMENTS = "statements", _("Public statements")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(_("issuer"), max_length=160)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)
    value = models.PositiveIntegerField(_("value"))
    qualifier = models.CharField(_("qualifier"), max_length=40, blank=True)
    period_earliest = models.DateField(null=True, blank=True)
    period_latest = models.DateField(null=True, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    published_on = models.DateField(_("published"))
    definition = models.TextField(_("what the issuer counts"), max_length=5000)
    quote = models.TextField(_("in the issuer's words"), max_length=5000)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    difference = models.TextField(_("why it differs from ours"), max_length=5000, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = IssuerFigureQuerySet.as_manager()

    class Meta:
        ordering = ["-published_on", "issuer", "unit"]
        verbose_name = _("figure of another issuer")
        verbose_name_plural = _("figures of other issuers")

    def __str__(self) -> str:
        return f"{self.issuer}: {self.value} {self.unit}"
