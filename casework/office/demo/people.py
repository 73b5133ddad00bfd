"""The people, teams and sources of the demonstration."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from casework.accounts.actions import create_team, end_role, grant_role
from casework.accounts.models import Role, RoleGrant, Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.models import Unit
from casework.evidence.actions import add_source, rate_source
from casework.evidence.models import Source
from casework.office.demo.texts import UNITS

EAST, SOUTH = "Team East", "Team South"
TERM = datetime.timedelta(days=1800)
OFFICE = "the office"
# Key, name, role, team. Every role at least once, two teams.
PEOPLE = (
    ("admin", "Ada Kerivna", Role.ADMINISTRATOR, OFFICE),
    ("admin2", "Borys Kerivnyi", Role.ADMINISTRATOR, OFFICE),
    ("auditor", "Maryna Perevirna", Role.AUDITOR, OFFICE),
    ("investigator", "Olena Slidcha", Role.INVESTIGATOR, EAST),
    ("investigator2", "Danylo Poshukenko", Role.INVESTIGATOR, EAST),
    ("investigator3", "Inna Dovidkova", Role.INVESTIGATOR, EAST),
    ("reviewer", "Roman Zvirka", Role.REVIEWER, EAST),
    ("reviewer2", "Halyna Drugochytna", Role.REVIEWER, EAST),
    ("officer", "Petro Lystovyi", Role.REFERRAL_OFFICER, EAST),
    ("officer2", "Sofiia Poshtova", Role.REFERRAL_OFFICER, EAST),
    ("viewer", "Taras Chytach", Role.VIEWER, EAST),
    ("south.investigator", "Yana Pivdenna", Role.INVESTIGATOR, SOUTH),
    ("south.reviewer", "Lev Pivdennyi", Role.REVIEWER, SOUTH),
    ("south.officer", "Vira Kanalova", Role.REFERRAL_OFFICER, SOUTH),
)


@dataclass
class Cast:
    """Whoever and whatever the stories refer to."""

    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    units: dict[str, list[Unit]] = field(default_factory=dict)
    accounts: list[dict[str, str]] = field(default_factory=list)

    def __getitem__(self, key: str) -> User:
        return self.users[key]


def assemble() -> Cast:
    """Make teams, people with a random password each, roles, units and sources, as of the clock's day."""
    cast = Cast()
    for key, name, role, team in PEOPLE:
        account = _account(key, role, team)
        cast.users[key] = User.objects.create_user(account["email"], name, account["password"])
        cast.accounts.append(account)
    _grant(cast)
    for unit in UNITS:
        made = Unit.objects.create(name=unit.name, party_id=unit.party, note=unit.name_uk)
        cast.units.setdefault(unit.party, []).append(made)
    _sources(cast)
    return cast


def _account(key: str, role: str, team: str) -> dict[str, str]:
    """What is written down of an account, with a password drawn for it."""
    shown = "" if team == OFFICE else team
    return {"email": f"{key}@demo.example", "password": secrets.token_urlsafe(12), "role": str(role), "team": shown}


def renew_accounts() -> list[dict[str, str]]:
    """Give every account of the demonstration a new password, all or none; sessions with the old ones end."""
    accounts = []
    with transaction.atomic():
        for key, _name, role, team in PEOPLE:
            account = _account(key, role, team)
            user = User.objects.select_for_update().filter(email=account["email"]).first()
            if user is not None:
                user.set_password(account["password"])
                user.save(update_fields=["password"])
                record(Event.PASSWORD_CHANGED, actor=None, obj=user, reason="The demonstration's accounts were renewed")
                accounts.append(account)
    return accounts


def _grant(cast: Cast) -> None:
    # An office's first administrator has nobody to grant the role; from then on each grant has a granter.
    RoleGrant.objects.create(
        user=cast["admin"], role=Role.ADMINISTRATOR, reason="First administrator", ends_at=clock.now() + TERM
    )
    for name in (EAST, SOUTH):
        cast.teams[name] = create_team(actor=cast["admin"], name=name)
    for key, _, role, team in PEOPLE:
        if key != "admin":
            grant_role(
                cast[key],
                actor=cast["admin"],
                role=role,
                team=cast.teams.get(team),
                reason="Appointed to the office",
                ends_at=clock.now() + TERM,
            )
    for user in cast.users.values():
        user.__dict__.pop("roles", None)


def renew(cast: Cast, moment: datetime.datetime) -> Iterator[datetime.datetime]:
    """A month ago every role was ended and given anew for a year, so that no demonstration starts with lapsed roles."""
    yield moment
    for grant in RoleGrant.objects.in_force().order_by("granted_at", "id"):
        granter = cast["admin2" if grant.user_id == cast["admin"].pk else "admin"]
        end_role(grant, actor=granter, reason="Yearly review")
        reason = "Confirmed at the yearly review"
        ends_at = clock.now() + datetime.timedelta(days=365)
        grant_role(grant.user, actor=granter, role=grant.role, team=grant.team, reason=reason, ends_at=ends_at)


def _sources(cast: Cast) -> None:
    lead = cast["investigator"]
    register = (
        ("service", "special_service", "Special service, department 4 (synthetic)", "any_recipient", "B"),
        ("unit", "military_unit", "Staff of the 981st Demonstration Brigade", "any_recipient", "B"),
        ("channel", "account", "Messenger channel “Demonstration front” (synthetic)", "public", "D"),
        ("monitor", "monitoring_body", "Monitoring group (synthetic)", "any_recipient", "A"),
        ("closed", "special_service", "Special service, closed channel (synthetic)", "office", "F"),
    )
    for key, kind, name, caveat, grade in register:
        source = add_source(actor=lead, team=cast.teams[EAST], kind=kind, name=name, caveat=caveat)
        if grade != "F":
            rate_source(source, actor=lead, reliability=grade, reason="Compared with independent material over a year.")
        cast.sources[key] = source
    south = cast["south.investigator"]
    cast.sources["south"] = add_source(
        actor=south, team=cast.teams[SOUTH], kind="special_service", name="Special service (synthetic)", caveat="office"
    )
