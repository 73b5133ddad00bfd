"""Sending files over a poor line: how far it is, what is kept when it drops, another try."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from casework.evidence.actions import register_item
from casework.evidence.models import Blob, Item, Upload
from casework.evidence.uploads import stored_from_bytes
from tests.browser.conftest import NARROW, Desk, axe_violations, sideways
from tests.browser.line import Line
from tests.browser.test_kept_forms import end_all_sessions, sign_in

SLOW = 1_000_000  # bytes each second
NOTE = "Two discs over a field. Звук відсутній."


@pytest.fixture
def large(material, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """The recording with a box of padding, as cameras leave them: about 12 MB."""
    padding = random.Random("padding").randbytes(12_000_000)
    path = tmp_path / "large.mp4"
    path.write_bytes(material.recording.read_bytes() + (len(padding) + 8).to_bytes(4, "big") + b"free" + padding)
    return path


@pytest.fixture
def line(live_server) -> Iterator[Line]:  # type: ignore[no-untyped-def]
    """Between the browser and the office."""
    line = Line(urlsplit(live_server.url).port)
    yield line
    line.close()


def form_over(line: Line, desk: Desk) -> Page:
    """The form for a video, opened over the line."""
    desk.watch.host = line.address
    return desk.open(f"http://{line.address}/evidence/new/video/")


def fill(page: Page, *files: Path) -> None:
    page.locator("input[type=file][name=files]").set_input_files(list(files))
    page.get_by_label("Title").fill("From the night")
    page.get_by_label("What it shows").fill(NOTE)


def send(page: Page) -> None:
    page.get_by_role("button", name="Register the evidence").click()


def words(page: Page) -> Locator:
    """What is said of the whole sending."""
    return page.locator("[data-words]")


def row(page: Page, name: str) -> Locator:
    """The file's line in the list of those on their way."""
    return page.get_by_role("list", name="Files on their way").get_by_role("listitem").filter(has_text=name)


def button(page: Page, what: str, name: str = "large.mp4") -> Locator:
    """A button of one file."""
    return page.get_by_role("button", name=re.compile(rf"^{what} ?: {name}$"))


def under_way(page: Page) -> None:
    """Wait until some of the file is committed."""
    for _ in range(600):
        if Upload.objects.filter(offset__gt=0).exists():
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was committed")


def is_whole(path: Path) -> bool:
    """Whether the one record has the very bytes of this file."""
    return Item.objects.get().files.get().blob_id == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.long
