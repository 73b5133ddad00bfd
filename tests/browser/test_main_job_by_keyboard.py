"""The way from the lead to the acknowledged referral without a mouse: Tab, arrows, Space, Enter and typing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD

TITLE = "One man shot after surrender at a crossing"
RECORDING = "Recording from the air"
NOTE = "We submit one incident for your attention."
IS_FOCUSED = "element => element === document.activeElement"
RING = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return element.matches(":focus-visible") && (ring || style.boxShadow !== "none");
}"""


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, target: Locator, most: int = 150) -> None:
        """Tab to the control, which must then show that it is focused."""
        expect(target).to_be_visible()
        for _ in range(most):
            if target.evaluate(IS_FOCUSED):
                assert self.page.evaluate(RING), f"no visible focus on {target}"
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def enter(self, target: Locator) -> None:
        self.reach(target)
        self.press("Enter")

    def skip(self) -> None:
        """Past the navigation by the first link of the page; after a form was sent from there, one is there already."""
        if self.page.url.endswith("#main"):
            return
        link = self.page.get_by_role("link", name="Skip to the content")
        self.press("Tab")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        self.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        self.reach(self.page.get_by_label(label).first)
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        """An option of a list, by typing how it begins."""
        box = self.page.get_by_label(label).first
        self.reach(box)
        self.page.keyboard.type(option)
        assert box.evaluate("box => box.selectedOptions[0].text.trim()").startswith(option)

    def tick(self, label: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        self.reach(box)
        self.press("Space")
        expect(box).to_be_checked()

    def pick(self, group: str, option: str) -> None:
        """One of the buttons of a group, by the arrows."""
        buttons = self.page.get_by_role("group", name=group).get_by_role("radio")
        wanted = self.page.get_by_role("group", name=group).get_by_label(option, exact=True)
        for _ in range(150):
            if any(button.evaluate(IS_FOCUSED) for button in buttons.all()):
                break
            self.press("Tab")
        for _ in range(buttons.count() + 1):
            if wanted.evaluate(IS_FOCUSED):
                break
            self.press("ArrowDown")
        self.press("Space")
        expect(wanted).to_be_checked()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=re.compile(f"^{name}")).first


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=re.compile(name)).first


def log_case(keys: Keys) -> None:
    page = keys.page
    keys.enter(page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Cases")))
    page.wait_for_url("**/cases/")
    keys.skip()
    keys.enter(link(page, "New case"))
    page.wait_for_url("**/cases/new/")
    keys.enter(button(page, "Open the case"))
    problem = page.get_by_role("alert")
    expect(problem).to_be_focused()
    keys.enter(problem.get_by_role("link", name=re.compile("^Title")))
    expect(page.get_by_label("Title")).to_be_focused()

    keys.type("Title", TITLE)
    keys.type("What happened", "Seen from the air.")
    keys.type("When", "2025-10")
    keys.choose("Oblast or region", "Donetsk")
    keys.pick("How the office learned of it", "Video from special services")
    keys.enter(button(page, "Open the case"))
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()


def add_victim(keys: Keys) -> None:
    page = keys.page
    keys.skip()
    keys.enter(link(page, "^People"))
    page.wait_for_url("**/people/")
    keys.skip()
    keys.enter(link(page, "Add victim"))
    page.wait_for_url("**/victims/new/")
    keys.skip()
    keys.pick("Status at death", "Surrendering")
    keys.enter(button(page, "Save"))
    expect(page.get_by_text("Victim added.")).to_be_visible()


def add_video(keys: Keys, recording: Path) -> None:
    page = keys.page
    keys.skip()
    keys.enter(link(page, "^Evidence"))
    page.wait_for_url("**/evidence/")
    keys.skip()
    keys.enter(link(page, "^Video$"))
    page.wait_for_url("**/evidence/new/video/**")
    keys.skip()
    keys.reach(page.locator("input[type=file][name=files]"))
    page.locator("input[type=file][name=files]").set_input_files(recording)
    keys.type("Title", RECORDING)
    keys.pick("Caveat", "Any recipient of referrals")
    keys.tick("The act")
    keys.enter(button(page, "Register the evidence"))
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()


def propose(keys: Keys) -> None:
    page = keys.page
    keys.skip()
    keys.enter(link(page, "^C-"))
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    keys.skip()
    keys.enter(link(page, "^Findings"))
    page.wait_for_url("**/findings/")
    keys.skip()
    keys.enter(link(page, "Propose a finding"))
    page.wait_for_url("**/propose/")
    keys.skip()
    keys.choose("Conclusion", "Confirmed violation")
    keys.choose("Standard of proof", "Reasonable")
    keys.choose("Party of the victims", "Ukraine")
    keys.reach(page.get_by_label(RECORDING))
    keys.press("Space")
    keys.type("Reasons", "The recording shows it.")
    keys.enter(button(page, "Propose"))
    expect(page.locator("#proposed")).to_contain_text("Confirmed violation")


def prove(keys: Keys) -> None:
    """Give the password again where a step asks for it."""
    keys.reach(keys.page.get_by_label("Password", exact=True))
    keys.page.keyboard.type(PASSWORD)
    keys.press("Enter")


def go(keys: Keys, section: str, address: str) -> None:
    """By the navigation, and past it."""
    keys.enter(keys.page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(f"^{section}")))
    keys.page.wait_for_url(address)
    keys.skip()


