"""A testimony as an investigator records it: what the witness agreed to, a warning before a repeat, who they are behind
a look on record."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from casework.audit.models import AuditEvent
from casework.evidence.models import Testimony
from tests.browser.conftest import NARROW, axe_violations, sideways
from tests.factories import CaseFactory

pytestmark = pytest.mark.long
ADDRESS = "/evidence/new/testimony/"
NAME = "Синтетичний Свідок"


def save(page: Page) -> None:
    page.get_by_role("button", name="Register", exact=False).click()


def fill(page: Page, title: str) -> None:
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Pseudonym of the witness").fill("Birch")
    page.get_by_label("Consent in the witness's words").fill("Read to the witness, and signed.")
    page.locator("[name=consent_uses][value=documentation]").check()
    page.locator("[name=establishes][value=act]").check()
    save(page)


def test_it_is_recorded_with_its_consent_and_not_repeated_unseen(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    case = CaseFactory(team=office_cast.team, created_by=office_cast.investigator, lead=office_cast.investigator)
    page = desks(office_cast.investigator, size=NARROW).open(f"{ADDRESS}?case={case.pk}")
    page.get_by_label("Who the witness is").fill(NAME)
    fill(page, "Interview of a medic")
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    first = Testimony.objects.get().item
    assert NAME not in page.content()
    assert sideways(page) == 0
    assert axe_violations(page) == []
    page.get_by_role("button", name="Show, on record").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    assert AuditEvent.objects.filter(event="evidence.witness_seen", object_id=str(first.pk)).count() == 1

    page.goto(page.url.partition("/evidence/")[0] + f"{ADDRESS}?case={case.pk}")
    fill(page, "Interview once more")
    why = page.get_by_label("Why another interview")
    expect(why).to_have_attribute("aria-invalid", "true")
    expect(page.locator("main")).to_contain_text(first.reference)
    assert axe_violations(page) == []
    assert Testimony.objects.count() == 1
    why.fill("Who gave the order was not asked.")
    save(page)
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    assert Testimony.objects.get(item__title="Interview once more").repeat_reason == "Who gave the order was not asked."
