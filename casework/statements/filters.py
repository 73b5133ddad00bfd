"""What the registry of statements can be narrowed by."""

from __future__ import annotations

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case, Party
from casework.core.filters import StrictFilterSet, VisibleFilter
from casework.statements.models import Statement
from casework.statements.querysets import StatementQuerySet


class StatementFilters(StrictFilterSet):
    """`year` keeps statements whose date touches it."""

    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Statement.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    speaker_kind = django_filters.MultipleChoiceFilter(
        label=_("Speaker"), choices=Statement.SpeakerKind.choices, widget=forms.CheckboxSelectMultiple
    )
    party = VisibleFilter(label=_("Party"), queryset=Party.objects.all(), empty_label=_("Any"))
    year = django_filters.NumberFilter(
        label=_("Year"), method="in_year", min_value=1900, max_value=2200, decimal_places=0
    )
    incident = VisibleFilter(
        label=_("Incident"), field_name="incidents", queryset=Case.objects.all(), widget=forms.HiddenInput
    )

    class Meta:
        model = Statement
        fields: list[str] = []

    def in_year(self, rows: StatementQuerySet, name: str, value: int) -> StatementQuerySet:
        """Those made, or possibly made, in the year."""
        return rows.made_in(int(value))
