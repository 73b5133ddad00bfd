"""The API driven from its own document: whatever the schema allows, or forbids, no address breaks."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET

from tests.access import walking, world
from tests.factories import ItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.long]
EXAMPLES = 2
JSON = "application/json"
# The first part of an address, and the object of the world whose id belongs in it.
OBJECTS = {
    "cases": "case", "victims": "victim", "perpetrators": "perpetrator", "moments": "moment", "notes": "note",
    "tasks": "task", "evidence": "item", "evidence-links": "link", "marks": "mark", "sources": "source",
    "findings": "finding", "elements": "element", "statements": "statement", "recipients": "recipient",
    "referrals": "referral", "issuer-figures": "issuer_figure", "assessments": "assessment", "imports": "batch",
}  # fmt: skip
GROUPS = ("cases", "evidence", "findings", "referrals", "rest")


def group_of(path: str) -> str:
    """The share of the addresses that one test drives."""
    first = path.split("/")[3]
    shares = {
        "evidence-links": "evidence",
        "sources": "evidence",
        "marks": "evidence",
        "assessments": "evidence",
        "elements": "findings",
        "victims": "cases",
    }
    found = shares.get(first, first)
    return found if found in GROUPS else "rest"


@pytest.fixture(scope="module")
def operations() -> list[Any]:
    """Every operation of the document."""
    document = json.loads(json.dumps(SchemaGenerator(api_version="v1").get_schema(public=True), default=str))
    schema = schemathesis.openapi.from_dict(document)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.fixture
def stage(cast) -> SimpleNamespace:
    """A world whose ids stand in the addresses, and a token of each who asks."""
    own = walking.merged(world.build(cast.team, cast.investigator, "ownrow"), world.accounts(cast))
    own.loose = ItemFactory(team=cast.team, registered_by=cast.investigator)
    names = ("investigator", "reviewer", "viewer", "referral_officer")
    return SimpleNamespace(own=own, people={name: walking.Asker(getattr(cast, name), scope="write") for name in names})


def address(case: Any, stage: SimpleNamespace, known: bool) -> str:
    """The path, with the id of an object that exists when `known`."""
    path: str = case.operation.path
    if "{id}" in path:
        chosen = getattr(stage.own, OBJECTS[path.split("/")[3]]).pk if known else (case.path_parameters or {}).get("id")
        path = path.replace("{id}", str(chosen).replace("/", "%2F").replace("?", "%3F").replace("#", "%23"))
    return path


def ask(asker: Any, case: Any, path: str) -> Any:
    """The answer; nothing of what was done remains."""
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    extra = {} if case.body is NOT_SET else {"data": _bytes(case.body), "content_type": case.media_type or JSON}
    mark = transaction.savepoint()
    try:
        return asker.client.generic(
            case.method.upper(), path, headers=asker.headers, query_params=_texts(query), **extra
        )
    finally:
        transaction.savepoint_rollback(mark)


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, default=str).encode()


def _texts(query: dict[str, Any]) -> dict[str, Any]:
    """Query values as texts that can be put into an address."""

    def text(value: Any) -> str:
        return str(value).encode("utf-8", "replace").decode()

    return {
        text(key): [text(v) for v in value] if isinstance(value, list) else text(value) for key, value in query.items()
    }


@pytest.mark.parametrize("group", GROUPS)
def test_it_survives_whatever_its_document_allows_or_forbids(operations, stage, group):
    wrong: list[str] = []
    seen = 0
    for operation in (each for each in operations if group_of(each.path) == group):
        good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=good | bad, known=st.sampled_from((True, True, False)))
        def drive(case: Any, known: bool) -> None:
            nonlocal seen
            path = address(case, stage, known)
            for name, asker in stage.people.items():
                answer = ask(asker, case, path)
                seen += 1
                kind = answer.get("Content-Type", "")
                empty = answer.status_code == 204 and not answer.content
                if answer.status_code >= 500 or not (empty or kind.startswith(JSON)):
                    wrong.append(f"{name} {case.method} {path}: {answer.status_code} {kind} {case.body!r:.300}")

        drive()
    assert not wrong, "\n".join(wrong[:20])
    assert seen >= 4
