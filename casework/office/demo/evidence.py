"""The evidence of the demonstration: real files made for it, registered as an investigator would."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from casework.accounts.models import User
from casework.audit import clock
from casework.cases.models import Case
from casework.core.dates import DateRange
from casework.evidence.actions import (
    add_mark,
    add_working_copy,
    assess_item,
    mark_graphic,
    rate_item,
    register_item,
)
from casework.evidence.caveats import recipient_choices
from casework.evidence.models import Item
from casework.evidence.uploads import stored_from_bytes
from casework.office.demo import files
from casework.office.demo.people import EAST, Cast
from casework.office.demo.plan import Incident
from casework.office.demo.texts import (
    ADDRESSEES,
    CLASSIFICATIONS,
    PLACES,
    SUBJECTS,
    evidence_description,
    evidence_title,
    post,
    report_paragraphs,
)

UKRAINE = tuple(place for place in PLACES if place.country == "UA")


def _common(kind: str, number: int, incident: Incident | None, team: str, cast: Cast) -> dict[str, Any]:
    recorded = (
        {"recorded_earliest": incident.earliest, "recorded_latest": incident.latest} if incident is not None else {}
    )
    return {
        "team": cast.teams[team],
        "kind": kind,
        "title": evidence_title(kind, number),
        "description": evidence_description(kind, number),
        "credibility": 2 + number % 2,
        "collected_by": "Duty officer",
        "collected_at": clock.now() - datetime.timedelta(hours=2),
        **recorded,
    }


def register_video(
    case: Case | None, number: int, incident: Incident | None, *, actor: User, cast: Cast, team: str
) -> Item:
    """A short aerial recording from a special service."""
    data = _recording(number, incident)
    closed = number % 13 == 5 and team == EAST
    source = cast.sources["south" if team != EAST else "closed" if closed else "service"]
    item = register_item(
        actor=actor,
        files=[stored_from_bytes(f"recording-{number:04d}.mp4", data, "video/mp4")],
        case=case,
        establishes=("act", "capture_status") if case else (),
        source=source,
        caveat="office" if closed or team != EAST else "any_recipient",
        language="",
        graphic=2,
        how_obtained="Handed over on a data carrier",
        details={"recorded_by": "Unmanned aircraft crew", "copy": "copy"},
        **_common("video", number, incident, team, cast),
    )
    if case is not None:
        add_mark(item.files.get(), actor=actor, at=Decimal(1), text="Two shapes stop at the edge of the track")
    return item


def _recording(number: int, incident: Incident | None) -> bytes:
    started = datetime.datetime.combine(
        incident.earliest if incident else clock.today(), datetime.time(11, number % 60), datetime.UTC
    )
    return files.video(number, seconds=2 + number % 3, started=started)


def register_repost(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast, team: str) -> Item:
    """A channel's copy of the case's own recording, cut and with its name over it: met again by its pictures alone."""
    posted = datetime.datetime.combine(incident.latest + datetime.timedelta(days=2), datetime.time(6, 40), datetime.UTC)
    data = files.reposted(_recording(number, incident), channel="@field_notes_copy")
    return register_item(
        actor=actor,
        files=[stored_from_bytes(f"saved-{number:04d}.mp4", data, "video/mp4")],
        case=case,
        establishes=("act",),
        source=cast.sources["channel"],
        caveat="public",
        graphic=2,
        published_at=posted,
        how_obtained="Saved from the channel",
        details={"copy": "copy", "first_publication": "https://t.me/field_notes_copy/77"},
        **(_common("video", number, incident, team, cast) | {"title": "The same scene, posted by a channel"}),
    )


def add_copies(item: Item, number: int, *, actor: User) -> None:
    """A trimmed copy of a recording, and of that a blurred one, as they would be made for a recipient."""
    parent = item.files.select_related("item", "blob").get()
    steps = (
        ("trimmed", "The first second, in which the trench is seen.", "trimmed"),
        ("blurred", "The faces of two bystanders.", "blurred"),
    )
    for step, (operation, note, word) in enumerate(steps, 1):
        data = files.video(number + 700 + step, seconds=1, started=clock.now())
        upload = stored_from_bytes(f"recording-{number:04d}-{word}.mp4", data, "video/mp4")
        parent = add_working_copy(
            parent, actor=actor, upload=upload, operation=operation, tool="ffmpeg 7.1", made_by="Video desk", note=note
        )


def register_report(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast, team: str) -> Item:
    """A unit's report in Ukrainian."""
    place = UKRAINE[number * 7 % len(UKRAINE)]
    dated = incident.latest + datetime.timedelta(days=1)
    unit = cast.units["UA"][number % len(cast.units["UA"])]
    report_number = f"{300 + number}/окр"
    data = files.unit_report_pdf(
        number,
        unit=unit.note or unit.name,
        number=report_number,
        reported_on=dated,
        paragraphs=report_paragraphs(
            number, place_uk=place.settlement_uk, count=incident.persons, day=f"{incident.latest:%d.%m.%Y}"
        ),
        classification=CLASSIFICATIONS[number % len(CLASSIFICATIONS)],
        subject=SUBJECTS[number % len(SUBJECTS)],
        addressee=ADDRESSEES[number % len(ADDRESSEES)],
    )
    return register_item(
        actor=actor,
        files=[stored_from_bytes(f"донесення-{number:04d}.pdf", data, "application/pdf")],
        case=case,
        establishes=("place", "time"),
        source=cast.sources["unit" if team == EAST else "south"],
        caveat="any_recipient" if team == EAST else "office",
        language="Ukrainian",
        graphic=0,
        how_obtained="Received through the military channel",
        details={
            "unit": unit.name,
            "number": report_number,
            "dated": dated,
            "classification": CLASSIFICATIONS[number % len(CLASSIFICATIONS)],
        },
        **_common("unit_report", number, incident, team, cast),
    )


