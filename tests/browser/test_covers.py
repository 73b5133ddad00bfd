"""Covered material: shown only on purpose, covered again at once, its original never fetched by looking."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.care.actions import change_preference
from casework.care.models import Exposure, Stretch
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_copies, make_previews
from casework.evidence.models import Item, Preview
from casework.evidence.uploads import stored_from_bytes
from tests.browser.conftest import axe_violations

ASK = re.compile("^Show in grey…")
SHOW = re.compile("^Show it, small and grey")
STEPS = ("Larger", "In colour", "With sound")


@pytest.fixture
def covered(office_cast: SimpleNamespace, material: SimpleNamespace) -> Item:
    """A recording of which only what is grey could be made."""
    item = register_item(
        actor=office_cast.investigator, team=office_cast.team, kind="video", graphic=2,
        title="A recording that nobody should see by accident", description="Three men stand by a wall.",
        files=[stored_from_bytes("recording.mp4", material.recording.read_bytes(), "video/mp4")],
    )  # fmt: skip
    make_previews(item.files.get().blob_id)
    make_copies(item.files.get().blob_id)
    Preview.objects.filter(kind__in=("play", "audio", "sheet")).delete()
    return item


@pytest.fixture
def heard(covered: Item) -> Item:
    """The same with a copy in colour and with sound."""
    clip = Preview.objects.get(kind="clip")
    for kind in ("play", "audio"):
        Preview.objects.create(
            blob=clip.blob, kind=kind, state="ready", derived=clip.derived, media_type=clip.media_type, size=clip.size
        )
    return covered


def requests_of(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    return seen


def reveals() -> int:
    return AuditEvent.objects.filter(event=Event.EVIDENCE_REVEALED).count()


def uncover(page: Page) -> Locator:
    """By the mouse, past what is known."""
    page.get_by_role("button", name=ASK).click()
    page.get_by_role("button", name=SHOW).click()
    shown = page.locator("[data-revealed]")
    expect(shown).to_be_focused()
    return shown


def choose(page: Page, step: str, *, on: bool = True) -> None:
    page.get_by_role("button", name=step).click()
    expect(page.get_by_role("button", name=step)).to_have_attribute("aria-pressed", "true" if on else "false")
    expect(page.get_by_role("button", name=step)).to_be_focused()


def leave(page: Page, way: str) -> None:
    """What the browser does when the person leaves the tab, or the window."""
    if way == "blur":
        page.evaluate("window.dispatchEvent(new Event('blur'))")
        return
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
        delete document.hidden;
    }""")


def test_it_tells_what_is_known_before_it_shows_and_covers_by_escape(desks, office_cast, covered) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    asked = requests_of(desk.page)
    page = desk.open(f"/evidence/{covered.pk}/")
    expect(page.locator(".cover__preview")).to_be_visible()

    page.get_by_role("button", name=ASK).click()
    known = page.locator("[data-asked]")
    expect(known).to_be_focused()
    expect(known).to_contain_text("Three men stand by a wall.")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=ASK)).to_be_focused()
    assert not any("/still/" in url or "/clip/" in url for url in asked)
    assert reveals() == 0

    shown = uncover(page)
    assert page.evaluate("document.querySelector('[data-revealed] video').muted")
    assert reveals() == 1
    assert axe_violations(page) == []

    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(page.get_by_role("button", name=ASK)).to_be_focused()
    assert not any("/original/" in url for url in asked)


@pytest.mark.long
def test_each_step_is_chosen_by_the_mouse_and_taken_back(desks, office_cast, heard) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open(f"/evidence/{heard.pk}/")
    small = uncover(page).bounding_box()["width"]
    video = page.locator("[data-revealed] video")

    choose(page, "Larger")
    assert page.locator("[data-revealed]").bounding_box()["width"] > small * 1.5
    expect(video).to_have_css("filter", "grayscale(1)")

    choose(page, "With sound")
    assert not video.evaluate("one => one.muted")
    expect(video).to_have_css("filter", "grayscale(1)")

    choose(page, "In colour")
    expect(video).to_have_css("filter", "none")
    assert axe_violations(page) == []
    choose(page, "With sound", on=False)
    # Silent stays silent whatever the browser's own buttons offer.
    assert video.evaluate("""async one => {
        one.muted = false;
        await new Promise(done => setTimeout(done));
        return one.muted;
    }""")
    page.get_by_role("button", name="Cover again").click()
    expect(page.locator("[data-revealed]")).to_have_count(0)
    said = list(heard.custody.filter(act="revealed").values_list("detail__shown", flat=True))
    assert said == [["grey"], ["large"], ["large", "sound"], ["large", "colour", "sound"], ["large", "colour"]]


