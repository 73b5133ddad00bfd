"""Bad input to every address of the API that takes a body: a refusal that names the field, and nothing written."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from casework.findings.models import Finding
from tests.api.endpoints import ACTS, ALL, CHANGE, CREATE, LONG_AGO, Endpoint

pytestmark = pytest.mark.django_db
REFUSED_FIELDS = ("state", "path", "owner", "id", "created_by", "approved_by", "__class__", "a.b", "case__team")
NOT_OBJECTS = (b"[]", b"[{}]", b'"x"', b"7", b"null", b"true")
ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def refuses(own, send, rows):
    """Send one body after another; whatever is not refused as it should be is a line of the failure's text."""
    wrong: list[str] = []
    asked: set[str] = set()

    def ask(endpoint: Endpoint, what: Any, body: Any, field: str = "", status: int = 400, **extra: Any) -> Any:
        asked.add(endpoint.name)
        answer = send(endpoint, own, body, **extra)
        case = f"{endpoint.name} {what!r:.60}"
        if answer.status_code != status:
            wrong.append(f"{case}: {answer.status_code}, expected {status}: {answer.content[:160]!r}")
        elif status < 500 and not {"type", "title", "detail", "fields", "request_id"} <= set(answer.json()):
            wrong.append(f"{case}: not the shape of an error: {answer.content[:160]!r}")
        elif field and field not in answer.json()["fields"]:
            wrong.append(f"{case}: names {sorted(answer.json()['fields'])}, not {field}")
        return answer

    before = rows()
    yield ask
    # A table of endpoints that lost its texts, numbers or days would ask nothing and look well.
    assert len(asked) > 1
    assert not wrong, "\n".join(wrong)
    assert rows() == before


def share(things: Iterable[Any], turn: int, parts: int = 4) -> list[Any]:
    """Every fourth of the things, beginning at another one each turn: all are tried, each in several places."""
    return list(things)[turn % parts :: parts]


def raw(field: str) -> Iterable[tuple[str, bytes, str]]:
    """Bodies that are no plain JSON, with the field that the answer has to name, if any."""
    place = json.dumps(field).encode()
    yield "deep list", b'{"x": ' + b"[" * 100_000, ""
    yield "deep object", b'{"x":' * 100_000 + b"1" + b"}" * 100_000, ""
    yield "duplicate", b"{%b: 1, %b: 2}" % (place, place), field
    yield "1e400", b"{%b: 1e400}" % place, field
    yield "NaN", b"{%b: NaN}" % place, field
    yield "-Infinity", b"{%b: -Infinity}" % place, field
    yield "long integer", b"{%b: %b}" % (place, b"9" * 5000), field
    yield "NUL", b'{%b: "a\\u0000b"}' % place, field
    yield "NUL in a name", b'{"a\\u0000b": 1}', ""
    yield "lone surrogate", b'{%b: "\\ud800"}' % place, field
    yield "nested surrogate", b'{%b: [{"a": "\\udfff"}]}' % place, f"{field}.0.a"
    yield "invalid UTF-8", b'{%b: "\xff\xfe"}' % place, ""
    yield "UTF-16", '{"a": "b"}'.encode("utf-16"), ""
    yield "cut", b"{%b: " % place, ""
    yield "two values", b"{} {}", ""


@pytest.mark.long
def test_it_refuses_what_is_no_plain_json_object(refuses):
    for turn, endpoint in enumerate(ALL):
        for what, body, field in share(raw(endpoint.text or "reason"), turn):
            refuses(endpoint, what, body, field)
        for body in share(NOT_OBJECTS, turn, 3):
            refuses(endpoint, body, body)


@pytest.mark.long
def test_it_refuses_fields_that_nobody_may_write(refuses, own):
    unnamed = []
    for endpoint in ALL:
        answer = refuses(endpoint, "extra fields", {**endpoint.body(own), **dict.fromkeys(REFUSED_FIELDS, "x")})
        named = answer.json()["fields"]
        unnamed += [f"{endpoint.name} {name!r}" for name in REFUSED_FIELDS if name not in named]
        refuses(endpoint, "state", {**endpoint.body(own), "state": "approved"}, "state")
    assert not unnamed, "\n".join(unnamed)


@pytest.mark.long
def test_it_refuses_text_of_the_wrong_size_or_kind(refuses, own):
    for endpoint in (each for each in ALL if each.text):
        for bad in ("x" * 100_000, ["a"], {"a": 1}):
            refuses(endpoint, (endpoint.text, bad), {**endpoint.body(own), endpoint.text: bad}, endpoint.text)


# What is no whole number, and a moment of a recording all the same.
WHOLE = ((), (1.5, "1e5"))


@pytest.mark.long
def test_it_refuses_numbers_out_of_range(refuses, own):
    for endpoint in (each for each in ALL if each.number):
        for bad in (10**18, 2**63, -(2**31) - 1, -1, "1" * 900, "1,5", [], {}, "NaN", *WHOLE[not endpoint.fractions]):
            refuses(endpoint, (endpoint.number, bad), {**endpoint.body(own), endpoint.number: bad}, endpoint.number)


@pytest.mark.long
def test_it_refuses_days_that_do_not_exist_or_cannot_be_kept(refuses, own):
    days = ("0000-01-01", "0000", "10000-01-01", "99999999", "2024-02-30", "2024-13", "-2024", "today", 20241001,
            {"earliest": "2024-01-01"}, ["2024-01-01"], "9" * 5000, "2024-10-01\n2024")  # fmt: skip
    for endpoint in (each for each in ALL if each.day):
        for bad in days:
            refuses(endpoint, (endpoint.day, bad), {**endpoint.body(own), endpoint.day: bad}, endpoint.day)


