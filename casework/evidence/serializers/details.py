"""The fields that only one kind of evidence has, as the API takes and gives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.core.api import StrictModelSerializer
from casework.evidence.models import Post, Testimony, UnitReport, Video


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


class TestimonySerializer(DetailSerializer):
    class Meta:
        model = Testimony
        fields = (
            "pseudonym", "identity", "consent", "interviewer", "interpreter", "place", "protection_concern",
            "earlier_interviews",
        )  # fmt: skip


DETAILS: dict[str, type[serializers.BaseSerializer[Any]]] = {
    "video": VideoSerializer,
    "unit_report": UnitReportSerializer,
    "post": PostSerializer,
    "testimony": TestimonySerializer,
}
"""By kind, which is also the name of the field that holds them."""
