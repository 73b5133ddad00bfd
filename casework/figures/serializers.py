"""The shape of figures in the API."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from rest_framework import serializers

from casework.core.api import PartialDateSerializerField, StrictModelSerializer, StrictSerializer
from casework.figures.models import IssuerFigure


class FigureCaseSerializer(serializers.Serializer):
    """One incident behind a figure."""

    id = serializers.UUIDField(source="case_id")
    reference = serializers.CharField()
    finding = serializers.CharField()
    earliest = serializers.DateField()
    latest = serializers.DateField()
    at_least = serializers.IntegerField()
    at_most = serializers.IntegerField()


class FigureSerializer(serializers.Serializer):
    """A figure: never the number without its unit, its day and its definition."""

    value = serializers.IntegerField()
    unit = serializers.CharField(source="query.unit")
    as_of = serializers.DateField(source="query.as_of")
    definition = serializers.CharField()
    at_most = serializers.IntegerField()
    straddling = serializers.IntegerField()
    cases = serializers.ListField(child=serializers.CharField(), source="references")
    incidents = FigureCaseSerializer(many=True, source="cases")


class IssuerFigureSerializer(StrictModelSerializer):
    """Another issuer's figure, as kept."""

    class Meta:
        model = IssuerFigure
        fields = [
            "id",
            "issuer",
            "unit",
            "value",
            "qualifier",
            "period_earliest",
            "period_latest",
            "as_of",
            "published_on",
            "definition",
            "quote",
            "url",
            "difference",
            "recorded_at",
            "updated_at",
        ]


class IssuerFigureInput(StrictSerializer):
    """What is sent to record or correct another issuer's figure."""

    issuer = serializers.CharField(max_length=160)
    unit = serializers.ChoiceField(choices=IssuerFigure.Unit.choices)
    value = serializers.IntegerField(min_value=0, max_value=2_000_000_000)
    qualifier = serializers.CharField(max_length=40, required=False, allow_blank=True)
    period = PartialDateSerializerField(required=False, allow_null=True)
    as_of = serializers.DateField(required=False, allow_null=True)
    published_on = serializers.DateField()
    definition = serializers.CharField(max_length=5000)
    quote = serializers.CharField(max_length=5000)
    url = serializers.URLField(required=False, allow_blank=True, validators=[MaxLengthValidator(1000)])
    difference = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    expected_updated_at = serializers.DateTimeField(required=False)
