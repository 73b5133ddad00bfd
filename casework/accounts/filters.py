"""Filters of the list of people."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, RoleGrant, Team, User
from casework.accounts.querysets import SECOND_FACTORS
from casework.core.filters import StrictFilterSet, VisibleFilter

STATES = [("enabled", _("Enabled")), ("invited", _("Invited, no password yet")), ("disabled", _("Disabled"))]
FACTORS = [("yes", _("Has one")), ("no", _("Has none"))]


class PersonFilters(StrictFilterSet):
    name = django_filters.CharFilter(label=_("Name or address contains"), method="with_text", max_length=120)
    team = VisibleFilter(label=_("Team"), queryset=Team.objects.all(), method="in_team", empty_label=_("Any"))
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, method="as_role", empty_label=_("Any"))
    state = django_filters.ChoiceFilter(label=_("Account"), choices=STATES, method="in_state", empty_label=_("Any"))
    factor = django_filters.ChoiceFilter(
        label=_("Second factor"), choices=FACTORS, method="with_factor", empty_label=_("Any")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def with_text(self, queryset: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        return queryset.filter(name__icontains=value) | queryset.filter(email__icontains=value)

    def in_team(self, queryset: QuerySet[User], _name: str, value: Team | None) -> QuerySet[User]:
        if value is None:
            return queryset
        return queryset.filter(pk__in=RoleGrant.objects.in_force().filter(team=value).values("user"))

    def as_role(self, queryset: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        return queryset.filter(pk__in=RoleGrant.objects.in_force().filter(role=value).values("user"))

    def in_state(self, queryset: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        invited = User.objects.invited().values("pk")
        if value == "invited":
            return queryset.filter(pk__in=invited)
        if value == "disabled":
            return queryset.filter(is_active=False)
        return queryset.filter(is_active=True).exclude(pk__in=invited)

    def with_factor(self, queryset: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        holders = User.objects.filter(authenticator__type__in=SECOND_FACTORS).values("pk")
        return queryset.filter(pk__in=holders) if value == "yes" else queryset.exclude(pk__in=holders)
