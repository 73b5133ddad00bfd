"""The API of evidence: explicit input, streamed files, nothing of what is hidden."""

from __future__ import annotations

import hashlib
import io
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.cases.models import Case
from casework.core.errors import StorageFull
from casework.evidence import store
from casework.evidence.actions import link_item, register_item
from casework.evidence.models import EvidenceFile, Item, Source
from tests.evidence.conftest import upload
from tests.factories import CaseFactory, ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
OCTETS = "application/octet-stream"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return signed_in(cast.investigator)


def post(client: Client, path: str, data: Any) -> Any:
    return client.post(f"/api/v1/{path}", data, content_type="application/json")


def send(client: Client, item: Item, data: bytes, **headers: str) -> Any:
    given = {"X-Filename": "video.mp4"} | {name.replace("_", "-"): value for name, value in headers.items()}
    # The test client leaves out length and type of an empty body; a real client does not.
    extra = {"CONTENT_LENGTH": str(len(data)), "CONTENT_TYPE": OCTETS}
    return client.generic("POST", f"/api/v1/evidence/{item.pk}/files/", data, headers=given, **extra)


def new_item(cast: SimpleNamespace, **values: Any) -> dict[str, Any]:
    return {"team": str(cast.team.pk), "kind": "document", "title": "A page"} | values


def test_it_registers_links_and_shows(office: Client, cast: SimpleNamespace, case: Case) -> None:
    source = SourceFactory(team=cast.team)
    given = new_item(
        cast, kind="post", post={"platform": "telegram", "url": "https://t.example/1", "text": "Слова"},
        source=str(source.pk), recorded="2024-10", case=str(case.pk), establishes=["order"], graphic=0,
    )  # fmt: skip
    response = post(office, "evidence/", given)
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["post"]["text"] == "Слова"
    assert body["recorded"]["earliest"] == "2024-10-01"
    assert body["links"][0]["case"] == str(case.pk)
    assert body["video"] is None
    assert office.get(f"/api/v1/evidence/{body['id']}/").json() == body
    assert [row["id"] for row in office.get("/api/v1/evidence/?kind=post").json()["results"]] == [body["id"]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"state": "open"}, "state"),
        ({"registered_by": "x"}, "registered_by"),
        ({"reference": "E-1"}, "reference"),
        ({"title": "a\0b"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "hologram"}, "kind"),
        ({"graphic": 10**30}, "graphic"),
        ({"recorded": "0000-00"}, "recorded"),
        ({"published_at": "99999-01-01T00:00:00Z"}, "published_at"),
        ({"post": {"platform": "x", "url": "https://t.example"}}, "post"),
        ({"kind": "video", "video": {"duration": 5}}, "video.duration"),
        ({"kind": "post", "post": {"platform": "x", "url": "javascript:alert(1)"}}, "post.url"),
        ({"kind": "post"}, "url"),
        ({"caveat_recipients": ["x"]}, "caveat_recipients.0"),
    ],
)
def test_it_names_the_field_at_fault(office: Client, cast: SimpleNamespace, values: dict[str, Any], field: str) -> None:
    response = post(office, "evidence/", new_item(cast, **values))
    assert response.status_code == 400
    assert field in response.json()["fields"]
    assert not Item.objects.exists()


def test_it_answers_for_hidden_as_for_nothing(office: Client, cast: SimpleNamespace) -> None:
    hidden = {"case": CaseFactory(team=cast.other_team).pk, "source": SourceFactory(team=cast.other_team).pk}
    for name, key in hidden.items():
        answers = [
            post(office, "evidence/", new_item(cast, **{name: str(pk), "establishes": ["act"]}))
            for pk in (key, "00000000-0000-4000-8000-000000000000")
        ]
        assert {answer.status_code for answer in answers} == {400}
        assert answers[0].json()["fields"] == answers[1].json()["fields"]
    foreign = ItemFactory(team=cast.other_team)
    assert office.get(f"/api/v1/evidence/{foreign.pk}/").status_code == 404
    assert send(office, foreign, b"x").status_code == 404


