"""Sending files over a poor line: how far it is, what is kept when it drops, another try."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from casework.evidence.models import Blob, Item
from tests.browser.conftest import Desk
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
    page.get_by_label("Files").set_input_files(list(files))
    page.get_by_label("Title").fill("From the night")
    page.get_by_label("What it shows").fill(NOTE)


def send(page: Page) -> None:
    page.get_by_role("button", name="Register the evidence").click()


def test_it_keeps_everything_when_the_line_drops(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    page = form_over(line, desks(office_cast.investigator))
    fill(page, large)
    line.speed = SLOW
    send(page)
    words = page.locator("[data-words]")
    expect(words).to_have_text(re.compile(r"^[\d.]+ (B|kB|MB) of [\d.]+ MB sent, about \d+ (s|min) left$"))
    expect(page.get_by_role("progressbar", name="Sending")).to_be_visible()

    line.drop()
    expect(words).to_contain_text("The line dropped")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    expect(page.get_by_label("What it shows")).to_have_value(NOTE)
    assert page.evaluate("document.querySelector('input[type=file]').files[0].name") == "large.mp4"
    assert not Item.objects.exists()

    line.come_back()
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    assert Item.objects.get().title == "From the night"


def test_it_stops_when_the_person_cancels(desks, office_cast, large, line) -> None:  # type: ignore[no-untyped-def]
    page = form_over(line, desks(office_cast.investigator))
    fill(page, large)
    line.speed = SLOW
    send(page)
    page.get_by_role("button", name="Cancel sending").click()
    expect(page.locator("[data-words]")).to_contain_text("Nothing was recorded")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    assert not Item.objects.exists()


def test_it_takes_several_files_and_says_what_is_missing(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open("/evidence/new/video/")
    page.get_by_label("Files").set_input_files([material.recording, material.report])
    page.get_by_label("What it shows").fill(NOTE)
    send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Title")
    expect(summary).to_be_focused()
    expect(page.get_by_label("What it shows")).to_have_value(NOTE)

    page.get_by_label("Title").fill("Two files")
    send(page)
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()
    expect(page.get_by_role("heading", name="recording.mp4")).to_be_visible()
    expect(page.get_by_role("heading", name="report.pdf")).to_be_visible()
    assert Blob.objects.count() == 2


def test_it_keeps_what_was_chosen_when_the_session_has_ended(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = desk.open("/evidence/new/video/")
    sign_in(page, office_cast.investigator.email)
    fill(page, material.recording)
    end_all_sessions()
    send(page)
    expect(page.locator("[data-words]")).to_contain_text("You are signed out, and nothing was sent.")
    expect(page.get_by_label("Title")).to_have_value("From the night")
    assert not Item.objects.exists()

    elsewhere = desk.context.new_page()
    elsewhere.goto(desk.base + "/")
    sign_in(elsewhere, office_cast.investigator.email)
    expect(elsewhere.get_by_role("heading", name="Good")).to_be_visible()
    send(page)
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    assert Item.objects.get().title == "From the night"
    assert Blob.objects.count() == 1
    desk.open("/evidence/new/video/")
    expect(page.get_by_label("Title")).to_have_value("")
