"""The filters of the audit log."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.filters import StrictFilterSet, VisibleFilter

_DAY = {"input_formats": ["%Y-%m-%d"], "widget": forms.TextInput({"placeholder": "2026-01-31", "autocomplete": "off"})}


class AuditFilters(StrictFilterSet):
    """By act, person, object, case, days (UTC) and request."""

    event = django_filters.ChoiceFilter(label=_("Act"), choices=Event.choices, empty_label=_("Every act"))
    actor = VisibleFilter(
        label=_("Person"),
        field_name="actor_id",
        queryset=User.objects.all(),
        method="by_actor",
        empty_label=_("Everyone"),
    )
    object = django_filters.CharFilter(label=_("Object's reference"), method="by_object", max_length=64)
    case = django_filters.CharFilter(label=_("Case reference"), method="by_case", max_length=20)
    since = django_filters.DateFilter(label=_("From"), method="from_day", **_DAY)
    until = django_filters.DateFilter(label=_("To"), method="to_day", **_DAY)
    request_id = django_filters.CharFilter(label=_("Request"), field_name="request_id", max_length=64)

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_actor(self, rows: QuerySet[Any], name: str, value: User) -> QuerySet[Any]:
        """What one person did."""
        return rows.filter(actor_id=value.pk)

    def by_object(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By what an object is called (E-00042), or by its whole id."""
        return rows.filter(object_label=value.strip()) | rows.filter(object_id=value.strip().lower())

    def by_case(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Everything about one case. Readers of the audit know the references of all cases."""
        return rows.filter(case_id__in=Case.objects.filter(reference=value.strip().upper()).values("pk"))

    def from_day(self, rows: QuerySet[Any], name: str, value: datetime.date) -> QuerySet[Any]:
        """From the beginning of a day."""
        return rows.filter(at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[Any], name: str, value: datetime.date) -> QuerySet[Any]:
        """To the end of a day."""
        if value == datetime.date.max:
            return rows
        return rows.filter(at__lt=_midnight(value + datetime.timedelta(days=1)))


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, datetime.UTC)
