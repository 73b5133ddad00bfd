"""The office sees which items of a case stay behind for their caveat, chosen or not; the recipient learns of none."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from casework.evidence.models import Item
from casework.referrals.disclosure import compute_disclosure
from casework.referrals.models import Recipient, Referral
from tests.helpers import stepped_up
from tests.referrals.conftest import case_of, draft_of, item_of, link_of, referral_in
from tests.referrals.test_disclosure import flat, pdf_text

SECRET = "Intercept of the granite network"


@pytest.fixture
def preliminary(cast: SimpleNamespace) -> SimpleNamespace:
    """A case without a finding: one item for anybody, one that stays in the office."""
    case = case_of(cast)
    shown, closed = item_of(cast, case, title="Page"), item_of(cast, case, title=SECRET, caveat="office")
    return SimpleNamespace(case=case, open_item=shown, closed_item=closed, links=[link_of(shown)], people=cast)


@pytest.fixture(params=["without a finding", "with a finding"])
def told(request: pytest.FixtureRequest) -> SimpleNamespace:
    """A case whose closed item nobody chose, as the form has it."""
    if request.param == "without a finding":
        found: SimpleNamespace = request.getfixturevalue("preliminary")
    else:
        found = request.getfixturevalue("story")
        found.links = found.links[:2]
    return found


def card(client: Client, name: str, referral: Referral) -> str:
    """What a page says under "What the recipient will not see"."""
    page = client.get(reverse(f"referrals:{name}", args=[referral.pk])).content.decode()
    return page[page.index('id="withheld"') :]


def held_back(referral: Referral) -> list[str]:
    return [one.what for one in compute_disclosure(referral).withheld if one.rule == "caveat"]


def test_it_lists_an_item_that_nobody_could_choose(told: SimpleNamespace, icrc: Recipient) -> None:
    assert held_back(draft_of(told, icrc)) == [told.closed_item.reference]


def test_it_lists_an_item_once_that_was_chosen_all_the_same(told: SimpleNamespace, icrc: Recipient) -> None:
    links = [*told.links, link_of(told.closed_item)]
    assert held_back(draft_of(told, icrc, links=links)) == [told.closed_item.reference]


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_the_pages_say_so_before_and_after_freezing(told: SimpleNamespace, icrc: Recipient, state: str) -> None:
    referral = referral_in(state, told, icrc)
    client = stepped_up(Client(), told.people.referral_officer)
    for name in ("detail", "dossier"):
        assert told.closed_item.reference in card(client, name, referral)
        assert "Nothing was left out" not in card(client, name, referral)


def test_the_recipient_learns_nothing_of_it(told: SimpleNamespace, icrc: Recipient) -> None:
    package = referral_in("approved", told, icrc).package
    pdf, manifest = flat(pdf_text(package.dossier_id)), json.dumps([package.manifest, package.content])
    for secret in (told.closed_item.reference, told.closed_item.title):
        assert flat(secret) not in pdf
        assert secret not in manifest
    assert flat(told.open_item.reference) in pdf


def test_it_says_that_nothing_was_left_out_when_nothing_was(preliminary: SimpleNamespace, icrc: Recipient) -> None:
    Item.objects.filter(pk=preliminary.closed_item.pk).update(caveat="any_recipient")
    client = stepped_up(Client(), preliminary.people.referral_officer)
    assert "Nothing was left out" in card(client, "detail", draft_of(preliminary, icrc))
