"""The stories of referrals: from answered and closed ones to those that nobody has answered for months."""

from __future__ import annotations

import datetime

from casework.evidence.models import EvidenceLink
from casework.office.demo.cases import Story, Told, at, days
from casework.office.demo.people import Cast
from casework.office.demo.texts import acknowledgement, covering_note, reminder, reply
from casework.referrals.actions import (
    acknowledge_referral,
    approve_referral,
    close_referral,
    prepare_referral,
    record_correspondence,
    record_reply,
    record_sent,
    return_referral,
    submit_referral,
)
from casework.referrals.models import Recipient, Referral

REACHED = ("draft", "awaiting", "returned", "approved", "sent", "acknowledged", "replied", "closed")


def refer(
    number: int, code: str, cases: tuple[int, ...], day: datetime.date, cast: Cast, told: Told, *, reaches: str
) -> Story:
    """One referral that gets as far as `reaches`; a sent one of long ago also gets a reminder."""
    steps = REACHED.index(reaches)
    yield at(day, 9, number % 60)
    referral = prepare(number, code, cases, cast, told)
    if reaches == "draft":
        return
    yield at(day, 11, number % 60)
    referral = submit_referral(referral, actor=cast["officer"])
    if reaches == "awaiting":
        return
    assert referral.package is not None  # noqa: S101
    yield at(day + days(1), 10)
    if reaches == "returned":
        return_referral(referral, actor=cast["officer2"], reason="Say in the covering note what is asked of them.")
        return
    referral = approve_referral(referral, actor=cast["officer2"], sha256=referral.package.sha256)
    if reaches == "approved":
        return
    yield at(day + days(1), 15)
    receipt = f"Receipt {4100 + number}"
    referral = record_sent(referral, actor=cast["officer"], channel=referral.recipient.channel, receipt=receipt)
    if steps < REACHED.index("acknowledged"):
        yield at(day + days(40), 9)
        record_correspondence(
            referral,
            actor=cast["officer"],
            direction="out",
            kind="reminder",
            dated=(day + days(40)),
            text=reminder(number, sent=f"{day + days(1):%d %B %Y}"),
        )
        return
    yield from _answers(referral, number, day, cast, steps)


def prepare(number: int, code: str, cases: tuple[int, ...], cast: Cast, told: Told) -> Referral:
    """A draft to the recipient, on the cases' findings, with every item that the register has for them."""
    recipient = Recipient.objects.get(code=code)
    chosen = [told.cases[place] for place in cases]
    return prepare_referral(
        actor=cast["officer"],
        recipient=recipient,
        cases=chosen,
        purpose="tracing" if recipient.kind == "icrc" else "allegation" if code == "SR-EJE" else "information",
        covering_note=covering_note((0, 1, 3)[number % 3]),
        links=list(EvidenceLink.objects.filter(case__in=chosen, removed_at=None)),
    )


def _answers(referral: Referral, number: int, day: datetime.date, cast: Cast, steps: int) -> Story:
    icrc = referral.recipient.kind == "icrc"
    theirs = f"{'CTA' if icrc else 'UN'}-{day:%y}-{700 + number}"
    yield at(day + days(9), 12)
    sent = f"{day + days(1):%d %B %Y}"
    referral = acknowledge_referral(
        referral,
        actor=cast["officer"],
        dated=day + days(8),
        their_reference=theirs,
        text=acknowledgement(number, sent=sent, reference=theirs),
    )
    if steps < REACHED.index("replied"):
        return
    yield at(day + days(48), 12)
    text = reply(number, body="icrc" if icrc else "un", reference=theirs)
    referral = record_reply(referral, actor=cast["officer"], dated=day + days(47), text=text)
    if steps < REACHED.index("closed"):
        return
    yield at(day + days(60), 12)
    outcome = "no_public_accusation" if icrc else "taken_up"
    close_referral(referral, actor=cast["officer"], outcome=outcome, reason="The recipient has answered in substance.")
