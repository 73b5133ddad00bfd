"""What is hidden shows nowhere: not in a list, a count, an order, a search, an export or an error."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from casework.audit import clock
from casework.core.references import SEQUENCES
from tests.access import walking, world
from tests.access.routes import routes
from tests.access.table import TABLE
from tests.factories import TeamFactory, person

pytestmark = pytest.mark.django_db
ROUTES = routes()
CANARY = "kanarka7q"
VOLATILE = {"healthz", "readyz"}
long = pytest.mark.long
WHO = ["investigator", pytest.param("outsider", marks=long), pytest.param("viewer", marks=long)]


def open_pages() -> list[str]:
    """Every address that names no object: home, lists, exports, forms, the API's lists."""
    names = [row.name for row in TABLE.values() if row.target == "-" and row.verbs["get"] not in ("-", "")]
    return [walking.address(name, ROUTES[name], None, "-") for name in names if name in ROUTES and name not in VOLATILE]


def questions() -> list[str]:
    """Addresses that ask for the hidden: searches and filters by its words."""
    asked = [
        f"/search/?q={word}"
        for word in (CANARY, f"Surname{CANARY}", f"t.me/{CANARY}/1", f"telegram.me/{CANARY}/1", f"Case {CANARY}")
    ]
    for page in ("/cases/", "/evidence/", "/sources/", "/api/v1/cases/", "/api/v1/evidence/"):
        asked.append(f"{page}?q={CANARY}")
    return asked


@pytest.fixture
def hidden(cast: SimpleNamespace) -> Any:
    """Makes the rows that nobody of the story may see: another team's, and a sensitive case's."""

    def make() -> list[SimpleNamespace]:
        # Help texts tell references such as C-00042; what is hidden here bears numbers that no text tells.
        with connection.cursor() as cursor:
            for sequence in SEQUENCES.values():
                cursor.execute("SELECT setval(%s, greatest(nextval(%s), 70000))", [sequence, sequence])
        third = TeamFactory(name=f"Team {CANARY}")
        author = person(f"Author {CANARY}", "investigator", team=third)
        return [
            world.build(third, author, CANARY),
            world.build(cast.team, author, f"{CANARY}s", sensitive=True),
        ]

    return make


def spellings(*worlds: SimpleNamespace) -> list[str]:
    """All that would give the hidden rows away: the canary, their ids and references."""
    found = [CANARY.lower(), CANARY.lower()[::-1]]
    for one in worlds:
        case = one.case
        for row in vars(one).values():
            if case.sensitive and row in (one.source, one.statement):
                continue
            reference = getattr(row, "reference", "")
            if reference:
                found.append(reference.lower())
            if hasattr(row, "case_id") or reference:
                found.append(str(row.pk))
    return found


@pytest.mark.parametrize("who", WHO)
def test_it_shows_no_canary_anywhere(cast, hidden, who):
    worlds = hidden()
    asker = walking.Asker(getattr(cast, who))
    given_away = []
    for url in [*open_pages(), *questions()]:
        text = asker.ask("get", url).whole.decode("utf-8", "replace").lower()
        shown = text.replace(url.lower(), "").replace(CANARY if "?q=" in url else "\0", "")
        given_away += [f"{url}: {word}" for word in spellings(*worlds) if word in shown]
    assert not given_away, "\n".join(given_away)


@pytest.mark.parametrize("who", WHO)
def test_it_answers_the_same_with_and_without_hidden_rows(cast, hidden, who):
    world.build(cast.team, cast.investigator, "ownrow")
    world.build(cast.other_team, cast.outsider, "otherrow")
    asker = walking.Asker(getattr(cast, who))
    pages = [*open_pages(), *questions(), "/search/?q=case", "/search/?q=summary"]
    with clock.travelling_to(datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)):
        before = {url: walking.plain(asker.ask("get", url)) for url in pages}
        hidden()
        after = {url: walking.plain(asker.ask("get", url)) for url in pages}
    changed = [url for url in pages if before[url] != after[url]]
    assert not changed, "\n".join(changed)


def test_it_keeps_the_case_from_administrators(cast):
    world.build(cast.team, cast.investigator, CANARY)
    asker = walking.Asker(cast.administrator)
    given_away = []
    for url in open_pages():
        answer = asker.ask("get", url)
        if CANARY in answer.whole.decode("utf-8", "replace"):
            given_away.append(url)
    assert not given_away


def test_it_leaves_the_canary_out_of_the_log(cast, hidden, caplog):
    worlds = hidden()
    asker = walking.Asker(cast.outsider)
    for name in ("cases:detail", "evidence:detail", "api:case-detail"):
        asker.ask("get", walking.address(name, ROUTES[name], worlds[0], TABLE[name].target))
    assert CANARY not in caplog.text
