from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions, serializers

from casework.core import errors
from casework.core.api import (
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
    exception_handler,
    flatten,
)
from casework.core.dates import UNKNOWN, DateRange
from casework.core.json import MAX_BYTES, MAX_DEPTH, parse

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=32)), inner),
    max_leaves=20,
)  # fmt: skip


@given(JSON_VALUES)
def test_it_reads_ordinary_json_as_the_library_does(value):
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=60))
def test_it_answers_any_bytes_with_a_value_or_a_refusal(data):
    try:
        parse(data)
    except errors.Invalid as refusal:
        assert refusal.message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[" * 100_000, None),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), None),
        (b'{"title": 1, "title": 2}', "title"),
        (b'{"a": {"b": [0, {"c": 1, "c": 2}]}}', "a.b.1.c"),
        (b'{"count": NaN}', "count"),
        (b'{"count": [-Infinity]}', "count.0"),
        (b'{"count": 1e400}', "count"),
        (b'{"count": ' + b"9" * 5000 + b"}", "count"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"\\udc00": 1}', None),
        (b'{"name": "\xff"}', None),
        (b'{"name": "raw\x00"}', None),
        (b"{} {}", None),
        (b"\xef\xbb\xbf{}", None),
        (b"{'a': 1}", None),
        (b'{"a": "\\"' + b'\\"' * 400_000, None),
    ],
)
def test_it_refuses_ambiguous_and_abusive_json_with_the_place(body, field):
    with pytest.raises(errors.Invalid) as refusal:
        parse(body)
    assert list(refusal.value.fields) == ([field] if field else [])


def test_it_reads_brackets_in_text_as_text_and_pairs_of_surrogates_as_one():
    assert parse(json.dumps({"a": "[" * 100 + '\\"]'}).encode()) == {"a": "[" * 100 + '\\"]'}
    assert parse(b'"\\ud83d\\ude00"') == "😀"


def test_it_refuses_more_bytes_than_the_limit():
    with pytest.raises(errors.TooLarge):
        parse(b" " * (MAX_BYTES + 1))


class Thing(StrictSerializer):
    name = serializers.CharField(max_length=10)
    state = serializers.CharField(read_only=True)


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"name": "a", "state": "closed"}, {"state"}),
        ({"name": "a", "path": "/etc", "owner": 1}, {"path", "owner"}),
        ({"name": "x" * 11, "colour": 1}, {"name", "colour"}),
        ([{"name": "a"}], {"non_field_errors"}),
        ("text", {"non_field_errors"}),
        (None, {"non_field_errors"}),
        ({}, {"name"}),
        ({"name": ["a"]}, {"name"}),
        ({"name": {"a": 1}}, {"name"}),
    ],
)
def test_it_names_every_field_that_cannot_be_accepted(data, fields):
    serializer = Thing(data=data)
    assert not serializer.is_valid()
    assert set(serializer.errors) == fields


def test_it_accepts_what_it_names():
    serializer = Thing(data={"name": "a"})
    assert serializer.is_valid() and serializer.validated_data == {"name": "a"}


def test_it_refuses_serializers_of_all_fields():
    with pytest.raises(ImproperlyConfigured):
        type("All", (StrictModelSerializer,), {"Meta": type("Meta", (), {"fields": "__all__"})})


SEEN, HIDDEN = UUID(int=1), UUID(int=2)


class Shelf:
    """A queryset of two objects, one of which the person may see."""

    def __init__(self, keys=(SEEN, HIDDEN)):
        self.keys = keys
        self.queries = 0

    def all(self):
        return self

    def visible_to(self, user):
        return Shelf([key for key in self.keys if key != HIDDEN])

    def filter(self, pk):
        return Shelf([key for key in self.keys if key == pk])

    def first(self):
        return SimpleNamespace(pk=self.keys[0]) if self.keys else None

    def in_bulk(self, keys):
        return {key: SimpleNamespace(pk=key) for key in keys if key in self.keys}


class Reference(StrictSerializer):
    case = VisiblePrimaryKeyField(queryset=Shelf(), required=False)
    cases = VisiblePrimaryKeyField(queryset=Shelf(), many=True, required=False)


def refer(**data):
    serializer = Reference(data=data, context={"request": SimpleNamespace(user=None)})
    return serializer.is_valid(), serializer


def test_it_resolves_visible_references():
    valid, serializer = refer(case=str(SEEN), cases=[str(SEEN)])
    assert valid
    assert serializer.validated_data["case"].pk == serializer.validated_data["cases"][0].pk == SEEN


