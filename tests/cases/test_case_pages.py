"""The pages of a case: opening it, its facts, its people, and what they refuse."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.cases import actions
from casework.cases.models import Case, Region, Victim
from casework.core.dates import parse_range

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>{{7*7}}{% now %}\u202egnp.exe\u200b"


def new_case(**values):
    return {"title": "Captured soldiers shot", "learned_from": "witness", **values}


def url(name, row, *more):
    return reverse(f"cases:{name}", args=[row.pk, *more])


def version(response):
    return response.context["form"]["expected_updated_at"].value()


def test_it_opens_a_case_from_one_short_form(cast, as_person):
    data = new_case(occurred="2024-10", region="UA-14", settlement="Pokrovsk", sensitive="on")
    response = as_person(cast.investigator).post("/cases/new/", data)
    case = Case.objects.get()
    assert response.url == url("detail", case)
    assert (case.team, case.sensitive, str(case.occurred)) == (cast.team, True, "October 2024")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("occurred", "0000-01"),
        ("occurred", "2024-02-30"),
        ("occurred", "2025-02 to 2024-01"),
        ("occurred", "9" * 500),
        ("region", "XX-1"),
        ("learned_from", ""),
        ("learned_from", "dream"),
        ("settlement", "x" * 81),
    ],
)
def test_it_names_the_field_keeps_what_was_typed_and_writes_nothing(cast, as_person, field, value):
    response = as_person(cast.investigator).post("/cases/new/", new_case(settlement="Kept here") | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    if field != "settlement":
        assert "Kept here" in response.content.decode()
    assert not Case.objects.exists()


def test_it_shows_possible_duplicates_first_and_saves_anyway_when_asked(cast, case, as_person):
    actions.change_case(
        case, actor=cast.investigator, region=Region.objects.get(pk="UA-14"), settlement="Pokrovsk",
        occurred=parse_range("2025-01-28 to 2025-01-31"),
    )  # fmt: skip
    client = as_person(cast.colleague)
    data = new_case(title="Another telling", region="UA-14", settlement="pokrovsk", occurred="2025-01-30")
    response = client.post("/cases/new/", data)
    page = response.content.decode()
    assert response.status_code == 200
    assert case.reference in page
    assert "the same town or village" in page
    assert 'value="Another telling"' in page
    assert Case.objects.count() == 1
    assert client.post("/cases/new/", {**data, "save_anyway": "1"}).status_code == 302
    assert Case.objects.count() == 2


def test_it_warns_of_no_case_that_is_hidden(cast, sensitive_case, as_person):
    actions.change_case(sensitive_case, actor=cast.investigator, settlement="Pokrovsk")
    response = as_person(cast.colleague).post("/cases/new/", new_case(settlement="Pokrovsk"))
    assert response.status_code == 302


def test_it_shows_hostile_text_as_text(cast, as_person):
    case = actions.create_case(
        actor=cast.investigator, team=cast.team, title=HOSTILE, summary=HOSTILE, settlement=HOSTILE[:80],
        place_note=HOSTILE, learned_from="witness",
    )  # fmt: skip
    assert Case.objects.get(pk=case.pk).title == HOSTILE, "stored as given"
    person = actions.add_victim(case, actor=cast.investigator, surname=HOSTILE[:80], note=HOSTILE)
    actions.add_perpetrator(
        case, actor=cast.investigator, kind="person", name=HOSTILE, basis=HOSTILE, involvement="ordered"
    )
    actions.add_moment(case, actor=cast.investigator, kind="shot", at=HOSTILE[:60], note=HOSTILE)
    actions.add_note(case, actor=cast.investigator, text=HOSTILE)
    actions.add_task(case, actor=cast.investigator, title=HOSTILE)
    client = as_person(cast.investigator)
    pages = ["/cases/", *(url(name, case) for name in ("detail", "people", "timeline", "notes", "close"))]
    for address in [*pages, url("change", case, "what"), url("victim_change", person)]:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "{{7*7}}" in page or "notes" in address
        shown = re.sub(r"<(?:input|textarea)[^>]*>[^<]*", "", page)
        assert "\u202e" not in shown, address
    assert "U+202E" in client.get(url("detail", case)).content.decode()


def test_it_keeps_what_was_typed_when_somebody_else_saved_first(cast, case, as_person):
    client = as_person(cast.investigator)
    address = url("change", case, "what")
    seen = version(client.get(address))
    actions.change_case(case, actor=cast.colleague, title="Saved by the colleague")
    response = client.post(address, {"title": "Typed by me", "summary": "", "expected_updated_at": seen})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Kost Colleague" in page
    assert "Saved by the colleague" in page
    assert 'value="Typed by me"' in page
    fresh = response.context["form"].data["expected_updated_at"]
    again = client.post(address, {"title": "Typed by me", "summary": "", "expected_updated_at": fresh})
    assert again.status_code == 302
    case.refresh_from_db()
    assert case.title == "Typed by me"


@pytest.mark.parametrize("group", ["what", "when", "where", "parties", "handling"])
def test_it_saves_each_group_as_it_was_shown(cast, case, as_person, group):
    client = as_person(cast.investigator)
    form = client.get(url("change", case, group)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    assert client.post(url("change", case, group), data).status_code == 302
    before = case.updated_at
    case.refresh_from_db()
    assert case.updated_at == before, "nothing was changed"


def test_it_knows_no_other_group(cast, case, as_person):
    assert as_person(cast.investigator).get(url("change", case, "state")).status_code == 404


@pytest.mark.parametrize("name", ["close", "victim_add", "perpetrator_add", "moment_add", "task_add", "assign"])
def test_its_writing_pages_are_forbidden_to_readers_and_unknown_to_strangers(cast, case, as_person, name):
    assert as_person(cast.viewer).get(url(name, case)).status_code == 403
    assert as_person(cast.outsider).get(url(name, case)).status_code == 404
    assert as_person(cast.administrator).get(url(name, case)).status_code == 404


@pytest.mark.parametrize("name", ["detail", "people", "timeline", "notes"])
def test_it_answers_alike_for_hidden_and_nonexistent(cast, sensitive_case, as_person, name):
    client = as_person(cast.colleague)
    hidden = client.get(url(name, sensitive_case))
    absent = client.get(reverse(f"cases:{name}", args=["00000000-0000-4000-8000-000000000000"]))
    assert hidden.status_code == absent.status_code == 404
    strip = re.compile(rb"[0-9a-f]{32}|csrf[^>]*|[A-Za-z0-9]{64}|/cases/[^\"]*")
    assert strip.sub(b"", hidden.content) == strip.sub(b"", absent.content)


def test_it_adds_a_victim_and_shows_the_embargo(cast, case, as_person):
    client = as_person(cast.investigator)
    form = client.get(url("victim_add", case)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    response = client.post(url("victim_add", case), {**data, "surname": "Kovalenko", "born": "1990"})
    assert response.status_code == 302
    assert "Name under embargo" in client.get(url("people", case)).content.decode()
    bad = client.post(url("victim_add", case), {**data, "kind": "group", "at_least": "5", "at_most": "2"})
    assert bad.status_code == 422
    assert "at_most" in bad.context["form"].errors
    assert Victim.objects.count() == 1


def test_it_closes_with_a_reason_and_offers_to_reopen(cast, case, as_person):
    client = as_person(cast.investigator)
    assert client.post(url("close", case), {"reason": ""}).status_code == 422
    assert client.post(url("close", case), {"reason": "Referred"}).status_code == 302
    page = client.get(url("detail", case)).content.decode()
    assert "Reopen case" in page
    assert "Change<" not in page
    assert client.post(url("close", case), {"reason": "Again"}).status_code == 409


def test_it_finishes_tasks_in_place_and_without_javascript(cast, case, as_person):
    client = as_person(cast.investigator)
    task = actions.add_task(case, actor=cast.investigator, title="Ask the brigade")
    assert client.get(url("task_complete", task)).status_code == 405
    part = client.post(url("task_complete", task), headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"Reopen" in part.content
    assert client.post(url("task_reopen", task)).status_code == 302


def test_it_asks_the_database_the_same_number_of_times_however_much_hangs_on_the_case(cast, case, as_person):
    client = as_person(cast.investigator)
    client.get(url("detail", case))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("detail", case)).status_code == 200
        counts.append([query["sql"] for query in queries])
        for number in range(4):
            actions.add_victim(case, actor=cast.investigator, surname=f"Name {number}")
            actions.add_task(case, actor=cast.investigator, title=f"Task {number}", assignee=cast.colleague)
            actions.add_note(case, actor=cast.investigator, text=f"Note {number}")
            actions.add_moment(case, actor=cast.investigator, kind="moved")
        actions.assign_person(case, actor=cast.investigator, user=cast.colleague)
    assert len(counts[0]) == len(counts[1])
    rooms_above = ("evidence_", "findings_", "referrals_")
    own = [sql for sql in counts[1] if not any(f'FROM "{name}' in sql for name in rooms_above)]
    assert len(own) <= 10, "\n".join(own)
