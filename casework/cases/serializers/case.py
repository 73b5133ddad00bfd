"""The shape of cases in the API: what is answered, and what is accepted."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.accounts.models import Team, User
from casework.cases.models import Case, Party, Region
from casework.cases.serializers.common import CodeField, TagNamesField, choice, text
from casework.cases.workflow import CASE_WORKFLOW
from casework.core.api import (
    AvailableTransitionsField,
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)


class CaseSerializer(StrictModelSerializer):
    """A case as the API answers it. Dates carry their real precision."""

    occurred = PartialDateSerializerField(read_only=True)
    tags: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    lead = serializers.UUIDField(source="lead_id", read_only=True, allow_null=True)
    available_actions = AvailableTransitionsField(CASE_WORKFLOW)

    class Meta:
        model = Case
        fields = (
            "id", "reference", "title", "summary", "occurred", "country", "region", "raion", "settlement", "place_note",
            "latitude", "longitude", "uncertainty", "victims_party", "responsible_party", "learned_from", "priority",
            "team", "sensitive", "tags", "state", "lead", "created_at", "updated_at", "available_actions",
        )  # fmt: skip
        read_only_fields = fields


class CaseChange(StrictSerializer):
    """Facts of a case. `expected_updated_at` is the version the change was made from."""

    title = serializers.CharField(max_length=200, required=False)
    summary = text(20_000)
    occurred = PartialDateSerializerField(past=True, required=False, allow_null=True)
    country = choice(["", *Case._meta.get_field("country").flatchoices], required=False)
    region = CodeField(queryset=Region.objects.all(), required=False, allow_null=True)
    raion = text(80)
    settlement = text(80)
    place_note = text(300)
    latitude = serializers.DecimalField(8, 5, min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.DecimalField(8, 5, min_value=-180, max_value=180, required=False, allow_null=True)
    uncertainty = serializers.IntegerField(min_value=0, max_value=500_000, required=False, allow_null=True)
    victims_party = CodeField(queryset=Party.objects.all(), required=False, allow_null=True)
    responsible_party = CodeField(queryset=Party.objects.all(), required=False, allow_null=True)
    learned_from = choice(Case.LearnedFrom.choices, required=False)
    priority = choice(Case.Priority.choices, required=False)
    tags = TagNamesField(many=True, required=False)
    expected_updated_at = serializers.DateTimeField(required=False)


class CaseInput(CaseChange):
    """A new case: its team, what happened and how the office learned of it; the rest as far as it is known."""

    title = serializers.CharField(max_length=200)
    learned_from = choice(Case.LearnedFrom.choices)
    team = VisiblePrimaryKeyField(queryset=Team.objects.all())
    sensitive = serializers.BooleanField(required=False)
    expected_updated_at = None  # type: ignore[assignment]


class AssignInput(StrictSerializer):
    """A person of the team and their part."""

    user = VisiblePrimaryKeyField(queryset=User.objects.all())
    part = choice([("lead", "lead"), ("member", "member")], required=False)
