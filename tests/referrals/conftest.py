"""A case with a finding in force, victims whose names may and may not be told, evidence under each kind of caveat."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from casework.cases.models import Case, Perpetrator, Unit
from casework.core.dates import DateRange
from casework.evidence.actions import register_item
from casework.evidence.models import EvidenceLink, Item, Source
from casework.evidence.uploads import stored_from_bytes
from casework.findings.actions import approve_finding, propose_finding
from casework.findings.models import Finding
from casework.referrals.actions import (
    acknowledge_referral,
    approve_referral,
    close_referral,
    prepare_referral,
    record_delivery_unknown,
    record_reply,
    record_sent,
    return_referral,
    submit_referral,
    withdraw_referral,
)
from casework.referrals.models import Recipient, Referral
from tests.factories import CaseFactory, PartyFactory, RegionFactory, VictimFactory

EMBARGOED = "Zhuravlenko"
NAMED = "Tarasenko"
PERPETRATOR = "Callsign Quartzite"
SOURCE_NAME = "Directorate Nightjar"
REPORT_AUTHOR = "Lieutenant Obsidian"
FORBIDDEN_TITLE = "Intercept of the basalt network"
FILE_NAME = "zhuravlenko-last-minutes.mp4"


@pytest.fixture
def icrc(db: None) -> Recipient:
    return Recipient.objects.get(code="ICRC")


@pytest.fixture
def hrmmu(db: None) -> Recipient:
    return Recipient.objects.get(code="HRMMU")


def case_of(cast: SimpleNamespace, **fields: Any) -> Case:
    """A case of the cast's team, open to everyone in it."""
    fields.setdefault("summary", "Two men with raised hands were shot beside a trench.")
    return CaseFactory(
        team=cast.team,
        created_by=cast.investigator,
        country="UA",
        region=RegionFactory(),
        victims_party=PartyFactory(code="UA"),
        **fields,
    )


def item_of(
    cast: SimpleNamespace, case: Case, *, kind: str = "document", name: str = "paper.txt", **fields: Any
) -> Item:
    """An item registered by the investigator with one file, linked to the case."""
    data = f"{kind} {len(name)} {len(str(fields.get('title')))} {case.pk}".encode()
    fields.setdefault("caveat", "any_recipient")
    return register_item(
        actor=cast.investigator,
        team=cast.team,
        kind=kind,
        files=[stored_from_bytes(name, data, "application/octet-stream")],
        case=case,
        establishes=["act"],
        **fields,
    )


def link_of(item: Item) -> EvidenceLink:
    return EvidenceLink.objects.get(item=item)


def finding_of(cast: SimpleNamespace, case: Case, links: list[EvidenceLink], **changes: Any) -> Finding:
    """A finding proposed by the investigator's colleague and approved by the reviewer."""
    day = datetime.date(2024, 10, 5)
    values: dict[str, Any] = {
        "conclusion": "confirmed",
        "standard": 2,
        "victims_party": PartyFactory(code="UA"),
        "responsible_party": PartyFactory(code="RU"),
        "occurred": DateRange(day, day),
        "counts": {"captured": (2, 3)},
        "reasons": "The recording shows two disarmed men.",
        "links": links,
        "qualifications": ["8-2-a-i"],
    }
    return approve_finding(propose_finding(case, actor=cast.colleague, **(values | changes)), actor=cast.reviewer)


@pytest.fixture
def story(cast: SimpleNamespace) -> SimpleNamespace:
    """The case in full; `open_item` may go to any recipient, `closed_item` stays in the office."""
    case = case_of(cast)
    VictimFactory(case=case, surname=EMBARGOED, first_names="Ostap", created_by=cast.investigator)
    VictimFactory(
        case=case, surname=NAMED, first_names="Danylo", kin="consents", service_number="AB-4711",
        created_by=cast.investigator,
    )  # fmt: skip
    unit = Unit.objects.create(name="Test brigade", party=PartyFactory(code="RU"))
    Perpetrator.objects.create(
        case=case, kind="person", name=PERPETRATOR, unit=unit, involvement="ordered", basis="Heard on the recording.",
        created_by=cast.investigator,
    )  # fmt: skip
    source = Source.objects.create(
        team=cast.team, kind="special_service", name=SOURCE_NAME, created_by=cast.investigator
    )
    open_item = item_of(cast, case, kind="video", name=FILE_NAME, title="Recording from above", source=source)
    report = item_of(
        cast, case, kind="unit_report", name="report.pdf", title="Report on the day",
        details={"unit": "Own brigade", "author": REPORT_AUTHOR},
    )  # fmt: skip
    closed_item = item_of(cast, case, title=FORBIDDEN_TITLE, caveat="office")
    finding = finding_of(cast, case, [link_of(open_item)])
    links = [link_of(item) for item in (open_item, report, closed_item)]
    return SimpleNamespace(
        case=case, open_item=open_item, report=report, closed_item=closed_item, finding=finding, links=links,
        people=cast,
    )  # fmt: skip


def draft_of(story: SimpleNamespace, recipient: Recipient, **fields: Any) -> Referral:
    fields.setdefault("links", story.links)
    fields.setdefault("cases", [story.case])
    return prepare_referral(actor=story.people.referral_officer, recipient=recipient, **fields)


STEPS = ("draft", "awaiting_approval", "approved", "sent", "acknowledged", "replied", "closed")


def referral_in(state: str, story: SimpleNamespace, recipient: Recipient, **fields: Any) -> Referral:
    """A referral brought into `state` by its own actions: prepared by one officer, approved by the other."""
    cast = story.people
    officer, second = cast.referral_officer, cast.second_officer
    referral = draft_of(story, recipient, **fields)
    if state == "withdrawn":
        return withdraw_referral(referral, actor=officer, reason="Not needed.")
    if state == "returned":
        referral = submit_referral(referral, actor=officer)
        return return_referral(referral, actor=second, reason="Add the place.")
    wanted = STEPS.index("approved" if state == "delivery_unknown" else state)
    if wanted >= STEPS.index("awaiting_approval"):
        referral = submit_referral(referral, actor=officer)
    if wanted >= STEPS.index("approved"):
        referral = approve_referral(referral, actor=second, sha256=referral.package.sha256)
    if state == "delivery_unknown":
        return record_delivery_unknown(referral, actor=officer, reason="The line broke.")
    if wanted >= STEPS.index("sent"):
        referral = record_sent(referral, actor=officer, channel="secure_mail", receipt="message 1")
    today = referral.sent_on
    if wanted >= STEPS.index("acknowledged"):
        referral = acknowledge_referral(referral, actor=officer, dated=today, their_reference="CTA-1")
    if wanted >= STEPS.index("replied"):
        referral = record_reply(referral, actor=officer, dated=today, text="It was taken up.")
    if wanted >= STEPS.index("closed"):
        referral = close_referral(referral, actor=officer, outcome="answered", reason="Answered.")
    return referral
