"""The evidence room's part of the API. Files are sent as bare bytes, one request each, at constant memory."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import unquote

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from casework.accounts.models import User
from casework.core.access import require
from casework.core.api import CaseworkViewSet, EmptySerializer, ListMixin, ReasonSerializer, RetrieveMixin, transition
from casework.core.errors import Invalid
from casework.evidence import actions
from casework.evidence.access import can_add_file
from casework.evidence.filters import AssessmentFilters, ItemFilters, LinkFilters, MarkFilters, SourceFilters
from casework.evidence.models import Assessment, EvidenceFile, EvidenceLink, Item, Mark, Source
from casework.evidence.reading import with_files
from casework.evidence.serializers.files import CopyInput, FileSerializer
from casework.evidence.serializers.items import (
    ItemChange,
    ItemInput,
    ItemSerializer,
    LinkInput,
    LinkSerializer,
    ReleaseInput,
    spread_details,
)
from casework.evidence.serializers.judgements import (
    AssessmentInput,
    AssessmentSerializer,
    EarlierInput,
    MarkInput,
    RateInput,
    WithdrawalInput,
    WitnessSerializer,
)
from casework.evidence.serializers.marks import MarkedMomentChange, MarkedMomentInput, MarkedMomentSerializer
from casework.evidence.serializers.sources import RatingInput, SourceChange, SourceInput, SourceSerializer
from casework.evidence.uploads import StoredUpload, receive_body
from casework.evidence.views.lists import ORDERINGS

OCTETS = "application/octet-stream"
COPY = ("parent", "operation", "tool", "made_by", "note")
"""What is said of a working copy, as parameters of the address: the body is the file."""


class Readable(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Lists and shows one kind of record."""

    @property
    def person(self) -> User:
        """Who asks; the API answers nobody who is not signed in."""
        return self.request.user  # type: ignore[return-value]


