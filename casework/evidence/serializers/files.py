"""Files of items, and what is said of a working copy."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casework.core.api import StrictModelSerializer, StrictSerializer
from casework.evidence.actions.copies import LONGEST
from casework.evidence.malware import scan_of
from casework.evidence.models import EvidenceFile, Item, Scan


class FileSerializer(StrictModelSerializer):
    """A file: the name is what the sender called it, `media_type` what its content says it is."""

    sha256 = serializers.CharField(source="blob_id", read_only=True)
    size = serializers.IntegerField(source="blob.size", read_only=True)
    media_type = serializers.CharField(source="blob.media_type", read_only=True)
    check_result = serializers.CharField(source="blob.check_result", read_only=True)
    checked_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="The last check since it was added; null before the first."
    )
    malware = serializers.SerializerMethodField()
    malware_signature = serializers.SerializerMethodField()

    class Meta:
        model = EvidenceFile
        fields = (
            "id", "part", "name", "declared_type", "media_type", "flagged", "size", "sha256", "added_at", "checked_at",
            "check_result", "malware", "malware_signature", "parent", "operation", "tool", "made_by", "made_note",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Scan.State.choices))
    def get_malware(self, file: EvidenceFile) -> str:
        """What a scanner said last: clean, found, partial, not_scanned."""
        return str(scan_of(file.blob).state)

    def get_malware_signature(self, file: EvidenceFile) -> str:
        """What was found; empty for nothing."""
        return scan_of(file.blob).signature


class CopyInput(StrictSerializer):
    """What a working copy was made from (a file of the same item) and how."""

    parent = serializers.PrimaryKeyRelatedField(  # type: ignore[assignment,var-annotated]
        queryset=EvidenceFile.objects.none()
    )
    operation = serializers.ChoiceField(choices=EvidenceFile.Operation.choices)
    tool = serializers.CharField(max_length=LONGEST["tool"])
    made_by = serializers.CharField(max_length=LONGEST["made_by"], required=False, allow_blank=True)
    note = serializers.CharField(max_length=LONGEST["note"], required=False, allow_blank=True)

    def __init__(self, *args: Any, item: Item | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if item is not None:
            self.fields["parent"].queryset = EvidenceFile.objects.filter(item=item)  # type: ignore[attr-defined]
