"""Cases and what hangs on them through the API: the same acts, the same rules, strict input."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.cases import actions
from casework.cases.models import Case

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def client(cast, as_person):
    return as_person(cast.investigator)


def post(client, path, data):
    return client.post(f"{API}{path}", data, content_type="application/json")


def patch(client, path, data):
    return client.patch(f"{API}{path}", data, content_type="application/json")


def test_it_opens_a_case(cast, client):
    data = {
        "title": "Shot", "learned_from": "media", "team": str(cast.team.pk), "occurred": "2024-10", "region": "UA-14",
        "tags": ["Group execution"],
    }  # fmt: skip
    response = post(client, "/cases/", data)
    body = response.json()
    assert response.status_code == 201, body
    assert body["occurred"] == {"earliest": "2024-10-01", "latest": "2024-10-31", "text": "October 2024"}
    assert (body["state"], body["lead"], body["tags"]) == ("open", str(cast.investigator.pk), ["Group execution"])
    assert body["available_actions"] == ["close"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"state": "closed"}, "state"),
        ({"reference": "C-1"}, "reference"),
        ({"created_by": "x"}, "created_by"),
        ({"path": "../etc"}, "path"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": ["a"]}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"occurred": "0000"}, "occurred"),
        ({"occurred": {"earliest": "2024-01-01"}}, "occurred"),
        ({"latitude": "1e400", "longitude": "0"}, "latitude"),
        ({"latitude": "NaN", "longitude": "0"}, "latitude"),
        ({"uncertainty": 10**30}, "uncertainty"),
        ({"region": "XX"}, "region"),
        ({"region": ["UA-14"]}, "region"),
        ({"region": "a\u0000"}, "region"),
        ({"tags": "Group execution"}, "tags"),
        ({"tags": ["No such tag"]}, "tags"),
        ({"country": "XX"}, "country"),
    ],
)
def test_it_names_the_field_at_fault(client, case, data, field):
    response = patch(client, f"/cases/{case.pk}/", data)
    assert response.status_code == 400, response.content
    assert field in response.json()["fields"]


@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, '{"title": "a", "title": "b"}', '{"uncertainty": 1e400}', '{"uncertainty": NaN}', "[]", '"x"',
     '{"title": "\\ud800"}', b"\xff\xfe".decode("latin-1")],
)  # fmt: skip
def test_it_refuses_what_is_no_plain_json_object(client, case, body):
    response = client.patch(f"{API}/cases/{case.pk}/", body.encode("latin-1"), content_type="application/json")
    assert response.status_code == 400, response.content
    case.refresh_from_db()
    assert case.title == "Captured soldiers shot"


def test_it_refuses_a_hidden_team_or_case_like_one_that_does_not_exist(cast, client, as_person, sensitive_case):
    absent = "00000000-0000-4000-8000-000000000000"
    answers = [
        post(client, "/cases/", {"title": "x", "learned_from": "media", "team": team})
        for team in (str(cast.other_team.pk), absent)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["fields"] == answers[1].json()["fields"]
    colleague = as_person(cast.colleague)
    answers = [post(colleague, "/victims/", {"case": case}) for case in (str(sensitive_case.pk), absent)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["fields"] == answers[1].json()["fields"]
    answers = [patch(colleague, f"/cases/{case}/", {}) for case in (sensitive_case.pk, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_it_refuses_readers_and_stale_versions(cast, client, as_person, case):
    assert patch(as_person(cast.viewer), f"/cases/{case.pk}/", {"title": "No"}).status_code == 403
    seen = client.get(f"{API}/cases/{case.pk}/").json()["updated_at"]
    assert patch(client, f"/cases/{case.pk}/", {"title": "One", "expected_updated_at": seen}).status_code == 200
    stale = patch(client, f"/cases/{case.pk}/", {"title": "Two", "expected_updated_at": seen})
    assert (stale.status_code, stale.json()["type"]) == (409, "stale_edit")


def test_it_closes_and_reopens(client, case):
    assert post(client, f"/cases/{case.pk}/close/", {}).status_code == 400
    closed = post(client, f"/cases/{case.pk}/close/", {"reason": "Referred"}).json()
    assert (closed["state"], closed["available_actions"]) == ("closed", ["reopen"])
    assert post(client, f"/cases/{case.pk}/close/", {"reason": "Again"}).status_code == 409
    assert patch(client, f"/cases/{case.pk}/", {"title": "No"}).status_code == 409
    assert post(client, f"/cases/{case.pk}/reopen/", {"reason": "More"}).json()["state"] == "open"


def test_it_keeps_people_notes_moments_and_tasks(client, case):
    key = str(case.pk)
    victim = post(client, "/victims/", {"case": key, "kind": "group", "at_least": 2, "at_most": 3}).json()
    changed = patch(
        client,
        f"/victims/{victim['id']}/",
        {"status_at_death": "captured", "expected_updated_at": victim["updated_at"]},
    )
    assert changed.json()["status_at_death"] == "captured"
    bad = patch(client, f"/victims/{victim['id']}/", {"at_least": 9})
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["at_most"])
    assert patch(client, f"/victims/{victim['id']}/", {"case": key}).json()["fields"] == {
        "case": ["There is no such field."]
    }
    found = post(client, "/perpetrators/", {"case": key, "kind": "person", "involvement": "ordered", "basis": "x"})
    assert found.status_code == 201
    note = post(client, "/notes/", {"case": key, "text": "Six"}).json()
    assert post(client, "/notes/", {"case": key, "text": "Five", "corrects": note["id"]}).status_code == 201
    assert client.patch(f"{API}/notes/{note['id']}/", "{}", content_type="application/json").status_code == 405
    moment = post(client, "/moments/", {"case": key, "kind": "shot"}).json()
    assert post(client, "/moments/", {"case": key, "kind": "captured", "position": 1}).json()["position"] == 1
    assert client.get(f"{API}/moments/{moment['id']}/").json()["position"] == 2
    task = post(client, "/tasks/", {"case": key, "title": "Ask", "due_on": "2025-03-01"}).json()
    assert (task["overdue"], task["available_actions"]) == (True, ["complete"])
    assert post(client, f"/tasks/{task['id']}/complete/", {}).json()["state"] == "done"
    assert post(client, f"/victims/{victim['id']}/remove/", {"reason": "Twice"}).status_code == 204
    for name, rows in (("victims", 0), ("perpetrators", 1), ("notes", 2), ("moments", 2), ("tasks", 1)):
        assert len(client.get(f"{API}/{name}/?case={key}").json()["results"]) == rows, name


@pytest.mark.parametrize("name", ["cases", "victims", "perpetrators", "moments", "notes", "tasks"])
def test_it_lists_nothing_to_strangers_and_refuses_unknown_parameters(cast, as_person, case, name):
    actions.add_victim(case, actor=cast.investigator)
    actions.add_note(case, actor=cast.investigator, text="x")
    outsider = as_person(cast.outsider)
    assert outsider.get(f"{API}/{name}/").json()["results"] == []
    for query in ("name=x", "case__title=x", "ordering=title", "surname=K"):
        assert outsider.get(f"{API}/{name}/?{query}").status_code == 400


def test_it_assigns_people_of_the_team(cast, client, case):
    response = post(client, f"/cases/{case.pk}/assign/", {"user": str(cast.colleague.pk), "part": "lead"})
    assert response.json()["lead"] == str(cast.colleague.pk)
    assert post(client, f"/cases/{case.pk}/assign/", {"user": str(cast.outsider.pk)}).status_code == 400


def test_it_lists_with_at_most_six_queries(cast, client, case):
    client.get(f"{API}/cases/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{API}/cases/").status_code == 200
        counts.append(len(queries))
        for number in range(10):
            actions.create_case(actor=cast.investigator, team=cast.team, title=f"More {number}", learned_from="media")
    assert counts[0] == counts[1] <= 6, [query["sql"] for query in queries]


def test_it_filters_like_the_page(cast, client, case):
    other = actions.create_case(
        actor=cast.investigator, team=cast.team, title="Other", learned_from="media", priority="urgent"
    )
    body = client.get(f"{API}/cases/?priority=urgent&only=mine").json()
    assert [row["id"] for row in body["results"]] == [str(other.pk)]
    assert json.dumps(body).count(case.reference) == 0
    assert Case.objects.count() == 2
