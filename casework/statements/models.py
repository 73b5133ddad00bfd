"""Public statements: orders, calls and threats made in public, as said, and what followed."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.cases.models import Case, Party
from casework.core.dates import DateRange
from casework.evidence.models import Item
from casework.statements.querysets import StatementQuerySet


@pghistory.track()
class Statement(models.Model):
    """One public statement, verbatim. Officials and military groups are counted apart. Whether it amounts to denying
    quarter (Rome Statute art. 8(2)(b)(xii)) is never concluded from the text alone."""

    class SpeakerKind(models.TextChoices):
        OFFICIAL = "official", _("Official")
        MILITARY_GROUP = "military_group", _("Military group")
        OTHER = "other", _("Other")

    class Kind(models.TextChoices):
        ORDER = "order", _("Order")
        CALL_EXECUTION = "call_execution", _("Call for execution")
        CALL_INHUMANE = "call_inhumane", _("Call for inhumane treatment")
        NO_QUARTER = "no_quarter", _("Threat of no quarter")
        APPROVAL = "approval", _("Approval")
        DENIAL = "denial", _("Denial")

    class Command(models.TextChoices):
        KNOWN = "known", _("Commands the forces addressed")
        NONE = "none", _("Does not command them")
        UNKNOWN = "unknown", _("Unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    speaker = models.CharField(_("speaker"), max_length=160)
    speaker_kind = models.CharField(_("kind of speaker"), max_length=16, choices=SpeakerKind.choices)
    office = models.CharField(_("office or function"), max_length=200, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    command = models.CharField(
        _("command over the forces addressed"), max_length=10, choices=Command.choices, default=Command.UNKNOWN
    )
    made_earliest = models.DateField()
    made_latest = models.DateField()
    medium = models.CharField(_("medium"), max_length=160)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    text = models.TextField(_("verbatim text"), max_length=20_000)
    language = models.CharField(_("language"), max_length=40)
    translation = models.TextField(_("translation"), max_length=20_000, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    captures = models.ManyToManyField(Item, blank=True, related_name="statements", verbose_name=_("captures"))
    incidents = models.ManyToManyField(
        Case, blank=True, related_name="statements", verbose_name=_("incidents that followed")
    )
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["-made_latest", "-id"]
        verbose_name = _("public statement")
        verbose_name_plural = _("public statements")
        indexes = [models.Index(fields=["-made_latest", "-id"], name="statement_by_date")]
        constraints = [
            models.CheckConstraint(
                name="statement_dates_in_order", condition=models.Q(made_earliest__lte=models.F("made_latest"))
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def made(self) -> DateRange:
        return DateRange(self.made_earliest, self.made_latest)
