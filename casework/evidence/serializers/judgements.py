"""What people judge of an item, and a testimony's own acts, as the API takes and gives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.care.models import Graphic
from casework.core.api import (
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)
from casework.core.dates import UNKNOWN
from casework.evidence.models import Assessment, Item
from casework.evidence.models.items import Credibility
from casework.evidence.models.judgements import Aspect, Grade


class AssessmentSerializer(StrictModelSerializer):
    """One person's assessment of one aspect."""

    item = serializers.UUIDField(source="item_id", read_only=True)
    by = serializers.UUIDField(source="by_id", read_only=True)

    class Meta:
        model = Assessment
        fields = ("id", "item", "aspect", "grade", "method", "note", "by", "at")
        read_only_fields = fields


class AssessmentInput(StrictSerializer):
    item = VisiblePrimaryKeyField(queryset=Item.objects.all())
    aspect = serializers.ChoiceField(choices=Aspect.choices)
    grade = serializers.ChoiceField(choices=Grade.choices)
    method = serializers.CharField(max_length=300)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class RateInput(StrictSerializer):
    credibility = serializers.ChoiceField(choices=Credibility.choices)
    reason = serializers.CharField(max_length=5000)


class MarkInput(StrictSerializer):
    level = serializers.ChoiceField(choices=Graphic.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class WithdrawalInput(StrictSerializer):
    withdrawn_on = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class EarlierInput(StrictSerializer):
    by_whom = serializers.CharField(max_length=160)
    held = PartialDateSerializerField(past=True, required=False, default=UNKNOWN)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class WitnessSerializer(serializers.Serializer[Any]):
    """Who the witness is."""

    identity = serializers.CharField(read_only=True)
