"""A case's page asks the database a fixed number of questions, whatever hangs on the case."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.cases.actions import add_note, add_perpetrator, add_task, add_victim, create_case
from casework.evidence.actions import register_item
from casework.evidence.uploads import stored_from_bytes
from casework.referrals.models import Recipient
from tests.referrals.conftest import finding_of, referral_in, story

__all__ = ["story"]  # the fixture

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
MOST = 12


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200
    return len(asked)


@pytest.fixture
def signed_in(client: Client, cast: Any) -> Client:
    client.force_login(cast.investigator, backend=BACKEND)
    return client


@pytest.fixture
def grown(cast: Any) -> Callable[[Any, int, int], None]:
    """Gives a case the rows numbered from `first` to `last`: people, notes, tasks, evidence with files."""

    def grow(case: Any, first: int, last: int) -> None:
        for number in range(first, last + 1):
            add_victim(case, actor=cast.investigator, surname=f"Victim {number}")
            add_perpetrator(
                case, actor=cast.investigator, kind="person", name=f"Perpetrator {number}", involvement="ordered",
                basis="Heard on the recording.",
            )  # fmt: skip
            add_note(case, actor=cast.investigator, text=f"Note {number}")
            add_task(case, actor=cast.investigator, title=f"Task {number}")
            upload = stored_from_bytes(f"{number}.txt", f"Report {number}".encode(), "text/plain")
            register_item(
                actor=cast.investigator, team=cast.team, kind="document", title=f"Item {number}", files=(upload,),
                case=case, establishes=("act",),
            )  # fmt: skip

    return grow


@pytest.mark.parametrize("part", ["", "evidence/"])
def test_it_asks_no_more_of_a_full_case_than_of_an_empty_one(
    signed_in: Client, cast: Any, grown: Callable, part: str
) -> None:
    case = create_case(actor=cast.investigator, team=cast.team, title="Shooting", learned_from="special_service")
    address = f"/cases/{case.pk}/{part}"
    grown(case, 1, 1)
    questions(signed_in, address)
    of_one = questions(signed_in, address)
    grown(case, 2, 20)
    of_twenty = questions(signed_in, address)
    assert of_twenty == of_one <= MOST


@pytest.mark.parametrize("part", ["", "evidence/"])
def test_it_keeps_to_its_limit_when_a_superseded_finding_was_sent(
    client: Client, cast: Any, story: SimpleNamespace, part: str
) -> None:
    case = story.case
    recipient = Recipient.objects.get(code="ICRC")
    referral_in("sent", story, recipient)
    finding_of(cast, case, list(case.evidence_links.all()))
    client.force_login(cast.referral_officer, backend=BACKEND)
    address = f"/cases/{case.pk}/{part}"
    assert "A superseded finding is out there." in client.get(address).text
    assert questions(client, address) <= MOST


def test_lists_keep_to_theirs(signed_in: Client, cast: Any, grown: Callable) -> None:
    case = create_case(actor=cast.investigator, team=cast.team, title="Shooting", learned_from="special_service")
    grown(case, 1, 3)
    for address in ("/cases/", "/api/v1/cases/"):
        questions(signed_in, address)
        assert questions(signed_in, address) <= 6, address
