"""The main job by the people of a team, each at a browser of their own: from the lead to the acknowledged referral."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Desk

TITLE = "Two men shot after surrender near a tree line"
RECORDING, REPORT, POST = "Recording from the air", "Report 77 of the brigade", "Post of a channel"
REPORT_WITHHELD = re.compile(r"they rest on E-\d+, which this recipient may not have")
RECIPIENTS = (
    ("ICRC Central Tracing Agency", "ICRC", "Tracing request"),
    ("OHCHR Human Rights Monitoring Mission in Ukraine", "HRMMU", "Information"),
)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def go(page: Page, section: str) -> None:
    """By the navigation at the left."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile(f"^{section}")).click()


def prove(page: Page) -> None:
    """Give the password again where a step asks for it."""
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Confirm")


def sign_in(desk: Desk, email: str) -> Page:
    page = desk.open("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return page


def log_case(page: Page) -> str:
    """Open a case by the short form; its address."""
    go(page, "Cases")
    follow(page, "New case")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("What happened").fill("Seen from the air. Told by the staff of a unit.")
    page.get_by_label("When").fill("2025-10")
    page.get_by_label("Oblast or region").select_option(label="Donetsk oblast")
    page.get_by_label("Town or village").fill("Solone")
    page.get_by_label("Video from special services").check()
    press(page, "Open the case")
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    return page.url


def add_victims(page: Page) -> None:
    follow(page, "People")
    follow(page, "Add victim")
    page.get_by_label("Group of unnamed people").check()
    page.get_by_label("At least").fill("2")
    page.get_by_label("At most").fill("2")
    page.get_by_label("Surrendering", exact=True).check()
    press(page, "Save")
    expect(page.get_by_text("Victim added.")).to_be_visible()
    expect(page.get_by_role("cell", name="Surrendering")).to_be_visible()


def register(page: Page, case: str, kind: str, file: Path, *, establishes: str, caveat: str, **typed: str) -> None:
    """Register one piece of evidence from the case's page; `typed` by the labels of the kind's own fields."""
    page.goto(f"{case}evidence/")
    follow(page, kind)
    page.locator("input[type=file][name=files]").set_input_files(file)
    for label, text in typed.items():
        page.get_by_role("textbox", name=re.compile(rf"^{label.replace('_', ' ')}( \(optional\))?$")).fill(text)
    if kind == "Social-media post":
        page.get_by_label("Platform").select_option(index=1)
    page.get_by_label(caveat, exact=True).check()
    page.get_by_label(establishes, exact=True).check()
    press(page, "Register the evidence")
    expect(page.get_by_text("Registered and sealed.")).to_be_visible()


def add_evidence(page: Page, case: str, material: SimpleNamespace) -> None:
    """A recording that anyone may see, a report for this office alone, a public post."""
    register(
        page, case, "Video", material.recording, establishes="The act", caveat="Any recipient of referrals",
        Title=RECORDING, What_it_shows="Two discs move over a field; nobody is seen.",
    )  # fmt: skip
    register(
        page, case, "Unit report", material.report, establishes="Time", caveat="This office only",
        Title=REPORT, Reporting_unit="981st Demonstration Brigade", Report_number="77/окр",
        Date_of_the_report="2025-10-14",
    )  # fmt: skip
    register(
        page, case, "Social-media post", material.capture, establishes="Place", caveat="Public", Title=POST,
        Address_of_the_post="https://example.org/front/77", Text_of_the_post="Synthetic post.",
    )  # fmt: skip


def propose(page: Page, case: str) -> str:
    """Propose the conclusion; the reference of the proposal."""
    page.goto(f"{case}findings/")
    follow(page, "Propose a finding")
    page.get_by_label("Conclusion").select_option(label="Confirmed violation")
    page.get_by_label("Standard of proof").select_option(label="Reasonable grounds to believe")
    expect(page.get_by_label("Date of the incident")).to_have_value("2025-10")
    page.get_by_label("Party of the victims").select_option(label="Ukraine")
    page.get_by_label("Party responsible").select_option(label="Russian Federation")
    expect(page.get_by_label("Surrendering: at least")).to_have_value("2")
    page.get_by_label("Killing or wounding a person hors de combat").check()
    for title in (RECORDING, REPORT, POST):
        page.get_by_label(title).check()
    page.get_by_label("Reasons").fill("The recording shows it, the report gives place and time, the post agrees.")
    press(page, re.compile("^Propose"))
    expect(page.locator("#proposed")).to_contain_text("Confirmed violation")
    return page.locator("#proposed a").first.inner_text()


def review(page: Page, finding: str) -> None:
    """Read the claim beside its evidence, prove that it is you, approve."""
    go(page, "Review queue")
    follow(page, re.compile(finding))
    for title in (RECORDING, REPORT, POST):
        expect(page.get_by_role("main")).to_contain_text(title)
    follow(page, "Approve")
    prove(page)
    expect(page.get_by_role("main")).to_contain_text("counts in the figures")
    press(page, re.compile("^Approve"))
    expect(page.get_by_text("Approved. It is the office's conclusion from today.")).to_be_visible()


def refer(page: Page, case: str, recipient: str, purpose: str) -> str:
    """Prepare a referral in three steps, read what goes and what stays, submit it; its address."""
    page.goto(f"{case}referrals/")
    follow(page, re.compile("New referral"))
    page.get_by_label("Recipient").select_option(label=recipient)
    page.get_by_label("Purpose").select_option(label=purpose)
    expect(page.get_by_label(TITLE)).to_be_checked()
    press(page, "Save and choose evidence")
    expect(page.get_by_role("main")).to_contain_text("Held back")
    expect(page.get_by_label(RECORDING)).to_be_checked()
    press(page, "Save and write the note")
    page.get_by_label("Covering note").fill("We submit one incident for your attention.")
    press(page, "Save and preview")
    preview = page.get_by_role("article", name="Dossier")
    expect(preview).to_contain_text("We submit one incident for your attention.")
    expect(preview).to_contain_text(RECORDING)
    expect(preview).not_to_contain_text(REPORT)
    expect(page.locator("#withheld")).to_contain_text(REPORT_WITHHELD)
    follow(page, "Submit for approval")
    press(page, "Freeze and submit")
    expect(page.get_by_text("Submitted. Somebody else has to approve it.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Approve", exact=True)).to_have_count(0)
    return page.url


def approve_referral(page: Page, referral: str, *, asks: bool) -> None:
    page.goto(referral)
    follow(page, "Approve")
    if asks:
        prove(page)
    expect(page.get_by_role("article", name="Dossier")).to_contain_text(RECORDING)
    press(page, re.compile("^Approve for"))
    expect(page.get_by_text("Approved. A referral officer can send it now.")).to_be_visible()


def send(page: Page, referral: str, code: str, *, asks: bool) -> None:
    page.goto(referral)
    follow(page, f"Record as sent to {code}")
    if asks:
        prove(page)
    page.get_by_label("Receipt").fill("Message 4417")
    press(page, f"Record as sent to {code}")
    expect(page.get_by_text(f"Recorded as sent to {code}.")).to_be_visible()


def acknowledge(page: Page, referral: str, material: SimpleNamespace) -> None:
    page.goto(referral)
    follow(page, re.compile("acknowledge", re.IGNORECASE))
    page.get_by_label("Their reference").fill("CTA-25-701")
    page.get_by_label("What it says").fill("Received and registered.")
    page.locator("input[type=file][name=files]").set_input_files(material.report)
    press(page, "Record")
    expect(page.get_by_text("Acknowledgement recorded.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("CTA-25-701")


def counted(desk: Desk) -> int:
    page = desk.open("/")
    go(page, "Figures")
    page.get_by_label("Count", exact=True).select_option(label="Incidents")
    press(page, "Count")
    return int(page.locator(".figure__value").inner_text())


@pytest.mark.long
def test_it_takes_a_case_from_the_lead_to_the_acknowledgement(desks, office_cast, material) -> None:  # type: ignore[no-untyped-def]
    cast = office_cast
    investigator, reviewer = desks(None), desks(cast.reviewer)
    officer, second = desks(cast.referral_officer), desks(cast.second_officer)
    page = sign_in(investigator, cast.investigator.email)
    before = counted(investigator)

    case = log_case(page)
    add_victims(page)
    add_evidence(page, case, material)
    finding = propose(page, case)
    follow(page, finding)
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("Approve|Review"))).to_have_count(0)
    assert counted(investigator) == before

    review(reviewer.open("/"), finding)
    page.goto(case)
    expect(page.locator("#conclusion")).to_contain_text("Confirmed violation")
    expect(page.locator("#conclusion")).to_contain_text(cast.reviewer.name)
    assert counted(investigator) == before + 1
    follow(page, re.compile("^C-"))
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()

    for turn, (recipient, code, purpose) in enumerate(RECIPIENTS):
        referral = refer(officer.page, case, recipient, purpose)
        approve_referral(second.page, referral, asks=not turn)
        send(officer.page, referral, code, asks=not turn)
        acknowledge(officer.page, referral, material)
    page.goto(f"{case}referrals/")
    for recipient, _code, _purpose in RECIPIENTS:
        expect(page.get_by_role("table", name="Referrals of this case")).to_contain_text(recipient)
    expect(page.get_by_role("cell", name="Acknowledged", exact=True)).to_have_count(2)
