"""Makers of rows for tests. They write what an action would have written, without its checks: for arranging only."""

from __future__ import annotations

import datetime
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateRange as Days
from factory.django import DjangoModelFactory

from casework.accounts.models import Role, RoleGrant, Team, User
from casework.audit import clock
from casework.cases.models import Case, CaseAssignment, Party, Region, Victim
from casework.core.references import next_reference
from casework.evidence.models import EvidenceLink, Item, Source
from casework.findings.models import Finding


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    # Counts as set, and no password matches it.
    password = "-"


def grant(user: User, role: str, team: Team | None = None) -> RoleGrant:
    """Give a role for a year; forgets what the user object remembered of its roles."""
    made = _grant(user, role, team)
    made.save(force_insert=True)
    user.__dict__.pop("roles", None)
    return made


def _grant(user: User, role: str, team: Team | None) -> RoleGrant:
    now = clock.now()
    return RoleGrant(
        user=user, role=role, team=team, reason="arranged", granted_at=now, ends_at=now + datetime.timedelta(days=365)
    )


def people(**wanted: tuple[str, list[str], Team | None]) -> dict[str, User]:
    """People by (name, roles, team), written in two statements however many they are; office roles have no team."""
    users = {
        key: UserFactory.build(name=name, email=f"{name.lower().replace(' ', '.')}@example.org")
        for key, (name, _, _) in wanted.items()
    }
    User.objects.bulk_create(users.values())
    RoleGrant.objects.bulk_create(
        _grant(users[key], role, None if role in (Role.ADMINISTRATOR, Role.AUDITOR) else team)
        for key, (_, roles, team) in wanted.items()
        for role in roles
    )
    return users


def person(name: str, *roles: str, team: Team | None = None) -> User:
    """A person with roles; office roles are granted in the office, others in `team`."""
    return people(one=(name, list(roles), team))["one"]


class PartyFactory(DjangoModelFactory):
    class Meta:
        model = Party
        django_get_or_create = ("code",)

    code = "UA"
    name = factory.LazyAttribute(lambda o: {"UA": "Ukraine", "RU": "Russian Federation"}.get(o.code, o.code))


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = "UA-14"
    country = "UA"
    name = "Donetsk oblast"


class CaseFactory(DjangoModelFactory):
    class Meta:
        model = Case
        skip_postgeneration_save = True

    reference = factory.LazyFunction(lambda: next_reference("C"))
    title = factory.Sequence(lambda n: f"Shooting of captured soldiers {n}")
    learned_from = Case.LearnedFrom.SPECIAL_SERVICE
    team = factory.SubFactory(TeamFactory)
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def lead(self, create: bool, lead: User | None, **_: object) -> None:
        if create and lead:
            CaseAssignment.objects.create(case=self, user=lead, part="lead", assigned_by=lead)


class VictimFactory(DjangoModelFactory):
    class Meta:
        model = Victim

    case = factory.SubFactory(CaseFactory)
    created_by = factory.SubFactory(UserFactory)


# Findings -------------------------------------------------------------------------------------------------------------


class FindingFactory(DjangoModelFactory):
    """A finding. What a decision writes (`state`, `approved_by`, `in_force`, ...) is written last, because
    the database lets a finding begin as proposed only and lets nothing be added to an approved one.

    `FindingFactory(state="approved", counts={"captured": (6, 6)}, decided_on=day)` is in force from that day, with
    `ended_on=later` until the day before. `cited` takes evidence links.
    """

    class Meta:
        model = Finding

    reference = factory.LazyFunction(lambda: next_reference("F"))
    case = factory.SubFactory(CaseFactory)
    conclusion = "confirmed"
    standard = 2
    victims_party = factory.SubFactory(PartyFactory, code="UA")
    responsible_party = factory.SubFactory(PartyFactory, code="RU")
    occurred_earliest = datetime.date(2024, 10, 1)
    occurred_latest = datetime.date(2024, 10, 1)
    reasons = "The video shows it."
    proposed_by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type[Finding], *args: object, **values: Any) -> Finding:
        counts = values.pop("counts", {"captured": (1, 1)})
        cited = values.pop("cited", ())
        ends = values.pop("ended_on", None)
        decision = {name: values.pop(name) for name in _DECISION if name in values}
        finding = super()._create(model_class, *args, **values)
        for status, (least, most) in counts.items():
            finding.victim_counts.create(status=status, at_least=least, at_most=most)
        for link in cited:
            finding.cited.create(link=link, item=link.item, establishes=link.establishes)
        if decision.get("state") == "approved":
            day = decision.setdefault("decided_on", clock.today())
            decision.setdefault("approved_by", None)
            decision["approved_by"] = decision["approved_by"] or UserFactory()
            decision.setdefault("in_force", Days(day, ends))
        if decision:
            Finding.objects.filter(pk=finding.pk).update(**decision)
            finding.refresh_from_db()
        return finding


_DECISION = ("state", "approved_by", "decided_on", "in_force", "supersedes", "late_verification", "returned_code",
             "returned_note", "returned_by", "returned_at")  # fmt: skip


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    team = factory.SubFactory(TeamFactory)
    kind = Source.Kind.MILITARY_UNIT
    name = factory.Sequence(lambda n: f"Source {n}")
    created_by = factory.SubFactory(UserFactory)


class ItemFactory(DjangoModelFactory):
    """An item without files; `case` links it. Use `register_item` where custody or bytes matter."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    reference = factory.LazyFunction(lambda: next_reference("E"))
    team = factory.SubFactory(TeamFactory)
    kind = "document"
    title = factory.Sequence(lambda n: f"Document {n}")
    registered_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def case(self, create: bool, case: Case | None, **_: object) -> None:
        if create and case:
            EvidenceLink.objects.create(item=self, case=case, establishes=["act"], linked_by=self.registered_by)