@pytest.mark.long
@pytest.mark.parametrize("way", ["hidden", "blur"])
def test_it_is_worked_by_the_keyboard_and_covers_when_the_tab_is_left(desks, office_cast, heard, way) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open(f"/evidence/{heard.pk}/")
    page.get_by_role("button", name=ASK).focus()
    for number, step in enumerate((None, *STEPS)):
        page.keyboard.press("Enter")
        expect(page.locator("[data-asked]")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("[data-revealed]")).to_be_focused()
        if step:
            page.get_by_role("button", name=step).focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("button", name=step)).to_have_attribute("aria-pressed", "true")
        leave(page, way) if number % 2 else page.keyboard.press("Escape")
        expect(page.locator("[data-revealed]")).to_have_count(0)
        expect(page.locator("video")).to_have_count(0)
        expect(page.get_by_role("button", name=ASK)).to_be_focused()
    assert reveals() == 7


@pytest.mark.long
def test_each_step_works_without_scripts(desks, office_cast, heard) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator, script=False).open(f"/evidence/{heard.pk}/")
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_text("What is known already")).to_be_visible()
    page.get_by_role("button", name="Leave it covered").click()
    page.get_by_role("button", name=ASK).click()
    page.get_by_role("button", name=SHOW).click()
    expect(page.locator(".cover--revealed video")).to_be_visible()
    for number, step in enumerate(STEPS, start=2):
        page.get_by_role("button", name=step).click()
        expect(page.get_by_role("button", name=step)).to_have_attribute("aria-pressed", "true")
        assert reveals() == number
    page.get_by_role("button", name="Cover again").click()
    expect(page.get_by_role("button", name=ASK)).to_be_visible()
    expect(page.locator(".cover--revealed")).to_have_count(0)


@pytest.mark.long
def test_it_counts_only_what_is_uncovered_and_offers_a_break(desks, office_cast, covered) -> None:  # type: ignore[no-untyped-def]
    person = office_cast.investigator
    change_preference(person, actor=person, remind_after=10)
    desk = desks(person)
    desk.page.clock.install()
    page = desk.open(f"/evidence/{covered.pk}/")

    def pass_by(seconds: int) -> None:
        """The server's clock and the browser's go on together, by whole signs."""
        for _ in range(seconds // 20):
            office.shift(20)
            with page.expect_response("**/account/looks/*/"):
                page.clock.run_for(20_000)

    def counted() -> int:
        return sum(Exposure.objects.values_list("seconds", flat=True))

    with time_machine.travel(clock.now(), tick=False) as office:
        shown = uncover(page)
        pass_by(60)
        office.shift(10)
        with page.expect_response("**/account/looks/*/"):
            page.keyboard.press("Escape")
        assert counted() == 70
        office.shift(30)
        page.clock.run_for(60_000)
        assert counted() == 70

        # As if the time until here had been longer; the rest is watched.
        Stretch.objects.update(seconds=580)
        shown = uncover(page)
        pass_by(20)
        note = page.get_by_role("status").filter(has_text="A break loses nothing")
        expect(note).to_be_visible()
        expect(shown).to_be_focused()
        assert axe_violations(page) == []
        page.get_by_role("button", name="Go on").focus()
        page.keyboard.press("Enter")
        expect(note).to_have_count(0)
        expect(shown).to_be_focused()
        Stretch.objects.update(seconds=1190)
        pass_by(20)
        with page.expect_response("**/account/looks/*/"):
            page.get_by_role("button", name="Cover everything").click()
        expect(shown).to_have_count(0)
        assert counted() == 110
    expect(desk.open("/account/watched/").get_by_text("Show as table")).to_be_visible()


@pytest.mark.long
def test_it_takes_an_upload_without_scripts(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator, script=False).open("/evidence/new/video/")
    page.locator("input[type=file][name=files]").set_input_files(material.recording)
    page.get_by_label("Title").fill("Sent by a plain form")
    page.get_by_role("button", name="Register the evidence").click()
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Item.objects.get().title == "Sent by a plain form"
