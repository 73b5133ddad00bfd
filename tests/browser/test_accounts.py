"""One's own account at a real browser: signing in, second factors, locking, other sessions, an invitation."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from casework.accounts.models import User
from tests.browser.conftest import PASSWORD, Desk, axe_violations

PERIOD = 30  # seconds that a code of an authenticator app holds


def sign_in(desk: Desk, email: str, password: str = PASSWORD, address: str = "/") -> Page:
    page = desk.open(address)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def prove(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()


def at_home(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


def test_it_says_the_same_of_a_wrong_password_and_an_unknown_person(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    texts = []
    for email in (office_cast.investigator.email, "nobody@example.org"):
        page = sign_in(desk, email, "not-the-password-4417")
        summary = page.get_by_role("alert").first
        expect(summary).to_be_visible()
        texts.append(summary.inner_text())
        assert axe_violations(page) == []
    assert texts[0] == texts[1]


def test_it_enrols_an_app_and_signs_in_with_a_recovery_code(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    page = desk.open("/accounts/2fa/")
    follow(page, "Add an authenticator app")
    prove(page)
    secret = page.locator(".hash__whole").inner_text()
    page.get_by_role("textbox").last.fill(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("recovery codes", re.IGNORECASE))
    codes = page.get_by_label("Unused codes").input_value().split()
    assert len(codes) == 10
    assert axe_violations(page) == []

    sign_out(page)
    sign_in(desk, office_cast.investigator.email)
    assert axe_violations(page) == []
    page.get_by_role("textbox").last.fill(codes[0])
    page.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).click()
    at_home(page)


@pytest.mark.long
def test_it_signs_in_with_a_passkey(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    device = desk.context.new_cdp_session(desk.page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page = desk.open("/accounts/2fa/")
    follow(page, "Add a key")
    prove(page)
    page.get_by_role("main").get_by_role("textbox").first.fill("Laptop of the office")
    if (passkey := page.get_by_role("checkbox")).count():
        passkey.check()
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("recovery codes|Laptop of the office", re.IGNORECASE))

    sign_out(page)
    page = desk.open("/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    at_home(page)


@pytest.mark.long
def test_it_locks_and_comes_back_to_the_same_page(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    desk = desks(None)
    page = sign_in(desk, office_cast.investigator.email, address="/evidence/?ordering=-registered")
    at_home(page)
    before = page.url
    assert before.endswith("/evidence/?ordering=-registered")
    page.wait_for_load_state()
    page.keyboard.press("Control+Alt+l")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.get_by_label("Email").fill(office_cast.investigator.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    at_home(page)
    assert page.url == before
    page.get_by_role("button", name="Lock now").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)


@pytest.mark.long
def test_it_ends_another_session(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    here, there = desks(None), desks(None)
    for desk in (here, there):
        at_home(sign_in(desk, office_cast.investigator.email))
    page = here.open("/accounts/sessions/")
    page.get_by_role("button", name="End the other sessions").click()
    if page.get_by_role("heading", name="Confirm that it is you").is_visible():
        prove(page)
    at_home(here.open("/"))
    there.open("/")
    expect(there.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.long
def test_it_lets_an_invited_person_set_a_password(desks, office_cast, live_server, settings) -> None:  # type: ignore[no-untyped-def]
    settings.CASEWORK_BASE_URL = live_server.url
    desk = desks(office_cast.administrator, proved=True)
    page = desk.open("/people/invite/")
    page.get_by_label("Name").fill("Nova Koleha")
    page.get_by_label("E-mail").fill("nova@example.org")
    page.get_by_role("main").get_by_role("button").first.click()
    link = re.search(r"https?://\S+/invitation/\S+", page.get_by_role("main").inner_text())
    assert link is not None

    guest = desks(None)
    page = guest.open(link[0])
    assert axe_violations(page) == []
    for field in page.locator("input[type=password]").all():
        field.fill("ravine-copper-9071-tundra")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("button", name="Set the password")).to_have_count(0)
    assert User.objects.get(email="nova@example.org").check_password("ravine-copper-9071-tundra")
    sign_in(guest, "nova@example.org", "ravine-copper-9071-tundra", "/accounts/login/?next=/account/")
    expect(page.get_by_role("heading", level=1, name="Your account")).to_be_visible()