def register_testimony(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast, team: str) -> Item:
    """An account by a released prisoner, under a pseudonym, with consent to be referred."""
    day = clock.today()
    return register_item(
        actor=actor,
        case=case,
        establishes=("capture_status", "order"),
        caveat="any_recipient",
        language="Ukrainian",
        graphic=1,
        how_obtained="Interview at the office",
        details={
            "pseudonym": f"Witness Birch {number}",
            "identity": "A made-up person",
            "consent": "May be told to the bodies that were named to me, without my name.",
            "consent_uses": ["documentation", "referral"],
            "consent_bodies": [uuid.UUID(key) for key, _name in recipient_choices()],
            "consent_given_on": day,
            "consent_taken_by": actor.name,
            "interviewer": actor.name,
            "interpreter": "None needed",
            "place": "Office",
            "protection_level": "serious",
            "protection_concern": "Relatives live in an occupied place.",
            "repeat_reason": "The earlier interview did not ask who gave the order.",
            "earlier_interviews": [{"by_whom": "A monitoring body", "held": DateRange(day, day)}],
        },
        **_common("testimony", number, incident, team, cast),
    )


def judge(items: Sequence[Item], *, people: Sequence[User]) -> None:
    """What several people make of the first of the items, and a second person's mark of all of them."""
    first, second = people[:2]
    for item in items:
        mark_graphic(item, actor=second, level=item.graphic)
    assess_item(
        items[0], actor=first, aspect="source", grade="holds", method="Known channel; earlier material held up."
    )
    assess_item(
        items[0], actor=first, aspect="content", grade="holds", method="Tree line and road matched to the map.",
        note="The bend of the road and two poles agree; the time fits the shadows.",
    )  # fmt: skip
    for person in people[1:]:
        grade = "reserved" if person == second else "holds"
        method = "Weather compared with the day" if person == second else "Uniforms and vehicles compared"
        assess_item(items[0], actor=person, aspect="content", grade=grade, method=method)
    assess_item(items[0], actor=second, aspect="technical", grade="reserved", method="Re-encoded; no metadata left.")
    rate_item(items[0], actor=second, credibility=2, reason="Agrees with the report of the unit.")


def register_post(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast, team: str) -> Item:
    """A post of a messenger channel, with its capture."""
    place = UKRAINE[number * 7 % len(UKRAINE)]
    found = post(number, place=place.settlement, place_uk=place.settlement_uk)
    posted = datetime.datetime.combine(
        incident.latest + datetime.timedelta(days=1), datetime.time(17, number % 60), datetime.UTC
    )
    handle = found.channel.handle.lstrip("@")
    data = files.post_capture(
        number,
        channel=found.channel.name,
        text=found.text,
        posted=posted,
        language=found.channel.language,
        handle=found.channel.handle,
        with_media=True,
    )
    return register_item(
        actor=actor,
        files=[stored_from_bytes(f"capture-{number:04d}.png", data, "image/png")],
        case=case,
        establishes=("act", "perpetrator"),
        source=cast.sources["channel" if team == EAST else "south"],
        caveat="public" if team == EAST else "office",
        language={"uk": "Ukrainian", "ru": "Russian", "en": "English"}[found.channel.language],
        graphic=1,
        published_at=posted,
        how_obtained="Captured by the office",
        details={
            "platform": "telegram",
            "handle": found.channel.handle,
            "display_name": found.channel.name,
            "affiliation": found.channel.affiliation,
            "url": f"https://t.me/{handle}/{1000 + number}",
            "post_id": str(1000 + number),
            "published_shown": f"{posted:%d.%m.%Y %H:%M}",
            "text": found.text,
            "translation": found.translation,
            "capture_method": "Screen capture in a browser",
            "captured_by": actor.name,
            "captured_at": clock.now(),
        },
        **_common("post", number, incident, team, cast),
    )
