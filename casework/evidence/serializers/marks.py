"""Marked moments of recordings: seconds as numbers, from the beginning of the file."""

from __future__ import annotations

from rest_framework import serializers

from casework.core.api import StrictModelSerializer, StrictSerializer, VisiblePrimaryKeyField
from casework.evidence.models import EvidenceFile, Mark


class MarkedMomentSerializer(StrictModelSerializer):
    item = serializers.UUIDField(source="item_id", read_only=True)
    file = serializers.UUIDField(source="file_id", read_only=True)

    class Meta:
        model = Mark
        fields = ("id", "item", "file", "at", "until", "text", "made_at", "updated_at")
        read_only_fields = fields


class MarkedMomentFields(StrictSerializer):
    at = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=0)
    until = serializers.DecimalField(max_digits=9, decimal_places=3, min_value=0, required=False, allow_null=True)
    text = serializers.CharField(max_length=500)


class MarkedMomentInput(MarkedMomentFields):
    file = VisiblePrimaryKeyField(queryset=EvidenceFile.objects.select_related("item", "blob"))


class MarkedMomentChange(MarkedMomentFields):
    """A change; `expected_updated_at` is the version it was made from."""

    expected_updated_at = serializers.DateTimeField(required=False)
