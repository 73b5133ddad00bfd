"""Ratios of pages and API to their floors, at 10,000 and 100,000 cases. Nothing here fails for being slow: it prints,
and says which target is missed; wrong answers do fail."""

from __future__ import annotations

import logging
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from casework.cases.models import Case
from casework.core.paging import Keyset
from casework.figures.counting import FigureQuery, count_figure, total_figure
from tests.benchmarks.filling import grow
from tests.factories import TeamFactory, person

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
ROUNDS = 40
SIZES = (10_000, 100_000)


@dataclass
class Office:
    size: int
    client: Client
    user: object
    team: object


@dataclass
class Line:
    number: int
    what: str
    ours: float
    floor: float
    target: float
    queries: int = 0
    note: str = ""

    def __str__(self) -> str:
        ratio = self.ours / self.floor
        verdict = "meets" if ratio <= self.target else "MISSES"
        queries = f"  {self.queries} queries" if self.queries else ""
        return (
            f"{self.number:>2}. {self.what:<52} {self.ours * 1000:8.2f} ms  floor {self.floor * 1000:8.2f} ms"
            f"  ratio {ratio:6.2f}  target {self.target:g}: {verdict}{queries}  {self.note}"
        )


def medians(*acts: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Seconds that each act takes. They take turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in acts]
    for act in acts:
        act()
    for _ in range(rounds):
        for kept, act in zip(times, acts, strict=True):
            begun = time.perf_counter()
            act()
            kept.append(time.perf_counter() - begun)
    return [statistics.median(kept) for kept in times]


def get(client: Client, address: str) -> Callable[[], object]:
    def act() -> object:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return response

    return act


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


@pytest.fixture
def office(request: pytest.FixtureRequest, db, settings) -> Office:  # type: ignore[no-untyped-def]
    """An office of the size asked for, laid down in the test's transaction."""
    settings.ROOT_URLCONF = "tests.benchmarks.floors"
    # A line for each request would be written to the terminal; a server's goes to a pipe.
    logging.disable(logging.INFO)
    team = TeamFactory(name="Benchmark team")
    user = person("Bench Investigator", "investigator", team=team)
    reviewer = person("Bench Reviewer", "reviewer", team=team)
    grow(1, request.param, team=team.pk, user=user.pk, reviewer=reviewer.pk)
    client = Client()
    client.force_login(user, backend=BACKEND)
    return Office(request.param, client, user, team)


@pytest.mark.parametrize("office", SIZES, indirect=True)
def test_it_prints_ratios(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [*lists(office), *case_page(office), *creating(office), *searching(office), *as_of(office)]
    with capsys.disabled():
        print(f"\n{office.size:,} cases")
        for line in lines:
            print(line)


def lists(office: Office) -> list[Line]:
    api = get(office.client, "/api/v1/cases/?page_size=25")
    page = get(office.client, "/cases/")
    floor, first, deep, html = medians(
        get(office.client, "/floor/list/"), api, get(office.client, deepest(office)), page
    )
    return [
        Line(1, "API list of 25 / raw SQL", first, floor, 5, queries_of(api)),
        Line(2, "API deepest page / first page", deep, first, 1.2),
        Line(3, "HTML list of 25 / raw SQL", html, floor, 8, queries_of(page)),
    ]


def deepest(office: Office) -> str:
    """The address of the page of 25 that begins 60 rows before the end, by the cursor that walking there would give."""
    near = Case.objects.order_by("-updated_at", "-id").values_list("pk", flat=True)[office.size - 60 : office.size - 58]
    page = Keyset(Case.objects.filter(pk__in=list(near)), ("-updated_at",)).page(page_size=1)
    return f"/api/v1/cases/?{urlencode({'page_size': 25, 'cursor': page.next_cursor})}"


def case_page(office: Office) -> list[Line]:
    case = Case.objects.filter(reference="B-0005001").get()
    page = get(office.client, f"/cases/{case.pk}/evidence/")
    floor, ours = medians(get(office.client, f"/floor/case/{case.pk}/"), page)
    return [Line(4, "case page with evidence / bare DRF detail", ours, floor, 3, queries_of(page))]


def creating(office: Office) -> list[Line]:
    body = {"title": "Shooting of captured soldiers", "learned_from": "special_service", "team": str(office.team.pk)}

    def post(address: str) -> Callable[[], object]:
        def act() -> object:
            given = {**body, "title": f"Shooting {uuid.uuid4()}"}
            response = office.client.post(address, given, content_type="application/json")
            assert response.status_code == 201, response.content[:500]
            return response

        return act

    floor, ours = medians(post("/floor/create/"), post("/api/v1/cases/"))
    return [Line(5, "create with audit and history / bare DRF create", ours, floor, 2.5)]


def searching(office: Office) -> list[Line]:
    lines = []
    for kind, word in (("rare", "rareword"), ("middling", "settlement 17"), ("common", "captured")):
        page = get(office.client, f"/search/?q={word}")
        floor, ours = medians(get(office.client, f"/floor/search/?q={word}"), page, rounds=20)
        lines.append(Line(10, f"search, {kind} / bare capped GIN query", ours, floor, 3, queries_of(page)))
    return lines


LIVE = """
SELECT coalesce(sum(v.at_least), 0) FROM findings_finding f JOIN findings_victimcount v ON v.finding_id = f.id
WHERE f.state = 'approved' AND f.in_force @> %s::date AND f.conclusion IN ('confirmed', 'confirmed_similar')
  AND f.standard >= 2 AND f.occurred_earliest >= %s AND f.occurred_latest <= %s
"""


def as_of(office: Office) -> list[Line]:
    day, begins, ends = (parse_date(text) for text in ("2025-06-30", "2024-01-01", "2024-12-31"))
    query = FigureQuery(unit="persons", as_of=day, incident_from=begins, incident_to=ends)

    def live() -> int:
        with connection.cursor() as cursor:
            cursor.execute(LIVE, [day, begins, ends])
            return int(cursor.fetchone()[0])

    assert count_figure(query).value == total_figure(query).value == live()
    floor, ours = medians(live, lambda: total_figure(query), rounds=10)
    if floor <= 0.1:
        return [Line(11, "'as of' figure / live SQL", ours, floor, 999, note="live SQL is under 100 ms: no target")]
    return [Line(11, "'as of' figure / live SQL", ours, floor, 0.02)]
