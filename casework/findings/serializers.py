"""The shapes of findings in the API: what is answered, and what is accepted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from casework.cases.models import Case, Party
from casework.cases.models.people import StatusAtDeath
from casework.cases.serializers.common import CodeField
from casework.core.api import (
    AvailableTransitionsField,
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)
from casework.evidence.models import EvidenceLink
from casework.findings.content import LONGEST_REASONS, MOST_VICTIMS
from casework.findings.models import (
    CitedEvidence,
    Conclusion,
    ElementAssessment,
    Finding,
    Qualification,
    Standard,
    VictimCount,
)
from casework.findings.workflow import FINDING_WORKFLOW


class CountSerializer(StrictModelSerializer):
    """Victims of one status at death."""

    class Meta:
        model = VictimCount
        fields = ("status", "at_least", "at_most")


class CitedSerializer(StrictModelSerializer):
    """A cited file as it was frozen; an item without files has one entry without a hash."""

    reference = serializers.CharField(source="item.reference", read_only=True)

    class Meta:
        model = CitedEvidence
        fields = ("link", "item", "reference", "establishes", "bearing", "file_name", "sha256")


class FindingSerializer(StrictModelSerializer):
    """A finding with everything it stands on. `superseded_on` is the first day on which it was no longer in force;
    `evidence_damaged` says that a cited file is damaged or missing."""

    occurred = PartialDateSerializerField(read_only=True)
    counts = CountSerializer(source="victim_counts", many=True, read_only=True)
    cited = CitedSerializer(many=True, read_only=True)
    in_force_from = serializers.SerializerMethodField()
    superseded_on = serializers.DateField(read_only=True)
    evidence_damaged = serializers.BooleanField(read_only=True)
    transitions = AvailableTransitionsField(FINDING_WORKFLOW)

    class Meta:
        model = Finding
        fields = (
            "id",
            "reference",
            "case",
            "state",
            "conclusion",
            "standard",
            "victims_party",
            "responsible_party",
            "occurred",
            "country",
            "region",
            "qualifications",
            "reasons",
            "counts",
            "cited",
            "evidence_damaged",
            "proposed_by",
            "proposed_at",
            "returned_code",
            "returned_note",
            "returned_by",
            "returned_at",
            "previous_version",
            "approved_by",
            "decided_on",
            "in_force_from",
            "superseded_on",
            "supersedes",
            "late_verification",
            "updated_at",
            "transitions",
        )
        read_only_fields = fields

    def get_in_force_from(self, finding: Finding) -> str | None:
        """The first day in force; null for a finding that was in force on no whole day, or is not approved."""
        lower = finding.in_force.lower if finding.in_force else None
        return lower.isoformat() if lower else None


class CountInput(StrictSerializer):
    """A number of victims for one status at death."""

    status = serializers.ChoiceField(choices=StatusAtDeath.choices)
    at_least = serializers.IntegerField(min_value=0, max_value=MOST_VICTIMS)
    at_most = serializers.IntegerField(min_value=0, max_value=MOST_VICTIMS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """At least is not above at most."""
        if attrs["at_least"] > attrs["at_most"]:
            raise serializers.ValidationError({"at_least": _("At least cannot be more than at most.")})
        return attrs


class ProposalInput(StrictSerializer):
    """What a finding says, as it is proposed again after a return."""

    conclusion = serializers.ChoiceField(choices=Conclusion.choices)
    standard = serializers.ChoiceField(choices=Standard.choices)
    victims_party = CodeField(queryset=Party.objects.all())
    responsible_party = CodeField(queryset=Party.objects.all(), required=False, allow_null=True, default=None)
    occurred = PartialDateSerializerField(past=True)
    counts = serializers.ListField(child=CountInput(), max_length=len(StatusAtDeath))
    qualifications = serializers.ListField(
        child=serializers.ChoiceField(choices=Qualification.choices), max_length=len(Qualification), default=list
    )
    reasons = serializers.CharField(max_length=LONGEST_REASONS)
    links = VisiblePrimaryKeyField(queryset=EvidenceLink.objects.present(), many=True)

    def validate_counts(self, value: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
        """As actions take them, each status once."""
        counts = {each["status"]: (each["at_least"], each["at_most"]) for each in value}
        if len(counts) < len(value):
            raise serializers.ValidationError(_("Give each status once."))
        return counts


class FindingInput(ProposalInput):
    """What a finding says, and of which case."""

    case = VisiblePrimaryKeyField(queryset=Case.objects.all())


class ResubmissionInput(ProposalInput):
    """A new version, with the `updated_at` of the one that was returned."""

    expected_updated_at = serializers.DateTimeField(required=False, source="expected")


class ApprovalInput(StrictSerializer):
    """Which version the reviewer read."""

    expected_updated_at = serializers.DateTimeField(required=False, source="expected")


class ReturnInput(StrictSerializer):
    """Why a finding is returned."""

    code = serializers.ChoiceField(choices=Finding.ReturnReason.choices)
    note = serializers.CharField(max_length=5000)


class ElementSerializer(StrictModelSerializer):
    """Where a case stands on one element of a crime."""

    class Meta:
        model = ElementAssessment
        fields = ("id", "case", "qualification", "element", "standing", "note", "assessed_by", "updated_at")
        read_only_fields = fields


class ElementInput(StrictSerializer):
    """A judgement of one element; the element's keys are those of its qualification."""

    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    qualification = serializers.ChoiceField(choices=Qualification.choices)
    element = serializers.CharField(max_length=30)
    standing = serializers.ChoiceField(choices=ElementAssessment.Standing.choices)
    note = serializers.CharField(max_length=5000, allow_blank=True, default="")
