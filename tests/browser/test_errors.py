"""When something is wrong: the pages that say so, and forms that come back, are as sound as all others."""

from __future__ import annotations

import re
from http import HTTPStatus
from types import SimpleNamespace
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from casework.cases.actions import change_case, create_case
from casework.cases.models import Case
from tests.browser.test_pages import look


@pytest.fixture
def case(office_cast: SimpleNamespace) -> Case:
    return create_case(
        actor=office_cast.investigator, team=office_cast.team, title="Shots at a crossing", learned_from="witness"
    )


def answer_to(page: Page, address: str) -> int:
    response = page.goto(address)
    assert response is not None
    return response.status


def submit(page: Page) -> None:
    page.locator("main form:not([data-reveal]) .form-actions button").first.click()


@pytest.mark.long
def test_it_says_what_to_do_next_on_every_error_page(desks, office_cast, case, settings, material) -> None:  # type: ignore[no-untyped-def]
    viewer, investigator = desks(office_cast.viewer), desks(office_cast.investigator, script=False)
    stranger = desks(office_cast.outsider)
    faults = []
    for desk, address, status in (
        (viewer, f"/cases/{uuid4()}/", HTTPStatus.NOT_FOUND),
        (stranger, f"/cases/{case.pk}/", HTTPStatus.NOT_FOUND),
        (viewer, "/cases/new/", HTTPStatus.FORBIDDEN),
        (viewer, "/cases/?ordering=nonsense", HTTPStatus.BAD_REQUEST),
    ):
        assert answer_to(desk.page, desk.base + address) == status
        expect(desk.page.get_by_role("main")).to_contain_text("What to do next")
        faults += look(desk.page)
    assert faults == []

    settings.CASEWORK_MAX_UPLOAD = 1000
    page = investigator.open("/evidence/new/video/")
    page.locator("input[type=file][name=files]").set_input_files(material.recording)
    page.get_by_label("Title").fill("Too large")
    with page.expect_response("**/evidence/new/video/") as answered:
        submit(page)
    assert answered.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    expect(page.get_by_role("main")).to_contain_text(re.compile("large", re.IGNORECASE))
    # axe needs a script: the same answer, in a browser that has them.
    answer = page.content()
    viewer.page.route(
        "**/too-large/", lambda route: route.fulfill(body=answer, content_type="text/html; charset=utf-8")
    )
    viewer.page.goto(f"{viewer.base}/too-large/")
    expect(viewer.page.get_by_role("main")).to_contain_text(re.compile("large", re.IGNORECASE))
    assert look(viewer.page) == []


@pytest.mark.long
def test_it_says_that_a_file_is_too_large_and_keeps_the_form(desks, office_cast, settings, material) -> None:  # type: ignore[no-untyped-def]
    settings.CASEWORK_MAX_UPLOAD = 1000
    page = desks(office_cast.investigator).open("/evidence/new/video/")
    page.locator("input[type=file][name=files]").set_input_files(material.recording)
    page.get_by_label("Title").fill("Too large")
    submit(page)
    expect(page.locator("[data-words]")).to_contain_text("The file is larger than permitted")
    expect(page.get_by_label("Title")).to_have_value("Too large")
    assert look(page) == []


@pytest.mark.long
def test_it_shows_both_versions_when_somebody_else_was_faster(desks, office_cast, case) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open(f"/cases/{case.pk}/change/what/")
    change_case(case, actor=office_cast.investigator, title="Shots at a bridge")
    page.get_by_label("Title").fill("Shots at a ford")
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        submit(page)
    assert answered.value.status == HTTPStatus.CONFLICT
    expect(page.get_by_label("Title")).to_have_value("Shots at a ford")
    expect(page.get_by_role("main")).to_contain_text("Shots at a bridge")
    assert look(page) == []


@pytest.mark.long
def test_it_leads_from_the_summary_to_each_field(desks, office_cast, case) -> None:  # type: ignore[no-untyped-def]
    people = {name: desks(getattr(office_cast, name), proved=True) for name in
              ("investigator", "referral_officer", "administrator")}  # fmt: skip
    faults = []
    for who, address in (
        ("investigator", "/cases/new/"),
        ("investigator", f"/cases/{case.pk}/perpetrators/new/"),
        ("investigator", f"/cases/{case.pk}/findings/propose/"),
        ("investigator", f"/evidence/new/post/?case={case.pk}"),
        ("investigator", "/sources/new/"),
        ("investigator", "/statements/new/"),
        ("referral_officer", "/referrals/new/"),
        ("administrator", "/people/invite/"),
    ):
        page = people[who].open(address)
        submit(page)
        summary = page.get_by_role("alert").filter(has_text="There is a problem")
        expect(summary).to_be_focused()
        for target in summary.get_by_role("link").all():
            anchor = str(target.get_attribute("href"))
            assert page.locator(anchor.replace("#", "[id='", 1) + "']").count() == 1, f"{address}: {anchor}"
        faults += look(page)
    assert faults == []
