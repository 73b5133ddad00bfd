"""Makers of rows for tests. They write what an action would have written, without its checks: for arranging only."""

from __future__ import annotations

import datetime

import factory
from factory.django import DjangoModelFactory

from casework.accounts.models import Role, RoleGrant, Team, User
from casework.audit import clock
from casework.cases.models import Case, CaseAssignment, Party, Region, Victim
from casework.core.references import next_reference


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"


def grant(user: User, role: str, team: Team | None = None) -> RoleGrant:
    """Give a role for a year; forgets what the user object remembered of its roles."""
    now = clock.now()
    made = RoleGrant.objects.create(
        user=user, role=role, team=team, reason="arranged", granted_at=now, ends_at=now + datetime.timedelta(days=365)
    )
    user.__dict__.pop("roles", None)
    return made


def person(name: str, *roles: str, team: Team | None = None) -> User:
    """A person with roles; office roles are granted in the office, others in `team`."""
    user = UserFactory(name=name, email=f"{name.lower().replace(' ', '.')}@example.org")
    for role in roles:
        grant(user, role, None if role in (Role.ADMINISTRATOR, Role.AUDITOR) else team)
    return user


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
