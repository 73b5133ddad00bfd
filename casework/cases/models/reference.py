"""Reference data that cases point to: parties, regions, units, tags. Kept by administrators."""

from __future__ import annotations

import uuid

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.cases.querysets import ReferenceQuerySet


@pghistory.track()
class Party(models.Model):
    """A party to the conflict. Parties are symmetric: no rule or label knows an enemy."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=80, unique=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return self.name


class Country(models.TextChoices):
    """Countries in which a recorded place may lie (ISO 3166-1)."""

    UA = "UA", _("Ukraine")
    RU = "RU", _("Russia")
    BY = "BY", _("Belarus")
    OTHER = "ZZ", _("Another country")


@pghistory.track()
class Region(models.Model):
    """A first-level region of a country, by its ISO 3166-2 code; in Ukraine an oblast, Crimea or a city."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    name = models.CharField(_("name"), max_length=80)
    local_name = models.CharField(_("name in its own language"), max_length=80, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["country", "name"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Unit(models.Model):
    """A military unit, as named in reports."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=160, unique=True)
    party = models.ForeignKey(Party, models.PROTECT, verbose_name=_("party"))
    note = models.TextField(_("note"), blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that groups cases. Names carry no personal data."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name
