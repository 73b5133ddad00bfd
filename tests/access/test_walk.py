"""Every route × verb × person × {own team, other team, sensitive, nonexistent}, against the table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.access import walking, world
from tests.access.routes import routes
from tests.access.table import BODIES, KNOWN_TO_ALL, NOBODY, OF_THE_TEAM, PUBLIC, TABLE, Row
from tests.factories import grant

ROUTES = routes()
ROOMS = [*sorted({row.room for row in TABLE.values() if not row.api}), "api-1", "api-2", "api-3"]
pytestmark = pytest.mark.django_db


def rows_of(room: str) -> list[Row]:
    """A share of the table that one test walks."""
    if not room.startswith("api-"):
        return [row for row in TABLE.values() if row.room == room and row.name in ROUTES]
    api = [row for row in TABLE.values() if row.api and row.name in ROUTES]
    return api[int(room[-1]) - 1 :: 3]


@pytest.fixture
def stage(cast: SimpleNamespace) -> SimpleNamespace:
    """The own team's world and the accounts'; the other team's; and a sensitive one of the own team."""
    accounts = world.accounts(cast)
    return SimpleNamespace(
        own=walking.merged(world.build(cast.team, cast.investigator, "ownrow"), accounts),
        other=walking.merged(world.build(cast.other_team, cast.outsider, "otherrow"), accounts),
        sensitive=walking.merged(world.build(cast.team, cast.colleague, "sensitiverow", sensitive=True), accounts),
    )


def test_it_lists_every_route_and_no_other():
    unlisted = sorted(set(ROUTES) - set(TABLE))
    gone = sorted(set(TABLE) - set(ROUTES))
    assert not unlisted, f"add to tests/access/table.py: {unlisted}"
    assert not gone, f"no longer served, take out of tests/access/table.py: {gone}"


def test_it_says_why_nobody_gets_through():
    silent = [row.name for row in TABLE.values() if any(who == "" for who in row.verbs.values())]
    assert sorted(silent) == sorted(NOBODY)


@pytest.mark.parametrize(
    "room", [pytest.param(room, marks=[pytest.mark.long] if room.startswith("api-") else []) for room in ROOMS]
)
def test_it_lets_through_those_of_the_table_and_nobody_else(cast, stage, room):
    people = walking.people(cast)
    wrong = []
    for row in rows_of(room):
        url = walking.address(row.name, ROUTES[row.name], stage.own, row.target)
        for verb, expected in row.verbs.items():
            wrong += _differences(row, verb, expected, url, people)
    assert not wrong, "\n".join(wrong)


def _differences(row: Row, verb: str, expected: str, url: str, people: dict[str, Any]) -> list[str]:
    letters = people if row.api else [letter for letter in people if letter not in "TW"]
    if expected == "-":
        status = people["I"].ask(verb, url).status_code
        return [] if status == 405 else [f"{row.name} {verb}: {status}, expected 405"]
    body = BODIES.get(row.name) if verb == "post" else None
    found = []
    for letter in letters:
        answer = people[letter].ask(verb, url, body)
        if row.name in ("healthz", "readyz"):
            continue
        good = _as_listed(row, verb, letter in expected, answer, strict=body is not None)
        if not good:
            found.append(f"{row.name} {verb} {letter}: {answer.status_code}, listed {expected or 'nobody'}")
    return found


def _as_listed(row: Row, verb: str, listed: bool, answer: Any, *, strict: bool) -> bool:
    if listed or row.name in PUBLIC or not row.api or verb == "get" or strict:
        return walking.verdict(answer) == listed or (row.name in PUBLIC and answer.status_code == 200)
    return not 200 <= answer.status_code < 300


@pytest.mark.long
@pytest.mark.parametrize("room", ROOMS)
def test_it_answers_alike_for_hidden_and_nonexistent(cast, stage, room):
    everything = walking.Asker(grant_all(cast))
    outsider, auditor = walking.Asker(cast.outsider), walking.Asker(cast.auditor)
    told = []
    for row in rows_of(room):
        if row.target in KNOWN_TO_ALL:
            continue
        worlds = {"other": outsider, "unread": auditor}
        if row.target not in OF_THE_TEAM:
            worlds["sensitive"] = everything
        for kind, asker in worlds.items():
            told += _told(row, kind, asker, stage)
    assert not told, "\n".join(told)


def grant_all(cast: SimpleNamespace) -> Any:
    """The investigator, with every role of the team."""
    for role in ("reviewer", "referral_officer", "viewer"):
        grant(cast.investigator, role, cast.team)
    return cast.investigator


def _told(row: Row, kind: str, asker: walking.Asker, stage: SimpleNamespace) -> list[str]:
    route = ROUTES[row.name]
    hidden = stage.sensitive if kind == "sensitive" else stage.own
    target = getattr(hidden, row.target, None)
    if target is None:
        return []
    there = walking.address(row.name, route, hidden, row.target)
    nowhere = walking.address(row.name, route, hidden, row.target, missing=True)
    found = []
    for verb, who in row.verbs.items():
        if who == "-":
            continue
        answer, blank = asker.ask(verb, there), asker.ask(verb, nowhere)
        if walking.verdict(answer):
            found.append(f"{row.name} {verb} {kind}: let through with {answer.status_code}")
        elif walking.plain(answer) != walking.plain(blank):
            found.append(f"{row.name} {verb} {kind}: {answer.status_code} differs from {blank.status_code} of nothing")
    return found


def test_it_gives_a_disabled_person_nothing(cast, stage):
    asker = walking.Asker(cast.investigator)
    token = walking.Asker(cast.investigator, scope="write")
    type(cast.investigator).objects.filter(pk=cast.investigator.pk).update(is_active=False)
    for name in ("cases:detail", "evidence:detail", "findings:detail", "referrals:detail", "api:case-detail"):
        url = walking.address(name, ROUTES[name], stage.own, TABLE[name].target)
        for one in (asker, token):
            assert not walking.verdict(one.ask("get", url))
