"""What lists of findings can be narrowed by."""

from __future__ import annotations

import django_filters

from casework.cases.models import Case, Party
from casework.core.filters import DateRangeFilter, StrictFilterSet, VisibleFilter
from casework.findings.models import Conclusion, ElementAssessment, Finding, Qualification


class FindingFilters(StrictFilterSet):
    """`in_force` keeps what is the office's conclusion on a day; `occurred` what touches a range of dates."""

    case = VisibleFilter(queryset=Case.objects.all())
    state = django_filters.MultipleChoiceFilter(choices=Finding.State.choices)
    conclusion = django_filters.MultipleChoiceFilter(choices=Conclusion.choices)
    standard_at_least = django_filters.NumberFilter(
        field_name="standard", lookup_expr="gte", min_value=1, max_value=4, decimal_places=0
    )
    victims_party = VisibleFilter(queryset=Party.objects.all())
    responsible_party = VisibleFilter(queryset=Party.objects.all())
    occurred = DateRangeFilter(field_name="occurred")
    in_force = django_filters.DateFilter(field_name="in_force", lookup_expr="contains")
    late_verification = django_filters.BooleanFilter()

    class Meta:
        model = Finding
        fields: list[str] = []


class ElementFilters(StrictFilterSet):
    """The assessments of one case or of one qualification."""

    case = VisibleFilter(queryset=Case.objects.all())
    qualification = django_filters.ChoiceFilter(choices=Qualification.choices)

    class Meta:
        model = ElementAssessment
        fields: list[str] = []
