"""Moments of recordings in a browser: a citation waits behind the cover, the contact sheet leads to its seconds, and
all of it goes by keyboard."""

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.evidence.actions import add_mark, register_item
from casework.evidence.jobs import make_copies, make_previews
from casework.evidence.models import Item, Mark
from casework.evidence.uploads import stored_from_bytes
from tests.browser.conftest import axe_violations
from tests.browser.test_covers import uncover
from tests.evidence import samples


@pytest.fixture
def filmed(office_cast: SimpleNamespace) -> Item:
    """Eight seconds in four scenes, one moment of them marked."""
    item = register_item(
        actor=office_cast.investigator, team=office_cast.team, kind="video", graphic=2, title="A yard",
        description="Four scenes.", files=[stored_from_bytes("yard.mp4", samples.scenes(), "video/mp4")],
    )  # fmt: skip
    file = item.files.get()
    make_previews(sha256=file.blob_id)
    make_copies(sha256=file.blob_id)
    add_mark(file, actor=office_cast.investigator, at=Decimal(6), text="The scene changes")
    return item


def reveals() -> int:
    return AuditEvent.objects.filter(event=Event.EVIDENCE_REVEALED).count()


def stands_at(video: Locator, seconds: float) -> None:
    """Wait until the player is where it should be."""
    video.evaluate(
        """(video, at) => new Promise((done) => {
            const look = () => Math.abs(video.currentTime - at) < 0.2 ? done() : setTimeout(look, 50);
            look();
        })""",
        seconds,
    )


@pytest.mark.long
def test_a_citation_waits_behind_the_cover_and_opens_there(desks, office_cast, filmed) -> None:  # type: ignore[no-untyped-def]
    page: Page = desks(office_cast.investigator).open(f"/evidence/at/{filmed.reference}/00:05/")
    expect(page.get_by_text("The moment 00:05 is cited.")).to_be_visible()
    assert reveals() == 0
    uncover(page)
    stands_at(page.locator("[data-revealed] video"), 5)
    page.get_by_role("link", name="00:06", exact=True).click()
    stands_at(page.locator("[data-revealed] video"), 6)
    assert axe_violations(page) == []


@pytest.mark.long
def test_the_contact_sheet_leads_to_a_second_by_keyboard_and_is_covered_again(desks, office_cast, filmed) -> None:  # type: ignore[no-untyped-def]
    page: Page = desks(office_cast.investigator).open(f"/evidence/{filmed.pk}/")
    page.get_by_role("button", name=re.compile("^Contact sheet")).press("Enter")
    scene = page.get_by_role("link", name="Scene at 00:05")
    expect(scene).to_be_visible()
    assert reveals() == 1
    assert axe_violations(page) == []
    scene.press("Enter")
    # The video is still covered: the button that shows it has the focus, and the second waits there.
    expect(page.get_by_role("button", name=re.compile("^Show in grey"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".contact-sheet")).to_have_count(0)
    uncover(page)
    stands_at(page.locator("[data-revealed] video"), 5)


@pytest.mark.long
def test_a_moment_is_marked_by_keyboard(desks, office_cast, filmed) -> None:  # type: ignore[no-untyped-def]
    page: Page = desks(office_cast.investigator).open(f"/evidence/{filmed.pk}/")
    page.keyboard.press("m")
    expect(page.get_by_label("Moment", exact=False).first).to_be_focused()
    page.keyboard.type("00:02")
    page.get_by_label("What is seen or heard").fill("Hands raised")
    page.get_by_label("What is seen or heard").press("Enter")
    expect(page.get_by_text("Hands raised")).to_be_visible()
    assert Mark.objects.get(text="Hands raised").at == 2
