"""The shape of referrals in the API. Letters appear as far as the person may read them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casework.cases.models import Case
from casework.core.api import (
    AvailableTransitionsField,
    ReasonSerializer,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)
from casework.evidence.models import EvidenceLink
from casework.referrals.models import Correspondence, Recipient, Referral, ReferralCase
from casework.referrals.queries import may_know_outcome
from casework.referrals.workflow import REFERRAL_WORKFLOW


class RecipientSerializer(StrictModelSerializer):
    class Meta:
        model = Recipient
        fields = (
            "id", "code", "name", "kind", "channel", "days_to_acknowledge", "days_to_reply", "receives_names",
            "receives_perpetrators", "receives_files", "confidential_replies", "in_use",
        )  # fmt: skip


class ReferralCaseSerializer(StrictModelSerializer):
    preliminary = serializers.BooleanField(read_only=True)

    class Meta:
        model = ReferralCase
        fields = ("case", "finding", "preliminary")


class LetterSerializer(StrictModelSerializer):
    class Meta:
        model = Correspondence
        fields = ("id", "direction", "kind", "dated", "text", "confidential", "recorded_by", "recorded_at")


class ReferralSerializer(StrictModelSerializer):
    """A referral as the person may know it; `outcome` is null where it is confidential to them."""

    cases = ReferralCaseSerializer(many=True, read_only=True)
    links = serializers.SerializerMethodField()
    letters = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    package_sha256 = serializers.CharField(source="package.sha256", default=None, read_only=True)
    overdue = serializers.BooleanField(read_only=True)
    available = AvailableTransitionsField(REFERRAL_WORKFLOW)

    class Meta:
        model = Referral
        fields = (
            "id", "reference", "recipient", "purpose", "covering_note", "supplements", "state", "cases", "links",
            "package_sha256", "prepared_by", "prepared_at", "approved_by", "approved_at", "sent_by", "sent_at",
            "sent_on", "sent_through", "receipt", "ack_due_on", "reply_due_on", "acknowledged_on", "replied_on",
            "their_reference", "outcome", "overdue", "letters", "available", "updated_at",
        )  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_links(self, referral: Referral) -> list[str]:
        """The links of the evidence chosen for disclosure."""
        return [str(row.link_id) for row in referral.evidence.all()]

    @extend_schema_field(LetterSerializer(many=True))
    def get_letters(self, referral: Referral) -> Any:
        """Letters that the person may read."""
        return LetterSerializer(getattr(referral, "readable_letters", ()), many=True).data

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_outcome(self, referral: Referral) -> str | None:
        """The outcome, unless it was drawn from confidential letters."""
        return referral.outcome if may_know_outcome(self.context["request"].user, referral) else None


class ReferralFields(StrictSerializer):
    recipient = VisiblePrimaryKeyField(queryset=Recipient.objects.filter(in_use=True))
    purpose = serializers.ChoiceField(choices=Referral.Purpose.choices, default=Referral.Purpose.INFORMATION)
    covering_note = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    supplements = VisiblePrimaryKeyField(queryset=Referral.objects.all(), allow_null=True, default=None)
    cases = VisiblePrimaryKeyField(queryset=Case.objects.all(), many=True)
    links = VisiblePrimaryKeyField(queryset=EvidenceLink.objects.present(), many=True, default=list, allow_empty=True)
    records_only = VisiblePrimaryKeyField(
        queryset=EvidenceLink.objects.present(), many=True, default=list, allow_empty=True
    )


class ReferralInput(ReferralFields):
    """A new referral."""


class ReferralChange(ReferralFields):
    """A change of a draft, from the version that was seen."""

    expected_updated_at = serializers.DateTimeField(required=False)


class SentInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=Recipient.Channel.choices)
    receipt = serializers.CharField(max_length=200, allow_blank=True, default="")
    sent_on = serializers.DateField(required=False, allow_null=True, default=None)
    key = serializers.CharField(max_length=64, allow_blank=True, default="")


class ApproveInput(StrictSerializer):
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", max_length=64)


class LetterInput(StrictSerializer):
    dated = serializers.DateField()
    text = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    confidential = serializers.BooleanField(required=False, allow_null=True, default=None)


class AcknowledgementInput(LetterInput):
    their_reference = serializers.CharField(max_length=80, allow_blank=True, default="")


class CorrespondenceInput(LetterInput):
    direction = serializers.ChoiceField(choices=Correspondence.Direction.choices)
    kind = serializers.ChoiceField(choices=Correspondence.Kind.choices)


class CloseInput(ReasonSerializer):
    outcome = serializers.ChoiceField(choices=Referral.Outcome.choices)
