from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import UUID, uuid4

import django_filters
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIRequestFactory, force_authenticate

from casework.core.access import refusal
from casework.core.api import (
    AvailableTransitionsField,
    CaseworkViewSet,
    ListMixin,
    PartialDateSerializerField,
    ReasonSerializer,
    RetrieveMixin,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
    transition,
)
from casework.core.dates import DateRange
from casework.core.errors import Blocked
from casework.core.filters import StrictFilterSet, VisibleFilter

pytestmark = pytest.mark.django_db


class BookQuerySet(models.QuerySet):
    """Each reader sees the books of one shelf."""

    def visible_to(self, user):
        return self.filter(shelf=user.shelf)


class Book(models.Model):
    """A record that only these tests know."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    title = models.CharField(max_length=50)
    shelf = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="open")
    earliest = models.DateField(null=True)
    latest = models.DateField(null=True)
    sequel_of = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    objects = BookQuerySet.as_manager()

    class Meta:
        app_label = "tests_api"

    @property
    def published(self):
        return DateRange(self.earliest, self.latest)


def open_book(*, actor, title, published=None, sequel_of=None):
    """Put a book on the reader's shelf."""
    if title == "forbidden":
        raise refusal(actor, None, "open")
    days = published or DateRange()
    return Book.objects.create(
        title=title, shelf=actor.shelf, earliest=days.earliest, latest=days.latest, sequel_of=sequel_of
    )


def close_book(book, *, actor, reason):
    """Close a book for good."""
    if reason == "blocked":
        raise Blocked("Not yet.", reasons=["It is on loan."])
    book.title = f"{book.title} ({reason})"
    book.save()
    return book


WORKFLOW = SimpleNamespace(
    transitions=(SimpleNamespace(name="close"),), available=lambda book, user: [SimpleNamespace(name="close")]
)


class BookOutput(StrictModelSerializer):
    published = PartialDateSerializerField(read_only=True)
    actions = AvailableTransitionsField(WORKFLOW)

    class Meta:
        model = Book
        fields = ("id", "title", "state", "published", "sequel_of", "actions")


class BookInput(StrictSerializer):
    title = serializers.CharField(max_length=50)
    published = PartialDateSerializerField(required=False, allow_null=True)
    sequel_of = VisiblePrimaryKeyField(queryset=Book.objects.all(), required=False)


class BookFilters(StrictFilterSet):
    state = django_filters.ChoiceFilter(choices=[("open", "Open"), ("closed", "Closed")])
    sequel_of = VisibleFilter(queryset=Book.objects.all())

    class Meta:
        model = Book
        fields: list[str] = []


class BookApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    queryset = Book.objects.all()
    serializer_class = BookOutput
    input_serializers = {"create": BookInput}
    filterset_class = BookFilters
    orderings = {"title": ("title",), "-title": ("-title",)}
    workflow = WORKFLOW

    def create(self, request):
        return self.created(open_book(actor=request.user, **self.validated()))

    close = transition("close", close_book, serializer=ReasonSerializer)


ROUTER = SimpleRouter()
ROUTER.register("books", BookApi, basename="book")
READER = SimpleNamespace(shelf="a", is_authenticated=True, pk=1, is_active=True)


@pytest.fixture
def books(db):
    with connection.schema_editor() as editor:
        editor.create_model(Book)
    return [Book.objects.create(title=f"Book {number}", shelf="ab"[number % 2]) for number in range(10)]


def call(method, path="", data=None, *, user=READER, actions=None, **kwargs):
    factory = APIRequestFactory()
    url = f"/api/v1/books/{path}"
    sent = {} if method == "get" else {"data": data, "format": "json"}
    request = getattr(factory, method)(url, **sent)
    if user:
        force_authenticate(request, user)
    actions = actions or {"get": "retrieve" if kwargs else "list", "post": "create"}
    response = BookApi.as_view(actions)(request, **kwargs)
    response.render()
    return response


def test_it_lists_what_the_reader_may_see(books):
    answer = call("get", "?page_size=3")
    assert [row["title"] for row in answer.data["results"]] == ["Book 0", "Book 2", "Book 4"]
    assert answer.data["next"] and not answer.data["previous"]
    assert answer.data["results"][0]["actions"] == ["close"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?shelf=b", "shelf"), ("?state=secret", "state"), ("?sequel_of__shelf=b", "sequel_of__shelf"),
        ("?ordering=shelf", "ordering"), ("?page_size=1000", "page_size"), ("?cursor=zzz", "cursor"),
        ("?state=%00", "state"), (f"?sequel_of={UUID(int=0)}", "sequel_of"), ("?sequel_of=x", "sequel_of"),
        ("?format=xml", "format"),
    ],
)  # fmt: skip
def test_it_refuses_unknown_and_wrong_parameters_by_name(books, query, field):
    answer = call("get", query)
    assert answer.status_code in (400, 404)
    assert field == "format" or list(answer.data["fields"]) == [field]


def test_it_answers_hidden_and_nonexistent_objects_alike(books):
    hidden, nonexistent = call("get", pk=books[1].pk), call("get", pk=uuid4())
    assert hidden.status_code == nonexistent.status_code == 404
    assert hidden.content == nonexistent.content
    assert call("get", f"?sequel_of={books[1].pk}").data == call("get", f"?sequel_of={uuid4()}").data
    assert call("get", "?state=open", pk=books[0].pk).status_code == 400


