"""Referrals: what is sent to the ICRC and United Nations bodies, frozen as it was sent, and what comes back."""

from __future__ import annotations

import datetime
import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.audit.models import append_only
from casework.cases.models import Case
from casework.cases.querysets import ReferenceQuerySet
from casework.evidence.models import Blob, EvidenceLink, Item
from casework.findings.models import Finding
from casework.referrals.querysets import LetterFileQuerySet, LetterQuerySet, ReferralPartQuerySet, ReferralQuerySet
from casework.referrals.triggers import part_of_a_draft, referral_triggers


@pghistory.track()
class Recipient(models.Model):
    """A body that cases are referred to, and what it may receive (its disclosure profile)."""

    class Kind(models.TextChoices):
        ICRC = "icrc", _("International Committee of the Red Cross")
        UN = "un", _("United Nations body")
        OTHER = "other", _("Other")

    class Channel(models.TextChoices):
        SECURE_MAIL = "secure_mail", _("Secure mail")
        PORTAL = "portal", _("Portal")
        COURIER = "courier", _("Courier")
        HAND = "hand", _("Hand delivery")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("short name"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices)
    contact = models.CharField(_("contact"), max_length=300, blank=True)
    openpgp_key = models.TextField(_("OpenPGP public key"), blank=True, max_length=20_000)
    days_to_acknowledge = models.PositiveSmallIntegerField(_("days to acknowledge"), default=14)
    days_to_reply = models.PositiveSmallIntegerField(_("days to reply"), default=60)
    receives_names = models.BooleanField(_("may receive names that are under no embargo"), default=True)
    receives_perpetrators = models.BooleanField(_("may receive alleged perpetrators"), default=True)
    receives_files = models.BooleanField(_("may receive copies of evidence"), default=True)
    confidential_replies = models.BooleanField(_("replies are confidential"), default=False)
    in_use = models.BooleanField(_("in use"), default=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")

    def __str__(self) -> str:
        return self.name


SENT_STATES = ("sent", "acknowledged", "replied", "closed")


@pghistory.track()
class Referral(models.Model):
    """One or more cases referred to one recipient. Approval is given by someone other than the preparer and is bound
    to the frozen package's SHA-256: any change voids it.

    `drafters` are all who wrote any of it; none of them approves it. `sent_on` is the day on which it left, as the
    sender stated it; `sent_at` is the moment that was recorded. `sent_key` tells a repeated click from a second
    sending.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
        RETURNED = "returned", _("Returned for changes")
        APPROVED = "approved", _("Approved")
        SENT = "sent", _("Sent")
        DELIVERY_UNKNOWN = "delivery_unknown", _("Delivery unknown")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        REPLIED = "replied", _("Replied")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Purpose(models.TextChoices):
        INFORMATION = "information", _("Information")
        ACTION = "action", _("Request for action")
        TRACING = "tracing", _("Tracing request")
        ALLEGATION = "allegation", _("Allegation letter")
        URGENT_APPEAL = "urgent_appeal", _("Urgent appeal")
        SUPPLEMENT = "supplement", _("Supplement to an earlier referral")

    class Outcome(models.TextChoices):
        TAKEN_UP = "taken_up", _("Taken up")
        ANSWERED = "answered", _("Answered in substance")
        NO_PUBLIC_ACCUSATION = "no_public_accusation", _("No public accusation")
        DECLINED = "declined", _("Declined")
        NO_REPLY = "no_reply", _("No reply")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", editable=False)
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="referrals", verbose_name=_("recipient"))
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.INFORMATION)
    covering_note = models.TextField(_("covering note to the recipient"), max_length=20_000, blank=True)
    supplements = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="supplemented_by")
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT, editable=False)
    package = models.OneToOneField("Package", models.PROTECT, null=True, editable=False, related_name="+")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    prepared_at = models.DateTimeField(default=clock.now, editable=False)
    drafters = ArrayField(models.UUIDField(), default=list, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_on = models.DateField(_("sent"), null=True, editable=False)
    sent_key = models.CharField(max_length=64, blank=True, editable=False)
    sent_through = models.CharField(max_length=12, choices=Recipient.Channel.choices, blank=True, editable=False)
    receipt = models.CharField(max_length=200, blank=True, editable=False)
    ack_due_on = models.DateField(_("acknowledgement due"), null=True, editable=False)
    reply_due_on = models.DateField(_("reply due"), null=True, editable=False)
    acknowledged_on = models.DateField(null=True, editable=False)
    replied_on = models.DateField(null=True, editable=False)
    their_reference = models.CharField(_("their reference"), max_length=80, blank=True, editable=False)
    outcome = models.CharField(max_length=24, choices=Outcome.choices, blank=True, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="referral_by_change"),
            models.Index(fields=["state", "reply_due_on"], name="referral_by_due"),
        ]
        constraints = [
            models.CheckConstraint(
                name="referral_four_eyes", condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by"))
            ),
            models.CheckConstraint(
                name="referral_not_by_drafters",
                condition=Q(approved_by__isnull=True) | ~Q(drafters__contains=[F("approved_by")]),
            ),
            models.CheckConstraint(
                name="referral_supplement_names_the_earlier",
                condition=Q(purpose="supplement", supplements__isnull=False)
                | (~Q(purpose="supplement") & Q(supplements__isnull=True)),
            ),
            models.CheckConstraint(
                name="referral_sent_whole",
                condition=~Q(state__in=["sent", "acknowledged", "replied", "closed"])
                | Q(
                    package__isnull=False,
                    approved_by__isnull=False,
                    sent_by__isnull=False,
                    sent_at__isnull=False,
                    sent_on__isnull=False,
                    approved_sha256__regex=r"^[0-9a-f]{64}$",
                ),
            ),
        ]
        triggers = referral_triggers()

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_label(self) -> str:
        return self.reference

    @property
    def is_sent(self) -> bool:
        return self.state in SENT_STATES

    @property
    def waiting_days(self) -> int:
        """Whole days since it was sent; 0 before."""
        return max(0, (clock.today() - self.sent_on).days) if self.sent_on else 0

    @property
    def next_due(self) -> datetime.date | None:
        """When the recipient's next answer is due; None when none is expected."""
        if self.state == self.State.SENT:
            return min((day for day in (self.ack_due_on, self.reply_due_on) if day), default=None)
        return self.reply_due_on if self.state == self.State.ACKNOWLEDGED else None

    @property
    def overdue(self) -> bool:
        """Whether the acknowledgement, or the reply, that was due before today is still missing."""
        return self.next_due is not None and self.next_due < clock.today()


class ReferralCase(models.Model):
    """A case in a referral, with the finding it stands on, or marked as preliminary."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="cases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="referral_cases")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="referral_cases")

    objects = ReferralPartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["referral", "case"], name="case_once_in_a_referral")]
        triggers = part_of_a_draft("referralcase")

    @property
    def preliminary(self) -> bool:
        return self.finding_id is None


class ReferralEvidence(models.Model):
    """An item chosen to be disclosed with a referral; `with_files` says whether copies go along or only the record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="evidence")
    link = models.ForeignKey(EvidenceLink, models.PROTECT, related_name="+")
    with_files = models.BooleanField(default=True)

    objects = ReferralPartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["referral", "link"], name="link_once_in_a_referral")]
        triggers = part_of_a_draft("referralevidence")


