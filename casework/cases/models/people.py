"""The people of a case: victims and alleged perpetrators. Identifying fields are sensitive everywhere."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.cases.models.case import Case
from casework.cases.models.reference import Party, Unit
from casework.cases.querysets import VictimQuerySet
from casework.core.dates import DateRange


class StatusAtDeath(models.TextChoices):
    """The victim's status when the act happened; it decides the law that applies."""

    CAPTURED = "captured", _("Captured")
    SURRENDERING = "surrendering", _("Surrendering")
    HORS_DE_COMBAT = "hors_de_combat", _("Hors de combat, not captured")
    UNKNOWN = "unknown", _("Unknown")


@pghistory.track()
class Victim(models.Model):
    """One person, or a group of unnamed people counted "at least" and "at most" (HURIDOCS counting unit).

    A person's fields follow GC III art. 122. The name is under embargo until the next of kin are informed and
    consent to naming is recorded.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("One person")
        GROUP = "group", _("Group of unnamed people")

    class Identity(models.TextChoices):
        UNIDENTIFIED = "unidentified", _("Unidentified")
        TENTATIVE = "tentative", _("Tentative")
        CONFIRMED = "confirmed", _("Confirmed")

    class Outcome(models.TextChoices):
        KILLED = "killed", _("Killed")
        PRESUMED_KILLED = "presumed_killed", _("Presumed killed")
        SURVIVED = "survived", _("Survived")

    class Kin(models.TextChoices):
        NOT_INFORMED = "not_informed", _("Not informed")
        INFORMED = "informed", _("Informed")
        CONSENTS = "consents", _("Informed, consents to naming")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="victims")
    kind = models.CharField(_("one person or a group"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    at_least = models.PositiveSmallIntegerField(_("at least"), default=1)
    at_most = models.PositiveSmallIntegerField(_("at most"), default=1)
    surname = models.CharField(_("surname"), max_length=80, blank=True)
    first_names = models.CharField(_("first names"), max_length=80, blank=True)
    patronymic = models.CharField(_("patronymic"), max_length=80, blank=True)
    name_key = models.CharField(max_length=240, blank=True, editable=False)
    rank = models.CharField(_("rank"), max_length=60, blank=True)
    service_number = models.CharField(_("army, regimental, personal or serial number"), max_length=60, blank=True)
    birth_earliest = models.DateField(null=True, blank=True)
    birth_latest = models.DateField(null=True, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=160, blank=True)
    power = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Power depended on")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    father_name = models.CharField(_("first name of the father"), max_length=80, blank=True)
    mother_maiden_name = models.CharField(_("maiden name of the mother"), max_length=80, blank=True)
    person_to_inform = models.CharField(_("person to be informed"), max_length=300, blank=True)
    age = models.PositiveSmallIntegerField(
        _("age at the time"), null=True, blank=True, validators=[MinValueValidator(10), MaxValueValidator(110)]
    )
    identity = models.CharField(_("identity"), max_length=12, choices=Identity.choices, default=Identity.UNIDENTIFIED)
    status_at_death = models.CharField(
        _("status at death"), max_length=20, choices=StatusAtDeath.choices, default=StatusAtDeath.UNKNOWN
    )
    wounded = models.BooleanField(_("wounded"), null=True, blank=True)
    unarmed = models.BooleanField(_("unarmed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, default=Outcome.KILLED)
    cause = models.CharField(_("cause and manner"), max_length=300, blank=True)
    remains = models.CharField(_("remains and burial"), max_length=300, blank=True)
    kin = models.CharField(_("next of kin"), max_length=12, choices=Kin.choices, default=Kin.NOT_INFORMED)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = VictimQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("victim")
        verbose_name_plural = _("victims")
        indexes = [GinIndex(fields=["name_key"], name="victim_name_trigrams", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(name="victims_in_order", condition=models.Q(at_least__lte=models.F("at_most"))),
            models.CheckConstraint(name="victims_at_least_one", condition=models.Q(at_least__gte=1)),
            models.CheckConstraint(
                name="one_person_counts_one",
                condition=models.Q(kind="group") | models.Q(kind="person", at_least=1, at_most=1),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.surname, self.first_names, self.patronymic) if part)

    @property
    def born(self) -> DateRange:
        return DateRange(self.birth_earliest, self.birth_latest)

    @property
    def may_be_named(self) -> bool:
        """Whether the name may leave the office: next of kin are informed and consent is recorded."""
        return self.kin == self.Kin.CONSENTS


@pghistory.track()
class Perpetrator(models.Model):
    """An alleged perpetrator: a person or a unit, with the degree of involvement (HURIDOCS micro-thesaurus 18)."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        UNIT = "unit", _("Unit")

    class Involvement(models.TextChoices):
        CARRIED_OUT = "carried_out", _("Carried out the act")
        ORDERED = "ordered", _("Ordered it")
        PLANNED = "planned", _("Planned it")
        PRESENT = "present", _("Was present")
        ACCOMPLICE = "accomplice", _("Passive accomplice")
        SUSPECTED = "suspected", _("Suspected")
        FAILED_TO_CONTROL = "failed_to_control", _("Failed to control subordinates")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="perpetrators")
    kind = models.CharField(_("person or unit"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name or call sign"), max_length=160, blank=True)
    name_key = models.CharField(max_length=240, blank=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, verbose_name=_("party"))
    rank = models.CharField(_("rank or position"), max_length=80, blank=True)
    involvement = models.CharField(_("degree of involvement"), max_length=20, choices=Involvement.choices)
    basis = models.TextField(_("basis for this"), max_length=5000)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    objects = VictimQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("alleged perpetrator")
        verbose_name_plural = _("alleged perpetrators")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def label(self) -> str:
        """How to call them on a page that shows names."""
        return self.name or (self.unit.name if self.unit_id and self.unit else "") or str(_("Unknown person"))
