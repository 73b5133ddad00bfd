"""What the list of referrals can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.core.filters import StrictFilterSet, VisibleFilter
from casework.referrals.models import Recipient, Referral


class ReferralFilters(StrictFilterSet):
    """By recipient, state, case, and what is overdue or without an answer for so many days."""

    other_parameters = frozenset({"view"})

    recipient = VisibleFilter(label=_("Recipient"), queryset=Recipient.objects.all(), empty_label=_("All recipients"))
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=Referral.State.choices, widget=forms.CheckboxSelectMultiple
    )
    overdue = django_filters.ChoiceFilter(
        label=_("Answer"), choices=[("true", _("Overdue")), ("false", _("Not overdue"))], method="keep_overdue",
        empty_label=_("Any"),
    )  # fmt: skip
    unanswered = django_filters.ChoiceFilter(
        label=_("No answer since"), method="keep_unanswered", empty_label=_("Any time"),
        choices=[(str(days), _("%s days") % days) for days in (14, 30, 60, 90)],
    )  # fmt: skip
    case = VisibleFilter(queryset=Case.objects.all(), method="keep_case", widget=forms.HiddenInput)

    class Meta:
        model = Referral
        fields: list[str] = []

    def keep_overdue(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those whose next answer was due before today, or all the others."""
        overdue = Referral.objects.all().overdue()
        kept: QuerySet[Any] = rows.filter(pk__in=overdue) if value == "true" else rows.exclude(pk__in=overdue)
        return kept

    def keep_unanswered(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those sent so many days ago or earlier and not replied to."""
        return rows.filter(pk__in=Referral.objects.all().without_answer_since(int(value)).order_by())

    def keep_case(self, rows: QuerySet[Any], name: str, value: Case) -> QuerySet[Any]:
        """Those that hold the case."""
        kept: QuerySet[Any] = rows.holding(value)  # type: ignore[attr-defined]
        return kept
