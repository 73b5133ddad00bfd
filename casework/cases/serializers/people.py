"""Victims and alleged perpetrators in the API."""

from __future__ import annotations

from rest_framework import serializers

from casework.cases.models import Case, Party, Perpetrator, Unit, Victim
from casework.cases.models.people import StatusAtDeath
from casework.cases.serializers.common import CodeField, choice, text
from casework.core.api import (
    PartialDateSerializerField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)

PERSONAL = (
    "surname", "first_names", "patronymic", "rank", "service_number", "birth_place", "father_name",
    "mother_maiden_name", "person_to_inform", "cause", "remains", "note",
)  # fmt: skip


class VictimSerializer(StrictModelSerializer):
    """A victim as people of the case see them; `may_be_named` says whether the name may leave the office."""

    born = PartialDateSerializerField(read_only=True)
    may_be_named = serializers.BooleanField(read_only=True)

    class Meta:
        model = Victim
        fields = (
            "id", "case", "kind", "at_least", "at_most", "status_at_death", "wounded", "unarmed", "outcome", "identity",
            "born", "age", "power", "unit", "kin", "may_be_named", *PERSONAL, "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class VictimChange(StrictSerializer):
    """What is recorded about a victim (GC III art. 122)."""

    kind = choice(Victim.Kind.choices, required=False)
    at_least = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    at_most = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    status_at_death = choice(StatusAtDeath.choices, required=False)
    wounded = serializers.BooleanField(required=False, allow_null=True)
    unarmed = serializers.BooleanField(required=False, allow_null=True)
    outcome = choice(Victim.Outcome.choices, required=False)
    identity = choice(Victim.Identity.choices, required=False)
    born = PartialDateSerializerField(past=True, required=False, allow_null=True)
    age = serializers.IntegerField(min_value=10, max_value=110, required=False, allow_null=True)
    power = CodeField(queryset=Party.objects.all(), required=False, allow_null=True)
    unit = VisiblePrimaryKeyField(queryset=Unit.objects.all(), required=False, allow_null=True)
    kin = choice(Victim.Kin.choices, required=False)
    surname = text(80)
    first_names = text(80)
    patronymic = text(80)
    rank = text(60)
    service_number = text(60)
    birth_place = text(160)
    father_name = text(80)
    mother_maiden_name = text(80)
    person_to_inform = text(300)
    cause = text(300)
    remains = text(300)
    note = text(5000)
    expected_updated_at = serializers.DateTimeField(required=False)


class VictimInput(VictimChange):
    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    expected_updated_at = None  # type: ignore[assignment]


class PerpetratorSerializer(StrictModelSerializer):
    class Meta:
        model = Perpetrator
        fields = (
            "id", "case", "kind", "name", "rank", "unit", "party", "involvement", "basis", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class PerpetratorChange(StrictSerializer):
    """A person or a unit, the degree of involvement (HURIDOCS micro-thesaurus 18) and its basis."""

    kind = choice(Perpetrator.Kind.choices, required=False)
    involvement = choice(Perpetrator.Involvement.choices, required=False)
    basis = serializers.CharField(max_length=5000, required=False)
    name = text(160)
    rank = text(80)
    unit = VisiblePrimaryKeyField(queryset=Unit.objects.all(), required=False, allow_null=True)
    party = CodeField(queryset=Party.objects.all(), required=False, allow_null=True)
    expected_updated_at = serializers.DateTimeField(required=False)


class PerpetratorInput(PerpetratorChange):
    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    kind = choice(Perpetrator.Kind.choices)
    involvement = choice(Perpetrator.Involvement.choices)
    basis = serializers.CharField(max_length=5000)
    expected_updated_at = None  # type: ignore[assignment]
