from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import django_filters
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test import RequestFactory

from casework.core.errors import Invalid
from casework.core.filters import DateRangeFilter, StrictFilterBackend, StrictFilterSet, VisibleFilter, active_chips


class TeamQuerySet(models.QuerySet):
    """Nobody sees anything without signing in."""

    def visible_to(self, user):
        return self.none() if user is None else self


class Team(models.Model):
    """A compartment that only these tests know."""

    id = models.UUIDField(primary_key=True)
    objects = TeamQuerySet.as_manager()

    class Meta:
        app_label = "tests_filters"


class Paper(models.Model):
    """A row that only these tests know."""

    class State(models.TextChoices):
        OPEN = "open", "Still open"
        CLOSED = "closed", "Closed"

    state = models.CharField(max_length=10, choices=State)
    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    urgent = models.BooleanField(default=False)
    occurred_earliest = models.DateField(null=True)
    occurred_latest = models.DateField(null=True)

    class Meta:
        app_label = "tests_filters"


class PaperFilters(StrictFilterSet):
    other_parameters = frozenset({"tab"})
    state = django_filters.MultipleChoiceFilter(label="State", choices=Paper.State)
    urgent = django_filters.BooleanFilter(label="Urgent")
    occurred = DateRangeFilter(label="When", field_name="occurred", required=False)
    team = VisibleFilter(label="Team", queryset=Team.objects.all())
    words = django_filters.CharFilter(label="Words", field_name="state", max_length=20)

    class Meta:
        model = Paper
        fields: list[str] = []


def filtered(query, user=None):
    request = RequestFactory().get(f"/papers/?{query}")
    request.user = user
    return PaperFilters(request.GET, queryset=Paper.objects.all(), request=request), request


@pytest.mark.parametrize("query", ["team__name=x", "state__in=open", "password=x", "%00=1", "urgent=true&urgent=false"])
def test_it_refuses_unknown_and_doubled_parameters(query):
    with pytest.raises(Invalid) as refusal:
        filtered(query)
    assert refusal.value.fields


def test_it_knows_paging_and_the_page_s_own_parameters():
    assert filtered("cursor=x&ordering=a&page_size=5&tab=people")[0].is_valid()


@pytest.mark.parametrize(
    "query",
    ["state=secret", "occurred=2024-99", "occurred=0000", f"team={UUID(int=1)}", "team=x", "words=%00",
     "words=" + "x" * 21],
)  # fmt: skip
def test_it_shows_nothing_while_a_value_is_wrong(query):
    filters, _ = filtered(query)
    assert not filters.is_valid()
    assert filters.rows().query.is_empty()


def test_it_gives_hidden_and_nonsense_objects_one_error():
    hidden, nonsense = filtered(f"team={UUID(int=1)}")[0], filtered("team=x")[0]
    assert hidden.errors["team"] == nonsense.errors["team"]


def test_it_finds_ranges_that_touch_the_one_typed():
    sql_filter = filtered("occurred=2024-10")[0].qs.query.where.children
    bounds = {child.lhs.target.name: (child.lookup_name, child.rhs) for child in sql_filter}
    assert bounds == {
        "occurred_earliest": ("lte", date(2024, 10, 31)),
        "occurred_latest": ("gte", date(2024, 10, 1)),
    }


def test_it_shows_a_chip_for_every_filter_in_use():
    filters, request = filtered("state=open&state=closed&occurred=2024-10&urgent=true&cursor=x&tab=people&words=")
    chips = active_chips(filters, request)
    assert [(chip.label, chip.value) for chip in chips] == [
        ("State", "Still open"), ("State", "Closed"), ("Urgent", "Yes"), ("When", "October 2024"),
    ]  # fmt: skip
    assert chips[0].remove_url == "/papers/?state=closed&occurred=2024-10&urgent=true&tab=people&words="
    filters, request = filtered("state=open")
    assert active_chips(filters, request)[0].remove_url == "/papers/"


def test_it_lets_wrong_values_be_taken_off():
    filters, request = filtered("occurred=2024-99")
    assert [(chip.label, chip.value) for chip in active_chips(filters, request)] == [("When", "2024-99")]


def unsafe(**filters):
    return type("Unsafe", (StrictFilterSet,), {**filters, "Meta": type("Meta", (), {"model": Paper, "fields": []})})


def test_it_refuses_filters_that_reach_what_may_be_hidden():
    with pytest.raises(ImproperlyConfigured, match="relation"):
        unsafe(name=django_filters.CharFilter(field_name="team__name"))
    with pytest.raises(ImproperlyConfigured, match="VisibleFilter"):
        unsafe(team=django_filters.ModelChoiceFilter(queryset=Team.objects.all()))
    with pytest.raises(ImproperlyConfigured, match="several"):
        unsafe(occurred=django_filters.DateFromToRangeFilter(field_name="occurred_earliest"))
    with pytest.raises(ImproperlyConfigured, match="VisibleFilter"):
        type("Auto", (StrictFilterSet,), {"Meta": type("Meta", (), {"model": Paper, "fields": ["team"]})})


def test_it_serves_only_strict_filter_sets_in_the_api():
    loose = type("Loose", (django_filters.FilterSet,), {"Meta": type("Meta", (), {"model": Paper, "fields": []})})
    with pytest.raises(ImproperlyConfigured):
        StrictFilterBackend().get_filterset_class(SimpleNamespace(filterset_class=loose), Paper.objects.all())