def test_it_goes_on_by_itself_when_the_line_is_back(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    page = form_over(line, desks(office_cast.investigator))
    line.speed = SLOW
    fill(page, large)
    send(page)
    expect(words(page)).to_have_text(re.compile(r"^[\d.]+ (B|kB|MB) of [\d.]+ MB sent, about [\d.]+ (s|min|h) left$"))
    expect(page.get_by_role("progressbar", name="Sending")).to_be_visible()
    under_way(page)

    line.drop()
    expect(words(page)).to_contain_text("The line dropped")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    expect(page.get_by_label("What it shows")).to_have_value(NOTE)
    assert not Item.objects.exists()
    committed = Upload.objects.get().offset

    line.come_back()
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Item.objects.get().title == "From the night"
    assert is_whole(large)
    assert Upload.objects.count() == 1
    assert committed > 0


@pytest.mark.long
def test_it_goes_on_after_a_reload(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    page = form_over(line, desk)
    line.speed = SLOW
    fill(page, large)
    under_way(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    line.come_back()

    page.reload()
    expect(page.get_by_text("1 file is unfinished: choose it again to go on where it stopped.")).to_be_visible()
    begun = Upload.objects.get()
    assert 0 < begun.offset < begun.size
    fill(page, large)
    expect(page.get_by_text("1 file is unfinished")).to_be_hidden()
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Upload.objects.get().pk == begun.pk
    assert is_whole(large)


@pytest.mark.long
def test_it_stops_when_the_person_cancels(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    page = form_over(line, desks(office_cast.investigator))
    line.speed = SLOW
    fill(page, large)
    send(page)
    page.get_by_role("button", name="Cancel sending").click()
    expect(words(page)).to_contain_text("Nothing was recorded")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    assert not Item.objects.exists()

    line.come_back()
    button(page, "Go on").click()
    expect(row(page, "large.mp4")).to_contain_text("Received and sealed")
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert is_whole(large)


def test_it_takes_several_files_and_says_what_is_missing(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open("/evidence/new/video/")
    own = page.get_by_label("Each file becomes a record of its own")
    expect(own).to_be_hidden()
    page.locator("input[type=file][name=files]").set_input_files([material.recording, material.report])
    expect(own).to_be_visible()
    page.get_by_label("What it shows").fill(NOTE)
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Title")
    expect(summary).to_be_focused()
    expect(page.get_by_label("What it shows")).to_have_value(NOTE)
    expect(page.get_by_role("checkbox", name="recording.mp4")).to_be_checked()

    page.get_by_label("Title").fill("Two files")
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    expect(page.get_by_role("heading", name="recording.mp4").first).to_be_visible()
    expect(page.get_by_role("heading", name="report.pdf").first).to_be_visible()
    assert Blob.objects.count() == 2


@pytest.mark.long
def test_it_takes_what_is_dropped_and_tells_what_is_known(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    known = register_item(
        actor=office_cast.investigator, team=office_cast.team, kind="video", title="Seen before",
        files=[stored_from_bytes("before.mp4", material.recording.read_bytes(), "video/mp4")],
    )  # fmt: skip
    page = desks(office_cast.investigator, size=NARROW, scheme="dark").open("/evidence/new/video/")
    data = base64.b64encode(material.recording.read_bytes()).decode()
    page.evaluate(
        """data => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], "dropped.mp4", { type: "video/mp4" }));
            const form = document.querySelector("form[data-upload]");
            form.dispatchEvent(new DragEvent("dragover", { dataTransfer, cancelable: true }));
            form.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }""",
        data,
    )
    expect(row(page, "dropped.mp4")).to_contain_text("Received and sealed")
    hints = page.locator("[data-arrivals]")
    expect(hints).to_contain_text("This may be known already.")
    expect(hints).to_contain_text(known.reference)
    assert axe_violations(page) == []
    assert sideways(page) == 0
    # It stands in the way of nothing.
    page.get_by_label("Title").fill("Again")
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Item.objects.count() == 2


@pytest.mark.long
def test_it_is_all_done_by_keyboard(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    page = form_over(line, desks(office_cast.investigator))
    line.speed = SLOW
    fill(page, large)
    pause = button(page, "Pause")
    pause.focus()
    page.keyboard.press("Enter")
    resume = button(page, "Go on")
    expect(resume).to_be_focused()
    send(page)
    expect(words(page)).to_contain_text("Some files are paused")
    line.come_back()
    resume.focus()
    page.keyboard.press("Enter")
    expect(row(page, "large.mp4")).to_contain_text("Received and sealed")
    button(page, "Remove").focus()
    page.keyboard.press("Enter")
    expect(row(page, "large.mp4")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose a folder")).to_be_focused()
    page.wait_for_timeout(300)
    assert Upload.objects.waiting().count() == 0


@pytest.mark.long
def test_it_keeps_what_was_chosen_when_the_session_has_ended(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    desk.watch.host = line.address
    page = desk.open(f"http://{line.address}/evidence/new/video/")
    sign_in(page, office_cast.investigator.email)
    line.speed = SLOW
    fill(page, large)
    under_way(page)
    end_all_sessions()
    send(page)
    expect(words(page)).to_contain_text("You are signed out, and nothing was recorded.")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    assert not Item.objects.exists()

    line.come_back()
    elsewhere = desk.context.new_page()
    elsewhere.goto(f"http://{line.address}/")
    sign_in(elsewhere, office_cast.investigator.email)
    expect(elsewhere.get_by_role("heading", name="Good")).to_be_visible()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"), timeout=60_000)
    assert Item.objects.get().title == "From the night"
    assert is_whole(large)
    assert Blob.objects.count() == 1


@pytest.mark.long
def test_it_says_so_when_the_form_meets_an_ended_session(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = desk.open("/evidence/new/video/")
    sign_in(page, office_cast.investigator.email)
    fill(page, material.recording)
    expect(row(page, "recording.mp4")).to_contain_text("Received and sealed")
    end_all_sessions()
    send(page)
    expect(words(page)).to_contain_text("You are signed out, and nothing was recorded.")
    assert not Item.objects.exists()
    elsewhere = desk.context.new_page()
    elsewhere.goto(desk.base + "/")
    sign_in(elsewhere, office_cast.investigator.email)
    expect(elsewhere.get_by_role("heading", name="Good")).to_be_visible()
    send(page)
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    assert is_whole(material.recording)
    desk.open("/evidence/new/video/")
    expect(page.get_by_label("Title")).to_have_value("")