def test_it_streams_a_file_into_the_store(office: Client, cast: SimpleNamespace) -> None:
    item, data = ItemFactory(team=cast.team), b"\0\0\0\x18ftypmp42" + b"v" * 3_000_000
    digest = hashlib.sha256(data).hexdigest()
    headers = {"X-Content-SHA256": digest, "X-Filename": "%D0%B2%D1%96%D0%B4%D0%B5%D0%BE.mp4"}
    response = send(office, item, data, **headers)
    assert response.status_code == 201, response.content
    assert response.json()["sha256"] == digest
    assert response.json()["name"] == "відео.mp4"
    assert store.check(digest) == store.CheckResult.OK
    assert item.custody.get().act == "file_added"
    assert list(store.originals().incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"", {}, 422),
        (b"x", {"X-Content-SHA256": "0" * 64}, 400),
        (b"x", {"X-Content-SHA256": "zz"}, 400),
        (b"x", {"X-Filename": ""}, 400),
        (b"x", {"X-Filename": "%ff%fe"}, 400),
        (b"x", {"X-Filename": "a%00b"}, 400),
    ],
)
def test_it_refuses_a_bad_file_and_keeps_nothing(
    office: Client, cast: SimpleNamespace, data: bytes, headers: dict[str, str], status: int
) -> None:
    item = ItemFactory(team=cast.team)
    assert send(office, item, data, **headers).status_code == status
    assert not EvidenceFile.objects.exists()
    assert list(store.iterate()) == []


def test_it_refuses_more_than_the_limit_and_a_full_disk(office: Client, cast: SimpleNamespace, settings: Any) -> None:
    item = ItemFactory(team=cast.team)
    settings.CASEWORK_MAX_UPLOAD = 1000
    assert send(office, item, b"x" * 1001).status_code == 413
    with patch.object(store.Incoming, "write", side_effect=StorageFull("full")):
        assert send(office, item, b"x" * 10).status_code == 507
    assert office.post(f"/api/v1/evidence/{item.pk}/files/", {"a": "b"}).status_code == 415
    assert not EvidenceFile.objects.exists()


def test_it_refuses_a_body_shorter_than_announced(office: Client, cast: SimpleNamespace) -> None:
    item = ItemFactory(team=cast.team)
    response = office.generic(
        "POST",
        f"/api/v1/evidence/{item.pk}/files/",
        headers={"X-Filename": "a"},
        **{"CONTENT_LENGTH": "50", "CONTENT_TYPE": OCTETS, "wsgi.input": io.BytesIO(b"short")},
    )
    assert response.status_code == 400
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "reviewer", "referral_officer"])
def test_it_lets_readers_read_and_no_more(cast: SimpleNamespace, item: Item, who: str) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get(f"/api/v1/evidence/{item.pk}/").status_code == 200
    assert send(client, item, b"x").status_code == 403
    changed = client.patch(f"/api/v1/evidence/{item.pk}/", {"title": "x"}, content_type="application/json")
    assert changed.status_code == 403
    assert post(client, "evidence/", new_item(cast)).status_code == 403


def test_it_changes_with_the_version_and_keeps_the_rest(office: Client, item: Item) -> None:
    path = f"/api/v1/evidence/{item.pk}/"
    seen = office.get(path).json()["updated_at"]
    given = {"title": "Another", "expected_updated_at": seen}
    assert office.patch(path, given, content_type="application/json").json()["title"] == "Another"
    assert office.patch(path, given, content_type="application/json").status_code == 409


