"""What is sent twice acts once, one after the other and at the same moment, by page and by API."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.accounts.models import Team, Token
from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.cases.forms.people import NEW_VICTIM
from casework.cases.models import Case, Note, Task, Victim
from casework.core import once
from casework.core.models import Submission
from casework.evidence.actions import register_item
from casework.evidence.models import EvidenceFile, Item, Source
from casework.referrals.models import Recipient, Referral
from casework.statements.models import Statement
from tests.factories import CaseFactory, PartyFactory, RegionFactory
from tests.helpers import BACKEND, stepped_up

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"
VICTIM = {key: str(value) for key, value in NEW_VICTIM.items()} | {"kind": "group", "at_least": "2", "at_most": "3"}
NOTE = {"text": "Called the unit.", "submission": KEY}


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return signed_in(cast.investigator)


@pytest.fixture
def case(cast: SimpleNamespace) -> Case:
    return CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)


@pytest.fixture
def item(cast: SimpleNamespace) -> Item:
    return register_item(actor=cast.investigator, team=cast.team, kind="document", title="A page")


def notes_of(case: Case) -> str:
    return reverse("cases:notes", args=[case.pk])


def together(number: int, act: Callable[[], Any]) -> list[Any]:
    """Carry out an act several times at once, each on a connection of its own."""
    start = Barrier(number)

    def run(_number: int) -> Any:
        start.wait(10)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


# Pages


def test_it_prints_a_new_key_each_time_and_keeps_that_of_a_refused_form(office: Client, case: Case) -> None:
    def printed(response: Any) -> str:
        return re.findall(r'<input type="hidden" name="submission" value="(\w{32})">', response.content.decode())[0]

    assert printed(office.get(notes_of(case))) != printed(office.get(notes_of(case)))
    assert printed(office.post(notes_of(case), {"text": "", "submission": KEY})) == KEY


PAGES: dict[str, tuple[Any, Callable[[SimpleNamespace], tuple[str, dict[str, Any]]]]] = {
    "case": (Case, lambda given: (reverse("cases:create"), {"title": "Shot", "learned_from": "media"})),
    "victim": (
        Victim,
        lambda given: (
            reverse("cases:victim_add", args=[given.case.pk]),
            VICTIM,
        ),
    ),
    "note": (Note, lambda given: (notes_of(given.case), {"text": "Called."})),
    "task": (Task, lambda given: (reverse("cases:task_add", args=[given.case.pk]), {"title": "Call the unit"})),
    "source": (
        Source,
        lambda given: (reverse("evidence:source_new"), {"kind": "witness", "name": "W-1", "caveat": "office"}),
    ),
    "statement": (
        Statement,
        lambda given: (
            reverse("statements:create"),
            {
                "speaker": "A commander", "speaker_kind": "official", "made": "2024-10-01", "kind": "order",
                "text": "No prisoners.", "language": "Russian", "party": "RU", "command": "unknown", "medium": "Post",
            },
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PAGES)
def test_it_makes_one_of_each_kind(office: Client, case: Case, what: str) -> None:
    RegionFactory()
    model, sending = PAGES[what]
    before = model.objects.count()
    url, data = sending(SimpleNamespace(case=case, party=PartyFactory(code="RU")))
    first, second = (office.post(url, data | {"submission": KEY}) for _ in range(2))
    assert first.status_code == 302, first.context["form"].errors
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert model.objects.count() == before + 1


def test_it_prepares_one_referral(cast: SimpleNamespace, case: Case) -> None:
    client, url = signed_in(cast.referral_officer), reverse("referrals:new", query={"case": case.pk})
    data = {"recipient": Recipient.objects.first().pk, "purpose": "tracing", "cases": [case.pk]}
    first, second = (client.post(url, data | {"submission": KEY}) for _ in range(2))
    assert first.status_code == 302, first.context["form"].errors
    assert first["Location"] == second["Location"] == reverse("referrals:evidence", args=[Referral.objects.get().pk])


def test_it_makes_one_team_and_one_token(cast: SimpleNamespace) -> None:
    client = stepped_up(Client(), cast.administrator)
    data = {"name": "Team North", "submission": KEY}
    assert (
        client.post(reverse("accounts:create_team"), data)["Location"]
        == (client.post(reverse("accounts:create_team"), data)["Location"])
    )
    assert Team.objects.filter(name="Team North").count() == 1
    data = {"name": "Import", "scope": "read", "ends_on": f"{clock.today() + datetime.timedelta(days=9)}"}
    first, second = (client.post(reverse("accounts:create_token"), data | {"submission": KEY}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 302)
    assert Token.objects.count() == 1


def test_it_takes_files_once_and_leaves_none_of_the_second_sending(office: Client, item: Item) -> None:
    def sent(data: bytes) -> Any:
        given = {"files": SimpleUploadedFile("a.txt", data), "part": "attachment", "submission": KEY}
        return office.post(reverse("evidence:add_file", args=[item.pk]), given)

    assert [sent(b"one").status_code for _ in range(3)] == [302, 302, 302]
    assert EvidenceFile.objects.count() == 1
    sent(b"two")
    assert EvidenceFile.objects.count() == 2


def test_it_tells_a_script_the_same_address(office: Client, cast: SimpleNamespace) -> None:
    data = {"credibility": "6", "graphic": "0", "title": "A page", "submission": KEY}
    url, headers = reverse("evidence:new", args=["document"]), {"X-Casework-Upload": "1"}
    answers = [
        office.post(url, data | {"files": SimpleUploadedFile("a.txt", b"one")}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Item.objects.count() == 1


def test_it_takes_a_form_that_was_changed_as_another(office: Client, case: Case) -> None:
    office.post(notes_of(case), NOTE)
    office.post(notes_of(case), NOTE | {"text": "Called again."})
    assert Note.objects.count() == 2


def test_it_keeps_the_keys_of_two_people_apart(cast: SimpleNamespace, office: Client, case: Case) -> None:
    office.post(notes_of(case), NOTE)
    signed_in(cast.colleague).post(notes_of(case), NOTE)
    assert Note.objects.count() == 2


def test_a_refused_form_burns_no_key(office: Client, case: Case) -> None:
    url, data = reverse("cases:victim_add", args=[case.pk]), VICTIM
    wrong = office.post(url, data | {"at_least": "3", "at_most": "2", "submission": KEY})
    assert wrong.status_code == 422
    assert not Submission.objects.exists()
    assert office.post(url, data | {"submission": KEY}).status_code == 302
    assert Victim.objects.count() == 1


def test_it_acts_each_time_without_a_key_or_with_nonsense(office: Client, case: Case) -> None:
    for key in ("", "x" * 33, "\u0661" * 32, "a" * 100_000):
        office.post(notes_of(case), NOTE | {"submission": key})
    assert (Note.objects.count(), Submission.objects.count()) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_it_acts_once_when_sent_at_the_same_moment(cast: SimpleNamespace, case: Case) -> None:
    answers = together(4, lambda: signed_in(cast.investigator).post(notes_of(case), NOTE))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, notes_of(case))}
    assert Note.objects.count() == 1
    assert AuditEvent.objects.filter(event="cases.note_added").count() == 1


# The API


def ask(client: Client, case: Case, key: str | None = "import-1", text: str = "Called.") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    data = {"case": str(case.pk), "text": text}
    return client.post("/api/v1/notes/", data, content_type="application/json", headers=headers)


def test_a_request_is_answered_alike_and_acts_once(office: Client, case: Case) -> None:
    first, second = ask(office, case), ask(office, case)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert Note.objects.count() == 1


def test_a_used_key_is_refused_for_another_request(office: Client, case: Case) -> None:
    ask(office, case)
    other = ask(office, case, text="Something else.")
    assert (other.status_code, other.json()["type"]) == (409, "key_reused")
    assert Note.objects.count() == 1


def test_requests_without_a_key_each_act(office: Client, case: Case) -> None:
    assert ask(office, case, None).json()["id"] != ask(office, case, None).json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "\xe9"])
def test_what_is_no_key_is_refused_by_name(office: Client, case: Case, key: str) -> None:
    answer = ask(office, case, key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["fields"]
    assert not Note.objects.exists()


def test_the_keys_of_two_programs_never_meet(cast: SimpleNamespace, office: Client, case: Case) -> None:
    assert ask(office, case).json()["id"] != ask(signed_in(cast.colleague), case).json()["id"]


def test_a_refused_request_burns_no_key(office: Client, case: Case) -> None:
    assert ask(office, case, text="").status_code == 400
    assert ask(office, case).status_code == 201


def test_an_old_answer_tells_nothing_to_whoever_lost_sight(office: Client, case: Case, cast: SimpleNamespace) -> None:
    client = signed_in(cast.colleague)
    ask(client, case)
    Case.objects.filter(pk=case.pk).update(sensitive=True)
    assert ask(client, case).status_code == 404


def test_a_transition_is_answered_alike(office: Client, case: Case) -> None:
    headers = {"Idempotency-Key": "close-1"}
    url, data = f"/api/v1/cases/{case.pk}/close/", {"reason": "Done."}
    answers = [office.post(url, data, content_type="application/json", headers=headers) for _ in range(2)]
    assert answers[0].status_code == 200, answers[0].content
    assert answers[0].content == answers[1].content


def seal(client: Client, item: Item, data: bytes) -> Any:
    headers = {"Idempotency-Key": "file-1", "X-Filename": "a.txt"}
    url = f"/api/v1/evidence/{item.pk}/files/"
    return client.post(url, data, content_type="application/octet-stream", headers=headers)


def test_a_file_is_sealed_once_and_another_one_not_taken_for_it(office: Client, item: Item) -> None:
    first, second, other = seal(office, item, b"one"), seal(office, item, b"one"), seal(office, item, b"two")
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == second.json()
    assert EvidenceFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_act_once(cast: SimpleNamespace, case: Case, item: Item) -> None:
    answers = together(4, lambda: ask(signed_in(cast.investigator), case))
    assert len({answer.content for answer in answers}) == 1
    assert Note.objects.count() == 1
    answers = together(4, lambda: seal(signed_in(cast.investigator), item, b"one"))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert EvidenceFile.objects.count() == 1


def test_it_forgets_after_two_days(office: Client, case: Case) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        Submission.objects.create(user_id=case.pk, key="old")
    with time_machine.travel("2026-03-03T09:59:00Z", tick=False):
        Submission.objects.create(user_id=case.pk, key="young")
        assert once.sweep() == 0
    with time_machine.travel("2026-03-03T10:01:00Z", tick=False):
        assert once.sweep() == 1
    assert Submission.objects.get().key == "young"
