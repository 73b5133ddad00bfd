"""Sources and their ratings, for their own teams."""

from __future__ import annotations

from rest_framework import serializers

from casework.accounts.models import Team
from casework.core.api import StrictModelSerializer, StrictSerializer, VisiblePrimaryKeyField
from casework.evidence.models import Caveat, Source, SourceRating
from casework.evidence.models.sources import Reliability


class RatingSerializer(StrictModelSerializer):
    class Meta:
        model = SourceRating
        fields = ("reliability", "reason", "rated_at")
        read_only_fields = fields


class SourceSerializer(StrictModelSerializer):
    ratings = RatingSerializer(many=True, read_only=True)

    class Meta:
        model = Source
        fields = ("id", "team", "kind", "name", "reliability", "caveat", "note", "ratings", "created_at", "updated_at")
        read_only_fields = fields


class SourceFields(StrictSerializer):
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    name = serializers.CharField(max_length=160)
    caveat = serializers.ChoiceField(choices=Caveat.choices, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class SourceInput(SourceFields):
    team = VisiblePrimaryKeyField(queryset=Team.objects.all())


class SourceChange(SourceFields):
    """A change; `expected_updated_at` is the version it was made from."""

    expected_updated_at = serializers.DateTimeField(required=False)


class RatingInput(StrictSerializer):
    reliability = serializers.ChoiceField(choices=Reliability.choices)
    reason = serializers.CharField(max_length=5000)
