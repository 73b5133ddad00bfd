"""What a person has watched, how much and how closely, and how they wish to meet hard material.

This room knows no item and no case: it keeps minutes, never what they were spent on.
"""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.care.querysets import OwnQuerySet

WEEK = 7 * 24 * 3600
"""Seconds."""


class Graphic(models.IntegerChoices):
    """How hard material is to look at."""

    NONE = 0, _("Nothing graphic")
    INJURY = 1, _("Injury or distress")
    DEATH = 2, _("Death")
    EXTREME = 3, _("Extreme violence")


class Step(models.TextChoices):
    """How closely something is looked at or listened to; each is chosen for itself."""

    GREY = "grey", _("Grey and small")
    LARGE = "large", _("Larger")
    COLOUR = "colour", _("In colour")
    SOUND = "sound", _("With sound")


class Ask(models.TextChoices):
    """When a person is told what is known already, before anything opens."""

    ALWAYS = "always", _("Every time")
    FIRST = "first", _("Only before my first look at a file")


class Preference(models.Model):
    """How one person wishes to meet hard material. `remind_after` is in minutes; 0: no reminder."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="care_preference"
    )
    ask = models.CharField(_("ask first"), max_length=8, choices=Ask.choices, default=Ask.ALWAYS)
    never_colour = models.BooleanField(_("never in colour"), default=False)
    never_sound = models.BooleanField(_("never with sound"), default=False)
    remind_after = models.PositiveSmallIntegerField(_("remind me of a break after"), default=20)
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="care_reminder_within_hours", condition=models.Q(remind_after__lte=240))
        ]

    @property
    def refused(self) -> frozenset[str]:
        """The steps that this person is never offered."""
        chosen = {Step.COLOUR: self.never_colour, Step.SOUND: self.never_sound}
        return frozenset(step for step, never in chosen.items() if never)


class Look(models.Model):
    """One uncovering, from the reveal to the covering. `counted_to`: up to when it is in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Graphic.choices)
    step = models.CharField(max_length=8, choices=Step.choices)
    begun_at = models.DateTimeField(default=clock.now)
    counted_to = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["begun_at"], name="look_by_beginning")]


class Stretch(models.Model):
    """How long a person has watched without a real break, in seconds, and at which second they were last reminded.

    The row is locked while anything is counted for its person: two pages that are open at once count once.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    seconds = models.PositiveIntegerField(default=0)
    reminded_at = models.PositiveIntegerField(default=0)
    counted_to = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()


class Exposure(models.Model):
    """The ledger: seconds that one person watched in one week, by graphic level and step. `week` is its Monday, UTC."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    week = models.DateField()
    level = models.PositiveSmallIntegerField(choices=Graphic.choices)
    step = models.CharField(max_length=8, choices=Step.choices)
    seconds = models.PositiveIntegerField(default=0)

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "week", "level", "step"], name="one_line_of_exposure"),
            models.CheckConstraint(name="exposure_fits_into_its_week", condition=models.Q(seconds__lte=WEEK)),
            models.CheckConstraint(name="exposure_is_of_graphic_material", condition=models.Q(level__gte=1)),
            models.CheckConstraint(name="exposure_begins_on_a_monday", condition=models.Q(week__iso_week_day=1)),
        ]


def monday(moment: datetime.datetime) -> datetime.date:
    """The Monday of the week, in UTC."""
    day = moment.astimezone(datetime.UTC).date()
    return day - datetime.timedelta(days=day.weekday())
