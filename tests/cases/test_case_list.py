"""The list of cases: filters, order, pages, export, and what stays hidden."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.audit.models import AuditEvent
from casework.cases import actions
from casework.cases.models import Case, Party, Region, Tag
from casework.core.dates import parse_range

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(cast):
    def make(title, **values):
        return actions.create_case(
            actor=cast.investigator, team=cast.team, title=title, **{"learned_from": "witness", **values}
        )

    return {
        "donetsk": make(
            "Dugout", region=Region.objects.get(pk="UA-14"), occurred=parse_range("2025-01-28 to 2025-01-31")
        ),
        "kursk": make(
            "Trench", region=Region.objects.get(pk="RU-KRS"), occurred=parse_range("2024"), priority="urgent"
        ),
        "ru": make("Field", victims_party=Party.objects.get(pk="RU"), responsible_party=Party.objects.get(pk="UA")),
        "tagged": make("Road", tags=[Tag.objects.get(name="Group execution")], learned_from="media"),
        "hidden": make("Hidden canary", sensitive=True),
    }


def titles(response):
    return [case.title for case in response.context["page"]]


def exported(client, query=""):
    response = client.get(f"/cases/export/{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Dugout", "Trench", "Field", "Road"}),
        ("q=DUG", {"Dugout"}),
        ("region=UA-14", {"Dugout"}),
        ("occurred=2024-10", {"Trench"}),
        ("occurred=2024-12 to 2025-02", {"Dugout", "Trench"}),
        ("victims_party=RU", {"Field"}),
        ("responsible_party=UA", {"Field"}),
        ("learned_from=media", {"Road"}),
        ("priority=urgent&priority=high", {"Trench"}),
        ("state=closed", set()),
        ("only=sensitive", set()),
        ("only=mine", set()),
        ("q=canary", set()),
    ],
)
def test_it_is_narrowed_by_filters_in_the_address(cast, cases, as_person, query, found):
    response = as_person(cast.colleague).get(f"/cases/?{query}")
    assert response.status_code == 200
    assert set(titles(response)) == found
    assert response.context["count"] == len(found)


def test_it_finds_by_reference_tag_team_and_assignment(cast, cases, as_person):
    client = as_person(cast.investigator)
    number = cases["kursk"].reference.lstrip("C-0")
    assert "Trench" in titles(client.get(f"/cases/?q={number}"))
    assert titles(client.get(f"/cases/?q={cases['kursk'].reference.lower()}")) == ["Trench"]
    tag = Tag.objects.get(name="Group execution").pk
    assert titles(client.get(f"/cases/?tag={tag}")) == ["Road"]
    assert len(titles(client.get(f"/cases/?team={cast.team.pk}&only=mine"))) == 5
    assert titles(client.get("/cases/?only=mine&only=sensitive")) == ["Hidden canary"]


def test_it_answers_as_if_hidden_cases_were_not_there(cast, cases, as_person):
    client = as_person(cast.colleague)
    with_hidden = client.get("/cases/").content.decode()
    assert "canary" not in with_hidden
    assert "4 cases" in with_hidden
    assert "canary" not in str(exported(client))


@pytest.mark.parametrize(
    "query",
    ["colour=red", "team__name=x", "ordering=summary", "cursor=zzz", "page_size=100000", "q=a&q=b"],
)
def test_it_refuses_what_it_does_not_know(cast, cases, as_person, query):
    assert as_person(cast.investigator).get(f"/cases/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["state=lost", "occurred=0000", "occurred=2024-13", "region=XX", "tag=1x", "q=a%00b"])
def test_it_names_a_wrong_filter_and_shows_nothing(cast, cases, as_person, query):
    response = as_person(cast.investigator).get(f"/cases/?{query}")
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert titles(response) == []
    assert as_person(cast.investigator).get(f"/cases/export/?{query}").status_code == 400


def test_it_refuses_a_foreign_team_like_one_that_does_not_exist(cast, cases, as_person):
    client = as_person(cast.investigator)
    foreign = client.get(f"/cases/?team={cast.other_team.pk}")
    absent = client.get("/cases/?team=00000000-0000-4000-8000-000000000000")
    assert foreign.status_code == absent.status_code == 422
    assert foreign.context["filters"].errors == absent.context["filters"].errors


def test_it_shows_chips_that_can_be_taken_off(cast, cases, as_person):
    response = as_person(cast.investigator).get("/cases/?state=open&region=UA-14")
    chips = {(chip.label, chip.value, chip.remove_url) for chip in response.context["chips"]}
    assert ("State", "Open", "/cases/?region=UA-14") in chips
    assert ("Oblast or region", "Donetsk oblast", "/cases/?state=open") in chips


def test_it_pages_through_everything_once(cast, cases, as_person):
    client, seen, query = as_person(cast.investigator), [], "?page_size=2&ordering=occurred"
    while query:
        response = client.get(f"/cases/{query}")
        seen += titles(response)
        cursor = response.context["page"].next_cursor
        query = f"?page_size=2&ordering=occurred&cursor={cursor}" if cursor else ""
    assert len(seen) == len(set(seen)) == 5
    assert seen[:2] == ["Trench", "Dugout"]


def test_it_asks_the_database_the_same_number_of_times_for_any_number_of_rows(cast, cases, as_person):
    client = as_person(cast.investigator)
    client.get("/cases/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/cases/").status_code == 200
        counts.append([query["sql"] for query in queries if "audit" not in query["sql"]])
        for number in range(15):
            actions.create_case(actor=cast.investigator, team=cast.team, title=f"More {number}", learned_from="media")
    assert len(counts[0]) == len(counts[1])
    own = [sql for sql in counts[1] if "cases_" in sql]
    assert len(own) <= 3, own


def test_it_exports_what_is_seen_and_neutralizes_formulas(cast, cases, as_person):
    actions.change_case(cases["donetsk"], actor=cast.investigator, title='=HYPERLINK("x")')
    actions.add_victim(cases["donetsk"], actor=cast.investigator, surname="Canarenko")
    actions.add_victim(cases["donetsk"], actor=cast.investigator, kind="group", at_least=2, at_most=5)
    client = as_person(cast.reviewer)
    rows = exported(client, "?region=UA-14")
    assert len(rows) == 1
    assert rows[0]["title"] == '\'=HYPERLINK("x")'
    assert (rows[0]["victims_at_least"], rows[0]["victims_at_most"]) == ("3", "6")
    assert rows[0]["occurred_earliest"] == "2025-01-28"
    assert "Canarenko" not in str(rows)
    event = AuditEvent.objects.get(event="cases.exported")
    assert (event.actor_id, event.detail) == (cast.reviewer.pk, {"filters": ["region"]})
    assert len(exported(client)) == 4 == Case.objects.visible_to(cast.reviewer).count()


def test_it_exports_nothing_for_viewers(cast, cases, as_person):
    client = as_person(cast.viewer)
    assert client.get("/cases/export/").status_code == 403
    assert "/cases/export/" not in client.get("/cases/").content.decode()


def test_it_pushes_a_short_address_when_filtered_in_place(cast, cases, as_person):
    response = as_person(cast.investigator).get("/cases/?q=&state=open&tag=", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/cases/?state=open"
