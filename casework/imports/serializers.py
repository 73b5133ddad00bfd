"""What the API gives of imports."""

from __future__ import annotations

from rest_framework import serializers

from casework.core.api import StrictModelSerializer
from casework.imports.models import Import


class ImportSerializer(StrictModelSerializer):
    """An import: its state, how far it is, and the counts of its preview."""

    case = serializers.UUIDField(source="case_id", read_only=True, allow_null=True)
    figures = serializers.DictField(read_only=True)
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Import
        fields = (
            "id", "reference", "team", "kind", "state", "channel", "case", "caveat", "graphic", "figures", "stage",
            "steps_done", "steps", "percent", "failure", "created_at", "finished_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields
