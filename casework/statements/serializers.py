"""The shapes of public statements in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.accounts.models import Team
from casework.cases.models import Case, Party
from casework.cases.serializers.common import CodeField
from casework.core.api import (
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)
from casework.evidence.models import Item
from casework.statements.models import Statement


class StatementSerializer(StrictModelSerializer):
    """A statement with the captures and incidents that the person may see."""

    made = PartialDateSerializerField(read_only=True)
    captures = serializers.SerializerMethodField()
    incidents = serializers.SerializerMethodField()

    class Meta:
        model = Statement
        fields = (
            "id", "reference", "team", "speaker", "speaker_kind", "office", "party", "command", "made", "medium", "url",
            "text", "language", "translation", "kind", "captures", "incidents", "registered_by", "registered_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_captures(self, statement: Statement) -> list[str]:
        """Ids of evidence items."""
        return [str(item.pk) for item in statement.shown_captures]  # type: ignore[attr-defined]

    def get_incidents(self, statement: Statement) -> list[str]:
        """Ids of cases."""
        return [str(case.pk) for case in statement.shown_incidents]  # type: ignore[attr-defined]


class StatementChange(StrictSerializer):
    """What can be corrected, with the `updated_at` of the version that was read."""

    speaker = serializers.CharField(max_length=160)
    speaker_kind = serializers.ChoiceField(choices=Statement.SpeakerKind.choices)
    office = serializers.CharField(max_length=200, allow_blank=True, default="")
    party = CodeField(queryset=Party.objects.all())
    command = serializers.ChoiceField(choices=Statement.Command.choices, default="unknown")
    made = PartialDateSerializerField(past=True)
    medium = serializers.CharField(max_length=160)
    url = serializers.URLField(max_length=1000, allow_blank=True, default="")
    text = serializers.CharField(max_length=20_000)
    language = serializers.CharField(max_length=40)
    translation = serializers.CharField(max_length=20_000, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=Statement.Kind.choices)
    captures = VisiblePrimaryKeyField(queryset=Item.objects.all(), many=True, required=False)
    incidents = VisiblePrimaryKeyField(queryset=Case.objects.all(), many=True, required=False)
    expected_updated_at = serializers.DateTimeField(required=False, source="expected")


class StatementInput(StatementChange):
    """A new statement, of a team."""

    team = VisiblePrimaryKeyField(queryset=Team.objects.all())
    expected_updated_at: Any = None