class Package(models.Model):
    """What a recipient gets, frozen: the dossier, the disclosed copies and the manifest that lists their hashes.

    `sha256` is the hash of the manifest's canonical bytes; since the manifest commits to the dossier and to every
    file, it commits to the whole. `content` is what the dossier says, from which its page is shown; `withheld` is for
    the office alone. Never changed; a referral changed after freezing gets another package.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="packages")
    version = models.PositiveSmallIntegerField()
    manifest = models.JSONField()
    sha256 = models.CharField(max_length=64)
    dossier = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    content = models.JSONField()
    withheld = models.JSONField(default=list)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(default=clock.now)

    objects = ReferralPartQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["referral", "version"], name="package_version_once")]
        triggers = append_only("referrals_package")

    @property
    def audit_label(self) -> str:
        return f"{self.referral.reference} v{self.version}"


class Correspondence(models.Model):
    """A letter, message or call about a referral, in or out. Confidential ones are for those with the right only."""

    class Direction(models.TextChoices):
        IN = "in", _("From the recipient")
        OUT = "out", _("To the recipient")

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
        REPLY = "reply", _("Reply")
        QUESTION = "question", _("Question")
        REMINDER = "reminder", _("Reminder")
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="correspondence")
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    dated = models.DateField(_("date"))
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["dated", "recorded_at"]
        triggers = append_only("referrals_correspondence")


class CorrespondenceFile(models.Model):
    """A file that came or went with a letter; kept in the store like evidence."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Correspondence, models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)

    objects = LetterFileQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        triggers = append_only("referrals_correspondencefile")


class Disclosure(models.Model):
    """One line of the disclosure register: which record, in which version, went to whom, when, on whose approval."""

    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="disclosures")
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="disclosures")
    package = models.ForeignKey(Package, models.PROTECT, related_name="disclosures")
    case = models.ForeignKey(Case, models.PROTECT, related_name="disclosures")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="disclosures")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="disclosures")
    sha256 = models.CharField(max_length=64, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    disclosed_at = models.DateTimeField()

    objects = ReferralPartQuerySet.as_manager()

    class Meta:
        ordering = ["-disclosed_at", "-id"]
        indexes = [models.Index(fields=["case", "recipient"], name="disclosure_by_case")]
        triggers = append_only("referrals_disclosure")
