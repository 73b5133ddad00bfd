"""Every address of the API that takes a body: who sends it, what it takes, and where the bad input goes."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DAY = "2024-10-01"
Body = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """`path` may name an object of the world as {victim}. `text`, `number`, `day` and `reference` are input fields;
    `number` is a whole one unless it takes `fractions`;
    `foreign` is the object of the world that `reference` names (a list is sent for `many`)."""

    path: str
    body: Body
    who: str = "investigator"
    verb: str = "post"
    text: str = ""
    number: str = ""
    fractions: bool = False
    day: str = ""
    reference: str = ""
    foreign: str = ""
    many: bool = False

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"

    def url(self, world: Any) -> str:
        keys = {name: getattr(value, "pk", None) for name, value in vars(world).items()}
        return f"/api/v1/{self.path.format(**keys)}"


def key(name: str, /, **more: Any) -> Body:
    """A body that names one object of the world under its own name."""
    return lambda world: {name: str(getattr(world, name).pk), **more}


def finding(world: Any) -> dict[str, Any]:
    """A whole proposal."""
    return {
        "case": str(world.case.pk), "conclusion": "confirmed", "standard": 2, "victims_party": "UA",
        "responsible_party": "RU", "occurred": DAY, "reasons": "The video shows it.", "links": [str(world.link.pk)],
        "counts": [{"status": "captured", "at_least": 1, "at_most": 2}],
    }  # fmt: skip


def proposed_again(world: Any) -> dict[str, Any]:
    """A whole new version of one that was returned."""
    return {name: value for name, value in finding(world).items() if name != "case"}


def statement(world: Any) -> dict[str, Any]:
    """A whole statement."""
    return {
        "team": str(world.team.pk), "speaker": "A speaker", "speaker_kind": "official", "party": "RU", "made": DAY,
        "medium": "A channel", "text": "Words", "language": "Russian", "kind": "no_quarter",
    }  # fmt: skip


def issuer_figure(world: Any) -> dict[str, Any]:
    """A whole figure of another issuer."""
    return {
        "issuer": "A body", "unit": "persons", "value": 3, "published_on": DAY, "definition": "Persons", "quote": "3",
    }  # fmt: skip


def referral(world: Any) -> dict[str, Any]:
    """A whole draft."""
    return {"recipient": str(world.recipient.pk), "cases": [str(world.case.pk)]}


CREATE = [
    Endpoint("cases/", key("team", title="Shot", learned_from="media"), text="title", number="uncertainty",
             day="occurred", reference="team", foreign="team"),
    Endpoint("victims/", key("case"), text="surname", number="at_least", day="born", reference="case", foreign="case"),
    Endpoint("perpetrators/", key("case", kind="person", involvement="ordered", basis="Seen", name="Somebody"),
             text="basis", reference="case", foreign="case"),
    Endpoint("moments/", key("case", kind="captured"), text="note", number="position", reference="case",
             foreign="case"),
    Endpoint("notes/", key("case", text="Words"), text="text", reference="corrects", foreign="note"),
    Endpoint("tasks/", key("case", title="Call"), text="title", day="due_on", reference="case", foreign="case"),
    Endpoint("evidence/", key("team", kind="document", title="Paper"), text="title", number="credibility",
             day="recorded", reference="source", foreign="source"),
    Endpoint("evidence-links/", lambda w: {"item": str(w.loose.pk), "case": str(w.case.pk), "establishes": ["act"]},
             text="note", reference="item", foreign="item"),
    Endpoint("assessments/", key("item", aspect="content", grade="holds", method="Landmarks"), text="method",
             reference="item", foreign="item"),
    Endpoint("marks/", lambda w: {"file": str(w.clip.pk), "at": "74.5", "text": "Hands raised"}, text="text",
             number="at", fractions=True, reference="file", foreign="clip"),
    Endpoint("sources/", key("team", kind="witness", name="W"), text="name", reference="team", foreign="team"),
    Endpoint("findings/", finding, text="reasons", number="standard", day="occurred", reference="links",
             foreign="link", many=True),
    Endpoint("elements/", key("case", qualification="8-2-a-i", element="killed", standing="gap"), text="note",
             reference="case", foreign="case"),
    Endpoint("statements/", statement, text="speaker", day="made", reference="captures", foreign="item", many=True),
    Endpoint("referrals/", referral, who="referral_officer", text="covering_note", reference="cases", foreign="case",
             many=True),
    Endpoint("issuer-figures/", issuer_figure, text="quote", number="value", day="published_on"),
]  # fmt: skip

CHANGE = [
    Endpoint("cases/{case}/", lambda w: {"title": "New"}, verb="patch", text="summary", number="uncertainty",
             day="occurred"),
    Endpoint("victims/{victim}/", lambda w: {"rank": "Sergeant"}, verb="patch", text="note", number="age", day="born"),
    Endpoint("perpetrators/{perpetrator}/", lambda w: {"rank": "Major"}, verb="patch", text="name"),
    Endpoint("moments/{moment}/", lambda w: {"note": "Seen"}, verb="patch", text="note", number="position"),
    Endpoint("tasks/{task}/", lambda w: {"title": "New"}, verb="patch", text="title", day="due_on",
             reference="assignee", foreign="helper"),
    Endpoint("evidence/{item}/", lambda w: {"title": "New"}, verb="patch", text="description", day="recorded",
             reference="source", foreign="source"),
    Endpoint("marks/{mark}/", lambda w: {"text": "Lowered"}, verb="patch", text="text", number="at",
             fractions=True),
    Endpoint("sources/{source}/", lambda w: {"name": "New"}, verb="patch", text="note"),
    Endpoint("statements/{statement}/", lambda w: {"medium": "New"}, verb="patch", text="translation", day="made",
             reference="incidents", foreign="case", many=True),
    Endpoint("referrals/{referral}/", lambda w: {"covering_note": "New"}, who="referral_officer", verb="patch",
             text="covering_note", reference="cases", foreign="case", many=True),
    Endpoint("issuer-figures/{issuer_figure}/", lambda w: {"quote": "Four"}, verb="patch", text="issuer",
             number="value", day="as_of"),
]  # fmt: skip

ACTS = [
    Endpoint("cases/{case}/close/", lambda w: {"reason": "Done"}, text="reason"),
    Endpoint("cases/{case}/assign/", lambda w: {"user": str(w.helper.pk)}, reference="user", foreign="helper"),
    Endpoint("victims/{victim}/remove/", lambda w: {"reason": "Twice"}, text="reason"),
    Endpoint("perpetrators/{perpetrator}/remove/", lambda w: {"reason": "Twice"}, text="reason"),
    Endpoint("moments/{moment}/remove/", lambda w: {"reason": "Twice"}, text="reason"),
    Endpoint("marks/{mark}/remove/", lambda w: {"reason": "Wrong"}, text="reason"),
    Endpoint("tasks/{task}/complete/", lambda w: {}),
    Endpoint("evidence-links/{link}/remove/", lambda w: {"reason": "Wrong"}, text="reason"),
    Endpoint("evidence/{item}/release/", lambda w: {"caveat": "public", "released_by": "Them", "terms": "All",
             "released_on": DAY}, text="terms", day="released_on"),
    Endpoint("evidence/{item}/rate/", lambda w: {"credibility": 3, "reason": "Known"}, text="reason",
             number="credibility"),
    Endpoint("evidence/{item}/mark/", lambda w: {"level": 3}, text="note", number="level"),
    Endpoint("evidence/{interview}/withdraw-consent/", lambda w: {"withdrawn_on": DAY, "reason": "Letter"},
             text="reason", day="withdrawn_on"),
    Endpoint("sources/{source}/rate/", lambda w: {"reliability": "A", "reason": "Known"}, text="reason"),
    Endpoint("findings/{finding}/withdraw/", lambda w: {"reason": "Wrong"}, text="reason"),
    Endpoint("findings/{finding}/return/", lambda w: {"code": "count", "note": "Again"}, who="reviewer", text="note"),
    Endpoint("findings/{finding}/resubmit/", proposed_again, text="reasons", number="standard",
             day="occurred", reference="links", foreign="link", many=True),
    Endpoint("referrals/{referral}/submit/", lambda w: {}, who="referral_officer"),
    Endpoint("referrals/{referral}/withdraw/", lambda w: {"reason": "Wrong"}, who="referral_officer", text="reason"),
    Endpoint("referrals/{referral}/return/", lambda w: {"reason": "Wrong"}, who="second_officer", text="reason"),
    Endpoint("referrals/{referral}/reply/", lambda w: {"dated": DAY, "text": "Thanks"}, who="referral_officer",
             text="text", day="dated"),
    Endpoint("referrals/{referral}/acknowledge/", lambda w: {"dated": DAY}, who="referral_officer",
             text="their_reference", day="dated"),
    Endpoint("referrals/{referral}/correspondence/", lambda w: {"dated": DAY, "direction": "in", "kind": "question"},
             who="referral_officer", text="text", day="dated"),
    Endpoint("referrals/{referral}/close/", lambda w: {"outcome": "taken_up", "reason": "Done"}, who="referral_officer",
             text="reason"),
    Endpoint("referrals/{referral}/delivery-unknown/", lambda w: {"reason": "Lost"}, who="referral_officer",
             text="reason"),
    Endpoint("referrals/{referral}/resolve-not-sent/", lambda w: {"reason": "Lost"}, who="referral_officer",
             text="reason"),
]  # fmt: skip

ALL = CREATE + CHANGE + ACTS
LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