def test_it_creates_through_the_action_and_answers_the_object(books):
    answer = call("post", data={"title": "New", "published": "2024-10", "sequel_of": str(books[0].pk)})
    assert answer.status_code == 201
    assert answer.data["published"]["text"] == "October 2024"
    assert answer.data["sequel_of"] == books[0].pk


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": "x", "state": "closed"}, "state"), ({"title": "x", "shelf": "b"}, "shelf"), ({}, "title"),
        ({"title": "x\x00"}, "title"), ([], "non_field_errors"), ({"title": "x", "sequel_of": "x"}, "sequel_of"),
        ({"title": "x", "published": "2024-02-30"}, "published"),
    ],
)  # fmt: skip
def test_it_writes_nothing_when_any_input_is_refused(books, data, field):
    answer = call("post", data=data)
    assert (answer.status_code, list(answer.data["fields"])) == (400, [field])
    assert Book.objects.count() == 10


def test_it_refuses_references_to_hidden_objects_as_to_nonexistent_ones(books):
    answers = [call("post", data={"title": "x", "sequel_of": str(key)}) for key in (books[1].pk, uuid4())]
    assert answers[0].content == answers[1].content


def test_it_carries_out_transitions(books):
    post = {"post": "close"}
    answer = call("post", "x/close/", {"reason": "done"}, actions=post, pk=books[0].pk)
    assert (answer.status_code, answer.data["title"]) == (200, "Book 0 (done)")
    blocked = call("post", "x/close/", {"reason": "blocked"}, actions=post, pk=books[0].pk)
    assert (blocked.status_code, blocked.data["reasons"]) == (409, ["It is on loan."])
    assert call("post", "x/close/", {}, actions=post, pk=books[0].pk).status_code == 400
    assert call("post", "x/close/", {"reason": "x", "state": "y"}, actions=post, pk=books[0].pk).status_code == 400
    assert call("post", "x/close/", {"reason": "done"}, actions=post, pk=books[1].pk).status_code == 404


def test_it_records_a_refused_right_once(books, monkeypatch):
    recorded = []
    monkeypatch.setattr("casework.core.access.record", lambda event, **values: recorded.append(values["detail"]))
    assert call("post", data={"title": "forbidden"}).status_code == 403
    assert recorded == [{"attempted": "open"}]


def test_it_answers_strangers_and_other_methods(books):
    assert call("get", user=None).status_code in (401, 403)
    assert call("put", data={}).status_code == 405


def test_it_refuses_bodies_that_are_not_plain_json(books):
    factory, view = APIRequestFactory(), BookApi.as_view({"post": "create"})
    for headers, status in [
        ({"content_type": "application/xml"}, 415), ({"content_type": "application/json; charset=bz2_codec"}, 415),
        ({"content_type": "application/json", "headers": {"content-encoding": "gzip"}}, 415),
        ({"content_type": "application/json"}, 400),
    ]:  # fmt: skip
        request = factory.post("/", data=b'{"title": NaN}', **headers)
        force_authenticate(request, READER)
        assert view(request).status_code == status
    request = factory.post("/", data=b" " * 1_100_000, content_type="application/json")
    force_authenticate(request, READER)
    assert view(request).status_code == 413


FUZZ = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.one_of(
    st.text(max_size=20), st.integers().map(str), st.uuids().map(str), st.sampled_from(["title", "open"])
)


@FUZZ
@given(st.dictionaries(st.sampled_from(["cursor", "page_size", "ordering", "state", "sequel_of", "x"]), VALUES))
def test_it_answers_any_query_with_a_list_or_a_refusal(books, query):
    assert call("get", f"?{urlencode(query)}").status_code in (200, 400)


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["title", "published", "sequel_of", "state"]),
        st.recursive(st.none() | st.booleans() | st.integers() | VALUES, lambda inner: st.lists(inner, max_size=2)),
    )
)
def test_it_answers_any_input_with_an_object_or_a_refusal(books, data):
    assert call("post", data=data).status_code in (201, 400)


def test_it_describes_itself_in_the_schema():
    schema = SchemaGenerator(patterns=[path("api/v1/", include(ROUTER.urls))]).get_schema(request=None, public=True)
    assert set(schema["paths"]) == {"/api/v1/books/", "/api/v1/books/{id}/", "/api/v1/books/{id}/close/"}
    parameters = {item["name"] for item in schema["paths"]["/api/v1/books/"]["get"]["parameters"]}
    assert parameters == {"cursor", "page_size", "ordering", "state", "sequel_of"}
    components = schema["components"]["schemas"]
    assert components["BookInput"]["properties"]["published"]["type"] == "string"
    assert components["BookOutput"]["properties"]["published"]["type"] == "object"


def test_it_offers_every_transition_of_its_workflow():
    with pytest.raises(ImproperlyConfigured, match="close"):
        type("Forgetful", (CaseworkViewSet,), {"workflow": WORKFLOW})
    assert type("Pages", (CaseworkViewSet,), {"workflow": WORKFLOW, "pages_only": frozenset({"close"})})
