"""Two worlds, the own team's and another one's, and the people who ask."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from tests.access import walking, world
from tests.api.endpoints import Endpoint
from tests.factories import ItemFactory


@pytest.fixture
def own(cast) -> SimpleNamespace:
    """The own team's world, with an item that is linked to nothing and a figure of another issuer."""
    built = walking.merged(world.build(cast.team, cast.investigator, "ownrow"), world.accounts(cast))
    built.loose = ItemFactory(team=cast.team, registered_by=cast.investigator)
    return built


@pytest.fixture
def other(cast) -> SimpleNamespace:
    """Another team's."""
    return world.build(cast.other_team, cast.outsider, "otherrow")


@pytest.fixture
def person(cast):
    """A browser in which one of the cast is signed in and has just proved who they are."""
    known: dict[str, Client] = {}

    def find(name: str) -> Client:
        if name not in known:
            known[name] = walking.Asker(getattr(cast, name)).client
        return known[name]

    return find


@pytest.fixture
def send(person):
    """Send a value, or bytes as they are, to an endpoint of a world."""

    def sender(endpoint: Endpoint, world: Any, body: Any, **extra: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        method = getattr(person(endpoint.who), endpoint.verb)
        return method(endpoint.url(world), data, content_type=extra.pop("content_type", "application/json"), **extra)

    return sender


@pytest.fixture
def rows(db):
    """How many rows every table has, and the newest change in it."""
    counted, tables = [], set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower.startswith(("sessions.", "usersessions.")) or model._meta.db_table not in tables:
            continue
        columns = {field.name: field.column for field in model._meta.local_concrete_fields}
        newest = f"max({columns['updated_at']})::text" if "updated_at" in columns else "''"
        counted.append(f"SELECT '{model._meta.label}', count(*), {newest} FROM {model._meta.db_table}")

    def count() -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(counted))
            return {label: (number, newest) for label, number, newest in cursor.fetchall()}

    return count
