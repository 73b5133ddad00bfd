"""Confidential letters are for referral officers of the team; the API, and four eyes at it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.evidence.uploads import stored_from_bytes
from casework.referrals import actions
from casework.referrals.models import Correspondence, CorrespondenceFile, Recipient, Referral
from tests.helpers import BACKEND, stepped_up
from tests.referrals.conftest import draft_of, link_of, referral_in

SECRET = "The delegate saw the detention registers."
SECRET_FILE = "delegate-visit.pdf"


@pytest.fixture
def replied(story: SimpleNamespace, icrc: Recipient) -> Referral:
    referral = referral_in("acknowledged", story, icrc)
    file = stored_from_bytes(SECRET_FILE, b"secret letter", "application/pdf")
    officer = story.people.referral_officer
    referral = actions.record_reply(referral, actor=officer, dated=referral.sent_on, text=SECRET, files=[file])
    return actions.close_referral(referral, actor=officer, outcome="no_public_accusation", reason="Bilateral.")


def post(client: Client, address: str, data: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(data), content_type="application/json")


@pytest.mark.parametrize("who", ["investigator", "reviewer", "viewer"])
def test_others_learn_only_that_there_is_a_reply(who: str, replied: Referral, story: SimpleNamespace) -> None:
    person = getattr(story.people, who)
    client = stepped_up(Client(), person)
    addresses = [
        reverse("referrals:detail", args=[replied.pk]), reverse("referrals:list"),
        reverse("referrals:case_referrals", args=[story.case.pk]), f"/api/v1/referrals/{replied.pk}/",
        "/api/v1/referrals/",
    ]  # fmt: skip
    for address in addresses:
        body = client.get(address).content.decode()
        for secret in (SECRET, SECRET_FILE, "No public accusation", "no_public_accusation"):
            assert secret not in body, address
    assert "A confidential reply was recorded" in client.get(addresses[0]).content.decode()
    file = CorrespondenceFile.objects.get()
    assert client.get(reverse("referrals:letter_file", args=[file.pk])).status_code == 404
    assert SECRET not in str(list(Correspondence.objects.visible_to(person).values()))


def test_officers_read_it(replied: Referral, story: SimpleNamespace) -> None:
    client = stepped_up(Client(), story.people.second_officer)
    body = client.get(reverse("referrals:detail", args=[replied.pk])).content.decode()
    assert SECRET in body
    assert "No public accusation" in body
    assert client.get(f"/api/v1/referrals/{replied.pk}/").json()["letters"][-1]["text"] == SECRET


def test_an_open_reply_is_for_the_team(story: SimpleNamespace, hrmmu: Recipient) -> None:
    referral = referral_in("replied", story, hrmmu)
    client = stepped_up(Client(), story.people.viewer)
    assert "It was taken up." in client.get(reverse("referrals:detail", args=[referral.pk])).content.decode()


def test_the_api_prepares_changes_and_submits(story: SimpleNamespace, icrc: Recipient) -> None:
    client = stepped_up(Client(), story.people.referral_officer)
    made = post(client, "referrals/", {
        "recipient": str(icrc.pk), "cases": [str(story.case.pk)], "links": [str(link_of(story.open_item).pk)],
    })  # fmt: skip
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    changed = client.patch(
        f"/api/v1/referrals/{pk}/", json.dumps({"covering_note": "Hello."}), content_type="application/json"
    )
    assert changed.json()["covering_note"] == "Hello."
    assert changed.json()["links"] == [str(link_of(story.open_item).pk)]
    submitted = post(client, f"referrals/{pk}/submit/", {})
    assert submitted.json()["state"] == "awaiting_approval"
    refused = post(client, f"referrals/{pk}/approve/", {"sha256": submitted.json()["package_sha256"]})
    assert refused.status_code == 403
    second = stepped_up(Client(), story.people.second_officer)
    approved = post(second, f"referrals/{pk}/approve/", {"sha256": submitted.json()["package_sha256"]})
    assert approved.json()["state"] == "approved"
    assert approved.json()["available"] == ["return", "record_sent", "delivery_unknown", "withdraw"]


@pytest.mark.parametrize("body", [
    {"state": "sent"}, {"cases": []}, {"recipient": "x"}, {"covering_note": "a" * 20_001}, {"purpose": "other"},
    {"links": ["00000000-0000-4000-8000-000000000000"]}, {"covering_note": "a\x00b"},
])  # fmt: skip
def test_the_api_refuses_bad_input(body: dict[str, Any], story: SimpleNamespace, icrc: Recipient) -> None:
    client = stepped_up(Client(), story.people.referral_officer)
    whole = {"recipient": str(icrc.pk), "cases": [str(story.case.pk)]} | body
    assert post(client, "referrals/", whole).status_code == 400
    assert not Referral.objects.exists()


@pytest.mark.parametrize(("name", "state", "body"), [
    ("approve", "awaiting_approval", {"sha256": "0" * 64}), ("record-sent", "approved", {"channel": "portal"}),
    ("resolve-sent", "delivery_unknown", {"channel": "portal"}),
])  # fmt: skip
def test_the_api_asks_for_a_fresh_proof(
    name: str, state: str, body: dict[str, Any], story: SimpleNamespace, icrc: Recipient
) -> None:
    referral = referral_in(state, story, icrc)
    client = Client()
    client.force_login(story.people.second_officer, backend=BACKEND)
    answer = post(client, f"referrals/{referral.pk}/{name}/", body)
    assert (answer.status_code, answer.json()["type"]) == (403, "step_up_required")
    assert Referral.objects.get(pk=referral.pk).state == state


def test_the_api_hides_what_is_hidden(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = draft_of(story, icrc)
    client = stepped_up(Client(), story.people.outsider)
    assert client.get(f"/api/v1/referrals/{referral.pk}/").status_code == 404
    assert client.get("/api/v1/referrals/").json()["results"] == []
    whole = {"recipient": str(icrc.pk), "cases": [str(story.case.pk)]}
    assert post(client, "referrals/", whole).status_code == 400


def test_a_drafter_never_approves(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = draft_of(story, icrc)
    second = story.people.second_officer
    referral = actions.change_referral(referral, actor=second, covering_note="Rewritten.")
    referral = actions.submit_referral(referral, actor=story.people.referral_officer)
    client = stepped_up(Client(), second)
    answer = client.post(reverse("referrals:approve", args=[referral.pk]), {"sha256": referral.package.sha256})
    assert answer.status_code == 403
    assert Referral.objects.get(pk=referral.pk).state == "awaiting_approval"
