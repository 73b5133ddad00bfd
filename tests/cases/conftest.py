"""A case of the team, led by the investigator, and clients signed in as people of the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casework.cases import actions
from casework.cases.models import Case

BACKEND = "casework.accounts.backends.CaseworkBackend"


@pytest.fixture
def case(cast: Any) -> Case:
    return actions.create_case(
        actor=cast.investigator, team=cast.team, title="Captured soldiers shot", learned_from="special_service"
    )


@pytest.fixture
def sensitive_case(cast: Any) -> Case:
    return actions.create_case(
        actor=cast.investigator, team=cast.team, title="Hidden canary", learned_from="witness", sensitive=True
    )


@pytest.fixture
def as_person() -> Callable[[Any], Client]:
    def sign_in(person: Any) -> Client:
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return sign_in