def test_it_refuses_what_is_hidden_like_what_does_not_exist(other, own, refuses):
    different = []
    for endpoint in (each for each in ALL if each.reference):
        hidden, answers = str(getattr(other, endpoint.foreign).pk), {}
        for bad in (ABSENT, hidden, str(uuid.uuid4()), "1", 7, "' OR 1=1 --", "x" * 5000, {"pk": hidden}):
            sent = {**endpoint.body(own), endpoint.reference: [bad] if endpoint.many else bad}
            body = refuses(endpoint, (endpoint.reference, bad), sent).json()
            answers[str(bad)] = {**body, "request_id": ""}
        if not any(name.startswith(endpoint.reference) for name in answers[ABSENT].get("fields", {})):
            different.append(f"{endpoint.name}: {answers[ABSENT]}")
        different += [f"{endpoint.name} {bad:.40}" for bad, body in answers.items() if body != answers[ABSENT]]
    assert not different, "\n".join(different)


def test_it_answers_for_a_hidden_object_as_for_one_that_does_not_exist(own, other, send, rows):
    before, different = rows(), []
    for endpoint in (each for each in ALL if "{" in each.path and "issuer" not in each.path):
        place = endpoint.path.partition("{")[2].partition("}")[0]
        nowhere = SimpleNamespace(**{**vars(other), place: SimpleNamespace(pk=ABSENT)})
        for body in ({}, endpoint.body(own)):
            hidden, absent = send(endpoint, other, body), send(endpoint, nowhere, body)
            same = {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
            if not hidden.status_code == absent.status_code == 404 or not same:
                different.append(f"{endpoint.name}: {hidden.status_code} {hidden.content!r} / {absent.content!r}")
    assert not different, "\n".join(different)
    assert rows() == before


@pytest.mark.long
def test_it_refuses_other_encodings_types_and_methods(refuses, own, person):
    bomb = b"\x1f\x8b\x08\x00" + b"\x00" * 1000
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/json; charset=utf-16", "application/xml")  # fmt: skip
    for turn, endpoint in enumerate(ALL):
        body = json.dumps(endpoint.body(own)).encode()
        for coding in share(("gzip", "br", "deflate, gzip", "nonsense"), turn, 3):
            refuses(endpoint, coding, bomb, status=415, HTTP_CONTENT_ENCODING=coding)
        for kind in share(kinds, turn):
            refuses(endpoint, kind, body, status=415, content_type=kind)
        if turn % 4 == 0:
            refuses(endpoint, "large", body[:-1] + b', "x": "' + b"x" * 1024 * 1024 + b'"}', status=413)


@pytest.mark.long
def test_it_does_not_let_a_header_or_parameter_change_the_method(own, person, rows):
    before, wrong = rows(), []
    for endpoint in CREATE + CHANGE + ACTS[::3]:
        client, url = person(endpoint.who), endpoint.url(own)
        override = {"HTTP_X_HTTP_METHOD_OVERRIDE": endpoint.verb.upper(), "HTTP_X_METHOD_OVERRIDE": "DELETE"}
        answers = {
            "override": client.get(url, **override), "_method": client.get(f"{url}?_method=DELETE"),
            "put": client.put(url), "delete": client.delete(url), "trace": client.trace(url),
        }  # fmt: skip
        for how, answer in answers.items():
            good = {"override": (200, 405), "_method": (400, 405)}.get(how, (405,))
            if answer.status_code not in good:
                wrong.append(f"{endpoint.name} {how}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert rows() == before


def test_it_refuses_a_session_without_its_csrf_token(refuses, own, person):
    for turn, endpoint in enumerate(ALL):
        person(endpoint.who).handler.enforce_csrf_checks = True
        for extra in share(({}, {"HTTP_X_CSRFTOKEN": "x" * 32}, {"HTTP_ORIGIN": "https://elsewhere.example"}), turn, 3):
            refuses(endpoint, extra, endpoint.body(own), status=403, **extra)


def test_it_refuses_a_change_of_a_version_that_is_gone(refuses, own):
    for endpoint in CHANGE:
        stale = {**endpoint.body(own), "expected_updated_at": LONG_AGO.isoformat()}
        answer = refuses(endpoint, "stale", stale, status=409)
        assert answer.json()["type"] == "stale_edit"
        for bad in ("yesterday", "0000-01-01T00:00:00Z", 5, "2024-01-01T00:00:00Z" * 50):
            refuses(endpoint, bad, {**endpoint.body(own), "expected_updated_at": bad}, "expected_updated_at")


@pytest.mark.parametrize("endpoints", [CREATE, CHANGE], ids=["create", "change"])
def test_it_accepts_the_same_bodies_when_nothing_is_wrong_with_them(endpoints, own, send):
    Finding.objects.filter(pk=own.finding.pk).update(state="withdrawn")
    wrong = []
    for endpoint in endpoints:
        answer = send(endpoint, own, endpoint.body(own))
        if answer.status_code != (201 if endpoint.verb == "post" else 200):
            wrong.append(f"{endpoint.name}: {answer.status_code} {answer.content[:200]!r}")
    assert not wrong, "\n".join(wrong)


TWICE = [each for each in ACTS if each.path.split("/")[-2] in ("close", "remove", "complete", "withdraw", "return")]


def test_it_does_an_act_once_when_it_is_sent_twice(own, send, rows):
    wrong = []
    for endpoint in reversed(TWICE):
        first, between = send(endpoint, own, endpoint.body(own)), rows()
        second = send(endpoint, own, endpoint.body(own))
        if first.status_code not in (200, 204, 409) or second.status_code not in (404, 409) or rows() != between:
            wrong.append(f"{endpoint.name}: {first.status_code} {first.content[:150]!r}, then {second.status_code}")
    assert not wrong, "\n".join(wrong)