def approve(keys: Keys) -> None:
    page = keys.page
    go(keys, "Review queue", "**/reviews/")
    keys.enter(link(page, "^F-"))
    page.wait_for_url("**/review/")
    keys.skip()
    keys.enter(link(page, "^Approve"))
    prove(keys)
    page.wait_for_url("**/approve/")
    keys.skip()
    keys.enter(button(page, "Approve"))
    expect(page.get_by_text("Approved. It is the office's conclusion from today.")).to_be_visible()


def refer(keys: Keys) -> None:
    """Prepare, read what the recipient will see, submit."""
    page = keys.page
    go(keys, "Referrals", "**/referrals/")
    keys.enter(link(page, "New referral"))
    page.wait_for_url("**/referrals/new/")
    keys.skip()
    keys.choose("Recipient", "ICRC")
    keys.choose("Purpose", "Tracing request")
    keys.reach(page.get_by_label(TITLE))
    keys.press("Space")
    expect(page.get_by_label(TITLE)).to_be_checked()
    keys.enter(button(page, "Save and choose evidence"))
    expect(page.get_by_label(RECORDING)).to_be_checked()
    keys.skip()
    keys.enter(button(page, "Save and write the note"))
    expect(page.get_by_label("Covering note")).to_be_visible()
    keys.skip()
    keys.type("Covering note", NOTE)
    keys.enter(button(page, "Save and preview"))
    preview = page.get_by_role("article", name="Dossier")
    expect(preview).to_contain_text(NOTE)
    expect(preview).to_contain_text(RECORDING)
    keys.skip()
    keys.enter(link(page, "Submit for approval"))
    page.wait_for_url("**/submit/")
    keys.skip()
    keys.enter(button(page, "Freeze and submit"))
    expect(page.get_by_text("Submitted. Somebody else has to approve it.")).to_be_visible()


def approve_referral(keys: Keys) -> None:
    page = keys.page
    go(keys, "Referrals", "**/referrals/")
    keys.enter(link(page, "^R-"))
    expect(page.get_by_role("article", name="Dossier")).to_contain_text(RECORDING)
    keys.skip()
    keys.enter(link(page, "^Approve"))
    prove(keys)
    page.wait_for_url("**/approve/")
    keys.skip()
    keys.enter(button(page, "Approve for"))
    expect(page.get_by_text("Approved. A referral officer can send it now.")).to_be_visible()


def send(keys: Keys) -> None:
    """Record it as sent, then the acknowledgement that came."""
    page = keys.page
    go(keys, "Referrals", "**/referrals/")
    keys.enter(link(page, "^R-"))
    expect(page.get_by_role("article", name="Dossier")).to_be_visible()
    keys.skip()
    keys.enter(link(page, "Record as sent to ICRC"))
    prove(keys)
    expect(page.get_by_label("Receipt")).to_be_visible()
    keys.skip()
    keys.type("Receipt", "Message 4417")
    keys.enter(button(page, "Record as sent to ICRC"))
    expect(page.get_by_text("Recorded as sent to ICRC.")).to_be_visible()
    keys.skip()
    keys.enter(link(page, "[Aa]cknowledge"))
    expect(page.get_by_label("Their reference")).to_be_visible()
    keys.skip()
    keys.type("Their reference", "CTA-25-701")
    keys.type("What it says", "Received and registered.")
    keys.enter(button(page, "Record"))
    expect(page.get_by_text("Acknowledgement recorded.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("CTA-25-701")


@pytest.mark.long
def test_it_takes_a_case_to_its_acknowledgement_without_a_mouse(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    keys = Keys(desks(office_cast.investigator).open("/"))
    log_case(keys)
    add_victim(keys)
    add_video(keys, material.recording)
    propose(keys)
    approve(Keys(desks(office_cast.reviewer).open("/")))
    officer = Keys(desks(office_cast.referral_officer).open("/"))
    refer(officer)
    approve_referral(Keys(desks(office_cast.second_officer).open("/")))
    send(officer)
