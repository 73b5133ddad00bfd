"""Items, their files and links."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from casework.accounts.models import Team
from casework.care.models import Graphic
from casework.cases.models import Case
from casework.core.api import (
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)
from casework.evidence.access import SENSITIVE_DETAILS, hidden_details
from casework.evidence.models import Caveat, EvidenceLink, Item, Source, Upload
from casework.evidence.models.items import Credibility, Establishes, Kind
from casework.evidence.serializers.details import (
    DETAILS,
    PostSerializer,
    TestimonySerializer,
    UnitReportSerializer,
    VideoSerializer,
)
from casework.evidence.serializers.files import FileSerializer

LONG_TEXT, MAX_RECIPIENTS = 20_000, 100


class LinkSerializer(StrictModelSerializer):
    """What an item says about a case."""

    item = serializers.UUIDField(source="item_id", read_only=True)
    case = serializers.UUIDField(source="case_id", read_only=True)

    class Meta:
        model = EvidenceLink
        fields = ("id", "item", "case", "establishes", "bearing", "note", "linked_at")
        read_only_fields = fields


class ItemSerializer(StrictModelSerializer):
    """An item as this person may see it. `source` is null when it is another team's; its kind and grade are told."""

    recorded = PartialDateSerializerField(read_only=True)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]
    source_kind = serializers.CharField(source="source.kind", default=None, read_only=True)
    source_reliability = serializers.CharField(source="source.reliability", default=None, read_only=True)
    files = FileSerializer(source="loaded_files", many=True, read_only=True)
    links = LinkSerializer(source="seen_links", many=True, read_only=True)
    video = VideoSerializer(read_only=True, default=None)
    unit_report = UnitReportSerializer(read_only=True, default=None)
    post = PostSerializer(read_only=True, default=None)
    testimony = TestimonySerializer(read_only=True, default=None)

    class Meta:
        model = Item
        fields = (
            "id", "reference", "kind", "team", "title", "description", "language", "recorded", "published_at",
            "collected_at", "collected_by", "how_obtained", "source", "source_kind", "source_reliability",
            "credibility", "graphic", "graphic_standing", "caveat", "caveat_recipients", "registered_at", "updated_at",
            "video", "unit_report", "post", "testimony", "files", "links",
        )  # fmt: skip
        read_only_fields = fields

    def get_source(self, item: Item) -> str | None:
        """The source's key, for its own team."""
        user = self.context["request"].user
        return str(item.source_id) if item.source and item.source.team_id in user.reading_teams else None

    def to_representation(self, instance: Item) -> dict[str, Any]:
        """The item; who a witness or an author is only on its own page, for the people named on the case."""
        sensitive = SENSITIVE_DETAILS.get(instance.kind)
        if sensitive:
            listed = isinstance(self.parent, serializers.ListSerializer)
            hidden = sensitive if listed else hidden_details(self.context["request"].user, instance)
            context: dict[str, Any] = self.context  # type: ignore[assignment]
            context.setdefault("hidden", {})[instance.pk] = hidden
        return super().to_representation(instance)


class RecordFields(StrictSerializer):
    """What can be said of an item, at registration and later."""

    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=LONG_TEXT, required=False, allow_blank=True)
    language = serializers.CharField(max_length=40, required=False, allow_blank=True)
    recorded = PartialDateSerializerField(past=True, required=False, allow_null=True)
    published_at = serializers.DateTimeField(required=False, allow_null=True)
    collected_at = serializers.DateTimeField(required=False)
    collected_by = serializers.CharField(max_length=160, required=False, allow_blank=True)
    how_obtained = serializers.CharField(max_length=300, required=False, allow_blank=True)
    source = VisiblePrimaryKeyField(  # type: ignore[assignment]
        queryset=Source.objects.all(), required=False, allow_null=True
    )
    video = VideoSerializer(required=False)
    unit_report = UnitReportSerializer(required=False)
    post = PostSerializer(required=False)
    testimony = TestimonySerializer(required=False)


class ItemInput(RecordFields):
    """A new item. Its files are sent afterwards, one by one, to `files/`; or before, by the tus 1.0 protocol to
    `/evidence/uploads/` (the same token), and named here as `uploads`, by the id at the end of each one's address."""

    team = VisiblePrimaryKeyField(queryset=Team.objects.all())
    kind = serializers.ChoiceField(choices=Kind.choices)
    credibility = serializers.ChoiceField(choices=Credibility.choices, required=False)
    graphic = serializers.ChoiceField(choices=Graphic.choices, required=False)
    caveat = serializers.ChoiceField(choices=Caveat.choices, required=False)
    caveat_recipients = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_RECIPIENTS, required=False, allow_empty=True
    )
    case = VisiblePrimaryKeyField(queryset=Case.objects.all(), required=False)
    establishes = serializers.MultipleChoiceField(choices=Establishes.choices, required=False)
    bearing = serializers.ChoiceField(choices=EvidenceLink.Bearing.choices, required=False)
    link_note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    uploads = VisiblePrimaryKeyField(
        queryset=Upload.objects.all(), many=True, required=False, source="files",
        help_text="Resumable uploads of one's own that are whole and in no record yet.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What an action takes: the details of the kind as one mapping; those of other kinds are refused."""
        return spread_details(attrs, attrs["kind"])


class ItemChange(RecordFields):
    """A change; `expected_updated_at` is the version it was made from. Judgements go to `rate/` and `mark/`."""

    expected_updated_at = serializers.DateTimeField(required=False)


class ReleaseInput(StrictSerializer):
    """A release from a caveat, in writing."""

    caveat = serializers.ChoiceField(choices=[pair for pair in Caveat.choices if pair[0] != Caveat.OFFICE])
    recipients = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_RECIPIENTS, required=False)
    released_by = serializers.CharField(max_length=160)
    released_on = serializers.DateField()
    terms = serializers.CharField(max_length=5000)


class LinkInput(StrictSerializer):
    item = VisiblePrimaryKeyField(queryset=Item.objects.all())
    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    establishes = serializers.MultipleChoiceField(choices=Establishes.choices)
    bearing = serializers.ChoiceField(choices=EvidenceLink.Bearing.choices, default=EvidenceLink.Bearing.SUPPORTS)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


def spread_details(values: dict[str, Any], kind: str) -> dict[str, Any]:
    """Values with the details of `kind` under "details". Raises ValidationError for details of another kind."""
    foreign = {name: [_("Not for this kind of evidence.")] for name in DETAILS if name in values and name != kind}
    if foreign:
        raise serializers.ValidationError(foreign)
    details = {kind: values[kind]} if kind in DETAILS and kind in values else {}
    plain = {name: value for name, value in values.items() if name not in DETAILS}
    return {**plain, "details": dict(details.get(kind, {}))}
