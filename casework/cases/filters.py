"""The filters of the list of cases, shared by page, export and API."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Team
from casework.cases.models import Case, CaseAssignment, Party, Perpetrator, Region, Tag, Task, Victim
from casework.core.filters import DateRangeFilter, StrictFilterSet, VisibleFilter

_REFERENCE = re.compile(r"\s*(?:[Cc]-?)?0*([0-9]{1,10})\s*")


def find_case(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Cases by reference (C-00042, c42, 42) or by part of the title; both have an index."""
    found = Q(title__icontains=text)
    if match := _REFERENCE.fullmatch(text):
        found |= Q(reference=f"C-{int(match[1]):05d}")
    return rows.filter(found)


class CaseFilters(StrictFilterSet):
    """What a list of cases can be narrowed by. `occurred` keeps cases whose dates touch the one given."""

    q = django_filters.CharFilter(
        label=_("Search"), method="find", max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": _("Reference or title"), "autocomplete": "off"}),
    )  # fmt: skip
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=Case.State.choices, widget=forms.CheckboxSelectMultiple
    )
    region = VisibleFilter(label=_("Oblast or region"), queryset=Region.objects.all(), empty_label=_("All regions"))
    occurred = DateRangeFilter(
        label=_("Happened"), field_name="occurred", help_text=_("2024, 2024-10 or 2024-10 to 2024-12")
    )
    victims_party = VisibleFilter(label=_("Party of the victims"), queryset=Party.objects.all(), empty_label=_("Any"))
    responsible_party = VisibleFilter(
        label=_("Party alleged responsible"), queryset=Party.objects.all(), empty_label=_("Any")
    )
    learned_from = django_filters.ChoiceFilter(
        label=_("Learned from"), choices=Case.LearnedFrom.choices, empty_label=_("Any way")
    )
    priority = django_filters.MultipleChoiceFilter(
        label=_("Priority"), choices=Case.Priority.choices, widget=forms.CheckboxSelectMultiple
    )
    tag = VisibleFilter(label=_("Tag"), field_name="tags", queryset=Tag.objects.all(), empty_label=_("Any"))
    team = VisibleFilter(label=_("Team"), queryset=Team.objects.all(), empty_label=_("All my teams"))
    only = django_filters.MultipleChoiceFilter(
        label=_("Only"), choices=[("mine", _("Assigned to me")), ("sensitive", _("Sensitive"))], method="keep_only",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = Case
        fields: list[str] = []

    def find(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By reference or title."""
        return find_case(rows, value)

    def keep_only(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Those that meet every condition ticked."""
        if "sensitive" in value:
            rows = rows.filter(sensitive=True)
        if "mine" in value:
            mine = CaseAssignment.objects.filter(case=OuterRef("pk"), user=self.request.user, ended_at=None)
            rows = rows.filter(Exists(mine))
        return rows


class VictimFilters(StrictFilterSet):
    """Victims by case, status, identity or outcome. Names are no filter: they could be guessed letter by letter."""

    case = VisibleFilter(queryset=Case.objects.all())

    class Meta:
        model = Victim
        fields = ("kind", "status_at_death", "identity", "outcome", "kin")


class PerpetratorFilters(StrictFilterSet):
    case = VisibleFilter(queryset=Case.objects.all())

    class Meta:
        model = Perpetrator
        fields = ("kind", "involvement")


class PartFilters(StrictFilterSet):
    """For what only its case narrows."""

    case = VisibleFilter(queryset=Case.objects.all())


class TaskFilters(StrictFilterSet):
    case = VisibleFilter(queryset=Case.objects.all())
    mine = django_filters.ChoiceFilter(choices=[("true", _("Given to me"))], method="keep_mine")

    class Meta:
        model = Task
        fields = ("state",)

    def keep_mine(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those given to the person who asks."""
        return rows.filter(assignee=self.request.user)
