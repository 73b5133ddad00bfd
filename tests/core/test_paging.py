from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from casework.core.errors import Invalid
from casework.core.paging import (
    Keyset,
    KeysetPagination,
    capped_count,
    count_text,
    keyset_page,
    read_page_size,
)

pytestmark = pytest.mark.django_db
START = datetime(2024, 10, 5, 12, 0, 0, 123456, tzinfo=UTC)


class Leaf(models.Model):
    """A row of a list that only these tests know."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    updated_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    due = models.DateField(null=True)
    weight = models.IntegerField(default=0)

    class Meta:
        app_label = "tests_paging"


@pytest.fixture
def leaves(db):
    with connection.schema_editor() as editor:
        editor.create_model(Leaf)
    return Leaf.objects.bulk_create(
        Leaf(
            id=UUID(int=number * 7919 % 101 + 1),
            updated_at=START + timedelta(days=number // 5),
            title=f"Ґанок {number % 4}",
            due=None if number % 3 == 0 else (START + timedelta(days=number % 7)).date(),
            weight=number % 3,
        )
        for number in range(53)
    )


def walk(queryset, order, size):
    keyset, pages, cursor = Keyset(queryset, order), [], None
    while True:
        page = keyset.page(cursor, page_size=size)
        pages.append(page)
        if not page.has_next:
            return pages
        cursor = page.next_cursor


ORDERS = [("-updated_at",), ("updated_at",), ("title", "updated_at"), ("-title", "-updated_at"), ("due",), ("-due",),
          ("due", "updated_at"), ("-weight",), ("pk",), ("-pk",)]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 7, 25, 53, 60])
def test_it_walks_forward_and_back_over_every_row_once(leaves, order, size):
    last = "-pk" if order[0].startswith("-") else "pk"
    first = models.F(order[0].lstrip("-"))
    nulls_last = first.desc(nulls_last=True) if order[0].startswith("-") else first.asc(nulls_last=True)
    expected = list(Leaf.objects.order_by(nulls_last, *order[1:], last))
    pages = walk(Leaf.objects.all(), order, size)
    assert [row for page in pages for row in page] == expected
    assert not pages[0].has_previous
    cursor, backward = pages[-1].previous_cursor, []
    while cursor:
        page = Keyset(Leaf.objects.all(), order).page(cursor, page_size=size)
        backward = list(page) + backward
        cursor = page.previous_cursor
    assert backward + list(pages[-1]) == expected


def test_it_pages_rows_given_as_values_and_annotations(leaves):
    rows = Leaf.objects.annotate(double=models.F("weight") * 2).values("id", "title", "double")
    assert len({row["id"] for page in walk(rows, ("-double",), 10) for row in page}) == 53


def test_it_compares_whole_rows_so_that_one_index_answers(leaves, django_assert_num_queries):
    page = Keyset(Leaf.objects.all(), ("-updated_at",)).page(page_size=5)
    with django_assert_num_queries(1) as captured:
        Keyset(Leaf.objects.all(), ("-updated_at",)).page(page.next_cursor, page_size=5)
    sql = captured.captured_queries[0]["sql"]
    assert "ROW(" in sql
    assert "OFFSET" not in sql


def test_it_keeps_its_place_when_rows_are_added_before_it(leaves):
    page = Keyset(Leaf.objects.all(), ("-updated_at",)).page(page_size=5)
    before = list(Keyset(Leaf.objects.all(), ("-updated_at",)).page(page.next_cursor, page_size=5))
    Leaf.objects.create(updated_at=START + timedelta(days=100), title="new")
    assert list(Keyset(Leaf.objects.all(), ("-updated_at",)).page(page.next_cursor, page_size=5)) == before


def forged(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


SIGNATURE = "-updated_at,id"
KEY = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "Ґ", "=", "a" * 5000, forged(), forged("n"), forged("n", SIGNATURE), forged("n", SIGNATURE, "2024", KEY),
        forged("q", SIGNATURE, "2024-01-01T00:00:00+00:00", KEY),
        forged("n", "updated_at,id", "2024-01-01T00:00:00+00:00", KEY),
        forged("n", SIGNATURE, "2024-01-01T00:00:00", KEY),
        forged("n", SIGNATURE, "0001-01-01T00:00:00+14:00", KEY),
        forged("n", SIGNATURE, "9999-12-31T23:59:59-14:00", KEY),
        forged("n", SIGNATURE, None, KEY), forged("n", SIGNATURE, 1, KEY), forged("n", SIGNATURE, True, KEY),
        forged("n", SIGNATURE, ["2024-01-01T00:00:00+00:00"], KEY), forged("n", SIGNATURE, {}, KEY),
        forged("n", SIGNATURE, "2024-01-01T00:00:00+00:00", "none"),
        forged("n", SIGNATURE, "2024-01-01T00:00:00+00:00", "\x00"),
        forged(["n"], [SIGNATURE], "2024-01-01T00:00:00+00:00", KEY),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
    ],
)  # fmt: skip
def test_it_refuses_a_damaged_or_made_up_cursor(leaves, cursor):
    with pytest.raises(Invalid) as refusal:
        Keyset(Leaf.objects.all(), ("-updated_at",)).page(cursor)
    assert list(refusal.value.fields) == ["cursor"]


@pytest.mark.parametrize(
    ("order", "signature", "value"),
    [
        (("weight",), "weight,id", 10**30), (("weight",), "weight,id", "1e5"), (("weight",), "weight,id", "9" * 3000),
        (("weight",), "weight,id", 1.5), (("title",), "title,id", "a\x00"), (("title",), "title,id", "\ud800"),
        (("title",), "title,id", 5), (("due",), "due,id", "2024-02-30"), (("due",), "due,id", "0000-01-01"),
    ],
)  # fmt: skip
def test_it_refuses_values_a_column_cannot_hold(leaves, order, signature, value):
    with pytest.raises(Invalid):
        Keyset(Leaf.objects.all(), order).page(forged("n", signature, value, KEY))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.sampled_from(["n", "p"]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates().map(str),
              st.datetimes().map(str)),
    st.one_of(st.uuids().map(str), st.text()),
    st.sampled_from(["updated_at", "title", "due", "weight"]),
)  # fmt: skip
def test_it_answers_any_cursor_with_a_page_or_a_refusal(leaves, direction, value, key, column):
    try:
        Keyset(Leaf.objects.all(), (column,)).page(forged(direction, f"{column},id", value, key))
    except Invalid:
        connection.ensure_connection()
    assert Leaf.objects.count() == 53


@pytest.mark.parametrize("order", [("title", "-updated_at"), ("title", "due"), ("title", "updated_at", "weight")])
def test_it_refuses_orders_that_no_index_answers(order):
    with pytest.raises(ImproperlyConfigured):
        Keyset(Leaf.objects.all(), order)


def test_it_counts_to_a_cap(leaves):
    assert capped_count(Leaf.objects.all(), cap=53) == (53, False)
    assert capped_count(Leaf.objects.all(), cap=52) == (52, True)
    assert capped_count(Leaf.objects.none()) == (0, False)
    assert count_text(10_000, capped=True) == "10,000+"


@pytest.mark.parametrize("size", ["0", "-1", "201", "1e2", "٣", "", "9" * 400, " 5"])
def test_it_refuses_page_sizes_out_of_range(size):
    with pytest.raises(Invalid):
        read_page_size(size)


def test_it_refuses_an_unknown_order(leaves):
    with pytest.raises(Invalid) as refusal:
        keyset_page(Leaf.objects.all(), {"ordering": "team__secret"}, orderings={"due": ("due",)}, default="due")
    assert "ordering" in refusal.value.fields


class LeafList:
    orderings = {"-updated": ("-updated_at",), "due": ("due",)}
    default_ordering = "-updated"


def api_page(url):
    request = Request(APIRequestFactory().get(url))
    pagination = KeysetPagination()
    rows = pagination.paginate_queryset(Leaf.objects.all(), request, LeafList())
    return rows, pagination.get_paginated_response([row.title for row in rows]).data


def test_it_links_the_pages_of_the_api(leaves):
    rows, first = api_page("/api/v1/leaves/?page_size=20&ordering=due")
    seen = list(rows)
    assert first["previous"] is None
    while first["next"]:
        assert "page_size=20" in first["next"] and "ordering=due" in first["next"]
        rows, first = api_page(first["next"])
        seen += rows
    assert len({row.id for row in seen}) == len(seen) == 53
    with pytest.raises(Invalid):
        api_page("/api/v1/leaves/?page_size=5000")
