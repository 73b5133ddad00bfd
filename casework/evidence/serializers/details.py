"""The fields that only one kind of evidence has, as the API takes and gives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.core.api import PartialDateSerializerField, StrictModelSerializer
from casework.evidence.models import EarlierInterview, Post, Testimony, UnitReport, Video
from casework.evidence.models.kinds import Use


class DetailSerializer(StrictModelSerializer):
    """A kind's own table. What tells who a person is leaves only for those named on the case, and never in a list."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The fields, without the hidden ones (`hidden` in the context, filled by the item's serializer)."""
        shown = super().to_representation(instance)
        hidden = self.context.get("hidden", {}).get(instance.pk, frozenset())
        return {name: value for name, value in shown.items() if name not in hidden}


class VideoSerializer(DetailSerializer):
    class Meta:
        model = Video
        fields = (
            "duration", "width", "height", "codecs", "container", "recorded_by", "copy", "first_publication",
        )  # fmt: skip
        read_only_fields = ("duration", "width", "height", "codecs", "container")


class UnitReportSerializer(DetailSerializer):
    class Meta:
        model = UnitReport
        fields = ("unit", "author", "number", "dated", "classification")


class PostSerializer(DetailSerializer):
    class Meta:
        model = Post
        fields = (
            "platform", "handle", "display_name", "affiliation", "account", "url", "normal_url", "post_id", "reposts",
            "forwarded_from", "forwarded_account", "replies_to", "published_shown", "text", "translation",
            "capture_method", "captured_by", "captured_at", "removed_on",
        )  # fmt: skip
        read_only_fields = ("normal_url",)
        extra_kwargs = {"url": {"required": True, "allow_blank": False}}


class EarlierSerializer(StrictModelSerializer):
    """An interview that the witness gave elsewhere."""

    held = PartialDateSerializerField(past=True, required=False)

    class Meta:
        model = EarlierInterview
        fields = ("by_whom", "held", "note")


class TestimonySerializer(DetailSerializer):
    """A testimony. Who the witness is can be written here and is read nowhere but at `witness/`, on record."""

    identity = serializers.CharField(max_length=300, required=False, allow_blank=True, write_only=True)
    consent_uses = serializers.ListField(
        child=serializers.ChoiceField(choices=Use.choices), max_length=len(Use), required=False
    )
    consent_bodies = serializers.ListField(child=serializers.UUIDField(), max_length=100, required=False)
    earlier_interviews = EarlierSerializer(many=True, required=False)

    class Meta:
        model = Testimony
        fields = (
            "pseudonym", "identity", "consent", "consent_uses", "consent_bodies", "consent_given_on",
            "consent_taken_by", "consent_withdrawn_on", "interviewer", "interpreter", "place", "protection_level",
            "protection_concern", "repeat_reason", "earlier_interviews",
        )  # fmt: skip
        read_only_fields = ("consent_withdrawn_on",)


DETAILS: dict[str, type[serializers.BaseSerializer[Any]]] = {
    "video": VideoSerializer,
    "unit_report": UnitReportSerializer,
    "post": PostSerializer,
    "testimony": TestimonySerializer,
}
"""By kind, which is also the name of the field that holds them."""