def test_it_keeps_people_out_of_lists_and_from_the_unnamed(cast: SimpleNamespace, case: Case) -> None:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="unit_report", title="Report", case=case, establishes=["act"],
        details={"unit": "A unit", "author": "CANARY"},
    )  # fmt: skip
    path = f"/api/v1/evidence/{item.pk}/"
    assert signed_in(cast.investigator).get(path).json()["unit_report"]["author"] == "CANARY"
    for user in (cast.investigator, cast.colleague, cast.reviewer):
        assert b"CANARY" not in signed_in(user).get("/api/v1/evidence/").content
    assert b"CANARY" not in signed_in(cast.colleague).get(path).content
    changed = signed_in(cast.colleague).patch(path, {"unit_report": {"author": "x"}}, content_type="application/json")
    assert changed.status_code == 403


def test_it_tells_nothing_of_links_to_hidden_cases(cast: SimpleNamespace, item: Item, case: Case) -> None:
    secret = CaseFactory(team=cast.team, sensitive=True, lead=cast.colleague)
    link_item(item, actor=cast.colleague, case=secret, establishes=["act"])
    seen = signed_in(cast.investigator).get(f"/api/v1/evidence/{item.pk}/").json()["links"]
    assert [link["case"] for link in seen] == [str(case.pk)]
    links = signed_in(cast.investigator).get("/api/v1/evidence-links/").json()["results"]
    assert str(secret.pk) not in str(links)


def test_it_links_and_unlinks(office: Client, cast: SimpleNamespace, item: Item) -> None:
    second = CaseFactory(team=cast.team)
    given = {"item": str(item.pk), "case": str(second.pk), "establishes": ["place", "act"]}
    made = post(office, "evidence-links/", given)
    assert made.status_code == 201
    assert made.json()["establishes"] == ["act", "place"]
    assert post(office, "evidence-links/", given).status_code == 409
    removed = post(office, f"evidence-links/{made.json()['id']}/remove/", {"reason": "Elsewhere"})
    assert removed.status_code == 204
    assert item.links.present().count() == 1


def test_it_keeps_sources_to_their_teams(office: Client, cast: SimpleNamespace) -> None:
    made = post(office, "sources/", {"team": str(cast.team.pk), "kind": "witness", "name": "W"})
    assert made.status_code == 201
    path = f"sources/{made.json()['id']}/"
    rated = post(office, f"{path}rate/", {"reliability": "B", "reason": "Held up"})
    assert rated.json()["reliability"] == "B"
    assert rated.json()["ratings"][0]["reason"] == "Held up"
    changed = office.patch(f"/api/v1/{path}", {"note": "n"}, content_type="application/json")
    assert changed.json()["note"] == "n"
    outsider = signed_in(cast.outsider)
    assert outsider.get(f"/api/v1/{path}").status_code == 404
    assert outsider.get("/api/v1/sources/").json()["results"] == []
    assert Source.objects.get().ratings.count() == 1


def test_it_releases_a_caveat_in_writing(office: Client, item: Item) -> None:
    given = {"caveat": "any_recipient", "released_by": "Head of service", "released_on": "2024-12-01", "terms": "Free"}
    answer = post(office, f"evidence/{item.pk}/release/", given)
    assert answer.status_code == 200
    assert answer.json()["caveat"] == "any_recipient"
    assert post(office, f"evidence/{item.pk}/release/", given).status_code == 400


def test_it_asks_the_same_number_of_questions_for_any_number_of_rows(
    office: Client, cast: SimpleNamespace, case: Case
) -> None:
    def fill(count: int) -> int:
        for number in range(count):
            register_item(
                actor=cast.investigator, team=cast.team, kind="testimony", title="Interview", case=case,
                establishes=["act"], details={"pseudonym": f"W {count} {number}", "consent": "Court"},
                files=[upload(f"{count} {number}".encode())],
            )  # fmt: skip
        office.get("/api/v1/evidence/")
        with CaptureQueriesContext(connection) as found:
            assert office.get("/api/v1/evidence/").status_code == 200
        return len(found)

    assert fill(1) == fill(9)