@pytest.mark.parametrize(
    "bad",
    [str(HIDDEN), str(UUID(int=3)), "x", 1, True, {}, [], {"id": str(SEEN)}, "\x00" * 36, SEEN.hex],
    ids=["hidden", "nonexistent", "word", "number", "true", "object", "list", "nested", "nul", "hex"],
)
def test_it_gives_hidden_nonexistent_and_nonsense_references_one_error(bad):
    expected = refer(case=str(uuid4()))[1].errors
    assert refer(case=bad)[1].errors == expected
    assert refer(cases=[str(SEEN), bad])[1].errors == {"cases": {"1": expected["case"]}}


def test_it_limits_lists_of_references():
    assert not refer(cases=[str(uuid4()) for _ in range(501)])[0]
    assert not refer(cases=[str(SEEN), str(SEEN)])[0]
    assert not refer(cases=str(SEEN))[0]
    assert not refer(cases={})[0]


def test_it_resolves_references_for_a_person_only():
    with pytest.raises(ImproperlyConfigured):
        Reference(data={"case": str(SEEN)}).is_valid()


class Incident(StrictSerializer):
    occurred = PartialDateSerializerField(allow_null=True, required=False)
    decided = PartialDateSerializerField(past=True, required=False)


def test_it_reads_and_answers_partial_dates():
    serializer = Incident(data={"occurred": "2024-10"})
    assert serializer.is_valid()
    assert serializer.validated_data["occurred"] == DateRange(date(2024, 10, 1), date(2024, 10, 31))
    answered = Incident(SimpleNamespace(occurred=serializer.validated_data["occurred"], decided=UNKNOWN)).data
    assert answered["occurred"] == {"earliest": "2024-10-01", "latest": "2024-10-31", "text": "October 2024"}
    assert answered["decided"] == {"earliest": None, "latest": None, "text": "unknown"}


@pytest.mark.parametrize("unknown", [None, "", "unknown"])
def test_it_takes_an_unknown_date_where_permitted(unknown):
    serializer = Incident(data={"occurred": unknown})
    assert serializer.is_valid() and serializer.validated_data["occurred"] == UNKNOWN
    assert not Incident(data={"decided": unknown}).is_valid()


@pytest.mark.parametrize("bad", [2024, ["2024"], {"text": "2024"}, True, "2024-13", "0000", "2024 to"])
def test_it_refuses_other_dates(bad):
    serializer = Incident(data={"occurred": bad})
    assert not serializer.is_valid()
    assert list(serializer.errors) == ["occurred"]


def answer(error):
    response = exception_handler(error, {"request": SimpleNamespace(request_id="r-1")})
    assert response is not None
    assert response.data["request_id"] == "r-1"
    assert {"type", "title", "detail", "fields"} <= set(response.data)
    return response


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (errors.NotAllowed("no"), 403, "not_allowed"),
        (errors.StepUpRequired("again"), 403, "step_up_required"),
        (errors.NotFound("none"), 404, "not_found"),
        (errors.Conflict("later"), 409, "conflict"),
        (errors.TooLarge("big"), 413, "too_large"),
        (errors.StorageFull("full"), 507, "storage_full"),
        (errors.IntegrityFailure("changed"), 409, "integrity_failure"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.Throttled(wait=3), 429, "throttled"),
        (RequestDataTooBig(), 413, "too_large"),
        (OperationalError("gone"), 503, "unavailable"),
    ],
)
def test_it_maps_every_expected_error_to_one_shape(error, status, kind):
    response = answer(error)
    assert (response.status_code, response.data["type"]) == (status, kind)
    assert "gone" not in str(response.data)


def test_it_names_fields_and_reasons():
    assert answer(errors.Invalid("bad", fields={"title": ["short"]})).data["fields"] == {"title": ["short"]}
    assert answer(errors.Blocked("wait", reasons=["no caveat"])).data["reasons"] == ["no caveat"]
    assert answer(DjangoValidationError({"title": ["short"]})).data["fields"] == {"title": ["short"]}
    nested = exceptions.ValidationError({"victims": [{}, {"name": ["short"]}], "non_field_errors": ["no"]})
    assert answer(nested).data["fields"] == {"victims.1.name": ["short"], "non_field_errors": ["no"]}
    assert flatten("no") == {"non_field_errors": ["no"]}


def test_it_leaves_defects_to_become_a_logged_500():
    assert exception_handler(KeyError("defect"), {}) is None
