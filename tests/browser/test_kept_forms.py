"""Nothing typed is lost when the session ends: it is there again for the same person, and for nobody else."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from casework.cases.models import Case
from tests.browser.conftest import PASSWORD, Desk, axe_violations

TITLE, STORY = 'Shots at a "crossing" <b>', "Two lines.\nДругий рядок & more."


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def at_new_case(desk: Desk, email: str) -> Page:
    page = desk.open("/cases/new/")
    sign_in(page, email)
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("What happened").fill(STORY)
    page.get_by_label("When").fill("2025-10")
    page.get_by_label("Oblast or region").select_option(label="Donetsk oblast")
    page.get_by_label("Family", exact=True).check()
    return page


def send(page: Page) -> None:
    page.get_by_role("button", name="Open the case").click()


def expect_all(page: Page) -> None:
    expect(page.get_by_role("status").first).to_contain_text("Nothing was sent.")
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_label("What happened")).to_have_value(STORY)
    expect(page.get_by_label("When")).to_have_value("2025-10")
    expect(page.get_by_label("Oblast or region")).to_have_value(
        str(page.locator("option", has_text="Donetsk oblast").first.get_attribute("value"))
    )
    expect(page.get_by_label("Family", exact=True)).to_be_checked()


def end_all_sessions() -> None:
    UserSession.objects.all().delete()
    Session.objects.all().delete()


@pytest.mark.long
def test_it_gives_back_what_was_typed_when_the_session_had_ended(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    page = at_new_case(desks(None), office_cast.investigator.email)
    end_all_sessions()
    send(page)
    sign_in(page, office_cast.investigator.email)
    expect_all(page)
    assert axe_violations(page) == []
    assert not Case.objects.exists()
    send(page)
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    page.goto(page.url.split("/cases/")[0] + "/cases/new/")
    expect(page.get_by_label("Title")).to_have_value("")


@pytest.mark.long
def test_it_needs_no_script_and_names_the_files_to_choose_again(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    page = desks(None, script=False).open("/evidence/new/video/")
    sign_in(page, office_cast.investigator.email)
    page.locator("input[type=file][name=files]").set_input_files(material.recording)
    page.get_by_label("Title").fill(TITLE)
    end_all_sessions()
    page.get_by_role("button", name="Register the evidence").click()
    sign_in(page, office_cast.investigator.email)
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_role("status").first).to_contain_text("Choose these files again: recording.mp4")


@pytest.mark.long
def test_it_shows_nothing_to_the_next_person_at_the_same_computer(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = at_new_case(desk, office_cast.investigator.email)
    end_all_sessions()
    send(page)
    sign_in(page, office_cast.colleague.email)
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.get_by_text("Nothing was sent.")).to_have_count(0)
    page.get_by_role("button", name="Sign out").first.click()
    page = desk.open("/cases/new/")
    sign_in(page, office_cast.investigator.email)
    expect_all(page)


@pytest.mark.long
def test_it_gives_back_a_form_opened_before_another_sign_in(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = at_new_case(desk, office_cast.investigator.email)
    end_all_sessions()
    second = desk.context.new_page()
    second.goto(desk.base + "/")
    sign_in(second, office_cast.investigator.email)
    expect(second.get_by_role("navigation", name="Main")).to_be_visible()
    send(page)
    expect_all(page)
    assert not Case.objects.exists()


@pytest.mark.long
def test_it_keeps_for_its_owner_what_another_person_sends(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = at_new_case(desk, office_cast.investigator.email)
    end_all_sessions()
    second = desk.context.new_page()
    second.goto(desk.base + "/")
    sign_in(second, office_cast.colleague.email)
    expect(second.get_by_role("navigation", name="Main")).to_be_visible()
    send(page)
    expect(page.get_by_role("main")).to_contain_text("Somebody else opened this form")
    page.goto(desk.base + "/cases/new/")
    expect(page.get_by_label("Title")).to_have_value("")
    assert not Case.objects.exists()


@pytest.mark.long
def test_it_takes_along_what_was_typed_when_the_page_locks(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    page = at_new_case(desks(None), office_cast.investigator.email)
    page.keyboard.press("Control+Alt+l")
    sign_in(page, office_cast.investigator.email)
    expect_all(page)
