"""Covered material: shown only on purpose, covered again at once, its original never fetched by looking."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_previews
from casework.evidence.models import Item
from casework.evidence.uploads import stored_from_bytes
from tests.browser.conftest import axe_violations

SHOW = re.compile("^Show in grey")


@pytest.fixture
def covered(office_cast: SimpleNamespace, material: SimpleNamespace) -> Item:
    """A recording whose previews are made."""
    item = register_item(
        actor=office_cast.investigator, team=office_cast.team, kind="video", graphic=2,
        title="A recording that nobody should see by accident",
        files=[stored_from_bytes("recording.mp4", material.recording.read_bytes(), "video/mp4")],
    )  # fmt: skip
    make_previews(item.files.get().blob_id)
    return item


def requests_of(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen


def reveals() -> int:
    return AuditEvent.objects.filter(event=Event.EVIDENCE_REVEALED).count()


def test_it_shows_on_a_click_and_covers_by_escape(desks, office_cast, covered) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    asked = requests_of(desk.page)
    page = desk.open(f"/evidence/{covered.pk}/")
    expect(page.locator(".cover__preview")).to_be_visible()
    assert not any("/still/" in url or "/clip/" in url for url in asked)
    assert reveals() == 0

    page.get_by_role("button", name=SHOW).click()
    shown = page.locator("[data-revealed]")
    expect(shown).to_be_focused()
    assert page.evaluate("document.querySelector('[data-revealed] video').muted")
    assert reveals() == 1
    assert axe_violations(page) == []

    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(page.get_by_role("button", name=SHOW)).to_be_focused()
    assert not any("/original/" in url for url in asked)


def test_it_is_worked_by_the_keyboard_and_covers_when_the_tab_is_left(desks, office_cast, covered) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open(f"/evidence/{covered.pk}/")
    page.get_by_role("button", name=SHOW).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-revealed]")).to_be_visible()
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    expect(page.locator("[data-revealed]")).to_have_count(0)

    page.evaluate("() => { delete document.hidden; }")
    page.keyboard.press("Enter")
    expect(page.locator("[data-revealed]")).to_be_visible()
    page.get_by_role("button", name="Cover again").click()
    expect(page.locator("[data-revealed]")).to_have_count(0)
    assert reveals() == 2


def test_it_works_without_scripts(desks, office_cast, covered) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator, script=False).open(f"/evidence/{covered.pk}/")
    page.get_by_role("button", name=SHOW).click()
    expect(page.locator(".cover--revealed video")).to_be_visible()
    assert reveals() == 1
    page.get_by_role("button", name="Cover again").click()
    expect(page.get_by_role("button", name=SHOW)).to_be_visible()
    expect(page.locator(".cover--revealed")).to_have_count(0)


def test_it_takes_an_upload_without_scripts(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator, script=False).open("/evidence/new/video/")
    page.get_by_label("Files").set_input_files(material.recording)
    page.get_by_label("Title").fill("Sent by a plain form")
    page.get_by_role("button", name="Register the evidence").click()
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Item.objects.get().title == "Sent by a plain form"