class ItemApi(Readable):
    """Evidence that one may see, with its files and its links to the cases that one may see."""

    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    input_serializers = {"create": ItemInput, "partial_update": ItemChange}
    filterset_class = ItemFilters
    extra_parameters = {"files": frozenset({"part", *COPY})}
    # The answer about a witness must not be kept to be given again; a key sent along is left alone.
    streaming = frozenset({"files", "witness"})
    orderings = ORDERINGS
    default_ordering = "-registered"

    def get_queryset(self) -> Any:
        """Visible items, with files and visible links in a fixed number of queries."""
        rows = with_files(super().get_queryset()).select_related("source", "video", "unit_report", "post", "testimony")
        if getattr(self, "swagger_fake_view", False):
            return rows
        links = EvidenceLink.objects.visible_to(self.person).present()
        return rows.prefetch_related(Prefetch("links", links, to_attr="seen_links"), "earlier_interviews")

    def create(self, request: Request) -> Response:
        """Register an item, with the resumable uploads that it names as its files."""
        return self.created(actions.register_item(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change what the record says."""
        item = self.get_object()
        values = spread_details(self.validated(partial=True), item.kind)
        expected = values.pop("expected_updated_at", None)
        return self.answer(actions.change_item(item, actor=self.person, expected=expected, **values))

    release = transition("release", actions.release_caveat, serializer=ReleaseInput, output=ItemSerializer)
    rate = transition("rate", actions.rate_item, serializer=RateInput, output=ItemSerializer)
    mark = transition("mark", actions.mark_graphic, serializer=MarkInput, output=ItemSerializer)
    withdraw_consent = transition(
        "withdraw_consent", actions.withdraw_consent, serializer=WithdrawalInput, output=ItemSerializer
    )
    earlier_interviews = transition(
        "earlier_interviews", actions.add_earlier_interview, serializer=EarlierInput, output=ItemSerializer
    )

    @extend_schema(request=EmptySerializer, responses=WitnessSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def witness(self, request: Request, pk: str | None = None) -> Response:
        """Who the witness of a testimony is, to the people named on a case of it; the look is on record."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        return Response({"identity": actions.see_witness(self.get_object(), actor=self.person)})

    @extend_schema(
        request={OCTETS: OpenApiTypes.BINARY},
        responses={201: FileSerializer},
        parameters=[
            OpenApiParameter("X-Filename", str, OpenApiParameter.HEADER, required=True,
                             description="The file's name, percent-encoded UTF-8."),
            OpenApiParameter("X-Content-SHA256", str, OpenApiParameter.HEADER, description="Compared when given."),
            OpenApiParameter("part", str, enum=EvidenceFile.Part.values),
            *(OpenApiParameter(name, str, description="Of a working copy: see CopyInput.") for name in COPY),
        ],
    )  # fmt: skip
    @action(detail=True, methods=["post"], filterset_class=None)
    def files(self, request: Request, pk: str | None = None) -> Response:
        """Seal one more file in the item: the body is the file, byte for byte. A working copy names its parent."""
        item = self.get_object()
        require(can_add_file, request.user, item)
        if (request.content_type or "").partition(";")[0].strip().lower() != OCTETS:
            raise UnsupportedMediaType(request.content_type or "")
        part = request.query_params.get("part", EvidenceFile.Part.ATTACHMENT)
        copy = self._copy_of(request, item, part)
        with receive_body(request._request, name=_file_name(request)) as upload:
            return self.once(request, upload.sha256, lambda: self._add(item, upload, part, copy))

    def _copy_of(self, request: Request, item: Item, part: str) -> dict[str, Any] | None:
        """What is said of a working copy, None for any other file. Raises Invalid and ValidationError."""
        given = {name: request.query_params[name] for name in COPY if name in request.query_params}
        if part != EvidenceFile.Part.WORKING_COPY:
            if given:
                message = _("Only a working copy (part=working_copy) takes this.")
                raise Invalid(message, fields={name: [message] for name in given})
            return None
        said = CopyInput(data=given, item=item, context=self.get_serializer_context())
        said.is_valid(raise_exception=True)
        return dict(said.validated_data)

    def _add(self, item: Item, upload: StoredUpload, part: str, copy: dict[str, Any] | None) -> Response:
        if copy is not None:
            parent = copy.pop("parent")
            file = actions.add_working_copy(parent, actor=self.person, upload=upload, **copy)
        else:
            file = actions.add_file(item, actor=self.person, upload=upload, part=part)
        return Response(FileSerializer(file, context=self.get_serializer_context()).data, status=201)


def _file_name(request: Request) -> str:
    try:
        name = unquote(request.headers.get("X-Filename", ""), encoding="utf-8", errors="strict").strip()
    except UnicodeDecodeError:
        name = ""
    if not name or any(unicodedata.category(character) == "Cc" for character in name):
        message = _("Send the file's name, percent-encoded UTF-8 without control characters, in the header X-Filename.")
        raise Invalid(message, fields={"X-Filename": [message]})
    return name


class LinkApi(Readable):
    """What evidence says about the cases that one may see."""

    queryset = EvidenceLink.objects.present()
    serializer_class = LinkSerializer
    input_serializers = {"create": LinkInput}
    filterset_class = LinkFilters
    orderings = {"-linked": ("-linked_at",), "linked": ("linked_at",)}
    default_ordering = "-linked"

    def create(self, request: Request) -> Response:
        """Link an item to an open case."""
        values = self.validated()
        return self.created(actions.link_item(values.pop("item"), actor=self.person, **values))

    remove = transition("remove", actions.unlink_item, serializer=ReasonSerializer, output=LinkSerializer)


class AssessmentApi(Readable):
    """Assessments of evidence that one may see, by people whom one may know of. Each is kept as it was written."""

    queryset = Assessment.objects.all()
    serializer_class = AssessmentSerializer
    input_serializers = {"create": AssessmentInput}
    filterset_class = AssessmentFilters
    orderings = {"-at": ("-at",), "at": ("at",)}
    default_ordering = "-at"

    def get_queryset(self) -> Any:
        """Those of colleagues: a name from elsewhere would tell of a hidden case."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(by__in=User.objects.visible_to(self.person).values("pk"))

    def create(self, request: Request) -> Response:
        """Assess one aspect of an item."""
        values = self.validated()
        return self.created(actions.assess_item(values.pop("item"), actor=self.person, **values))


class MarkApi(Readable):
    """Moments that are marked on the recordings that one may see, in order of time."""

    queryset = Mark.objects.filter(removed_at=None)
    serializer_class = MarkedMomentSerializer
    input_serializers = {"create": MarkedMomentInput, "partial_update": MarkedMomentChange}
    filterset_class = MarkFilters
    orderings = {"at": ("at", "made_at")}
    default_ordering = "at"

    def create(self, request: Request) -> Response:
        """Mark a moment of a recording."""
        values = self.validated()
        return self.created(actions.add_mark(values.pop("file"), actor=self.person, **values))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change when or what."""
        values = self.validated(partial=True)
        expected = values.pop("expected_updated_at", None)
        return self.answer(actions.change_mark(self.get_object(), actor=self.person, expected=expected, **values))

    remove = transition("remove", actions.remove_mark, serializer=ReasonSerializer, output=MarkedMomentSerializer)


class SourceApi(Readable):
    """The sources of one's own teams, with the history of their ratings."""

    queryset = Source.objects.prefetch_related("ratings")
    serializer_class = SourceSerializer
    input_serializers = {"create": SourceInput, "partial_update": SourceChange}
    filterset_class = SourceFilters
    orderings = {"name": ("name",), "-updated": ("-updated_at",)}
    default_ordering = "name"

    def create(self, request: Request) -> Response:
        """Add a source; it cannot be judged (F) until it is rated."""
        return self.created(actions.add_source(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a source."""
        values = self.validated(partial=True)
        expected = values.pop("expected_updated_at", None)
        return self.answer(actions.change_source(self.get_object(), actor=self.person, expected=expected, **values))

    rate = transition("rate", actions.rate_source, serializer=RatingInput, output=SourceSerializer)


routes: list[tuple[str, type, str]] = [
    ("evidence", ItemApi, "evidence"),
    ("evidence-links", LinkApi, "evidence-link"),
    ("assessments", AssessmentApi, "assessment"),
    ("marks", MarkApi, "mark"),
    ("sources", SourceApi, "source"),
]
