"""The stories of cases: each a generator that yields the moment of its next act and then acts.

The scheduler in loading.py runs all stories together in the order of their moments, so that the audit's chain tells one
chronology, as it would in a real office.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.accounts.models import User
from casework.care.actions import begin_look, count_look
from casework.cases.actions import (
    add_moment,
    add_note,
    add_perpetrator,
    add_task,
    add_victim,
    assign_person,
    change_case,
    complete_task,
    create_case,
)
from casework.cases.models import Case, Party, Region
from casework.core.dates import DateRange
from casework.evidence.models import EvidenceLink, Item
from casework.findings.actions import approve_finding, propose_finding, return_finding
from casework.findings.models import Finding
from casework.office.demo.evidence import (
    add_copies,
    judge,
    register_post,
    register_report,
    register_repost,
    register_testimony,
    register_video,
)
from casework.office.demo.people import EAST, SOUTH, Cast
from casework.office.demo.plan import Incident
from casework.office.demo.texts import (
    NOTES,
    PLACES,
    RETURN_NOTES,
    TASKS,
    UNCERTAINTY_METRES,
    DemoPlace,
    case_summary,
    case_title,
    finding_reasons,
    other_side_summary,
    person,
)

Story = Iterator[datetime.datetime]
UKRAINE = tuple(place for place in PLACES if place.country == "UA")
QUALIFICATION = {"captured": "8-2-a-i", "surrendering": "8-2-b-vi", "hors_de_combat": "8-2-b-vi"}
LEARNED = ("special_service", "unit_report", "perpetrators", "monitoring_body", "special_service", "media")


@dataclass
class Told:
    """What the stories have made so far, for the referrals to tell on."""

    cases: dict[int, Case] = field(default_factory=dict)
    findings: dict[int, Finding] = field(default_factory=dict)


def at(day: datetime.date, hour: int = 10, minute: int = 0) -> datetime.datetime:
    """A moment of that day, UTC."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), datetime.UTC)


def days(count: float) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def place_of(number: int) -> DemoPlace:
    return UKRAINE[number * 7 % len(UKRAINE)]


def open_case(number: int, incident: Incident, *, actor: User, team: str, cast: Cast) -> Case:
    """Open the case of an incident, with everything the form asks."""
    place = place_of(number)
    other = incident.victims == "RU"
    summary = other_side_summary(place.settlement) if other else case_summary(
        number, place=place.settlement, count=incident.persons, status=incident.status
    )  # fmt: skip
    return create_case(
        actor=actor,
        team=cast.teams[team],
        title=case_title(number, place=place.settlement, count=incident.persons),
        summary=summary,
        learned_from=LEARNED[number % len(LEARNED)],
        occurred=DateRange(incident.earliest, incident.latest),
        country=place.country,
        region=Region.objects.get(name=place.oblast),
        raion=place.raion,
        settlement=place.settlement,
        latitude=f"{place.latitude:.5f}",
        longitude=f"{place.longitude:.5f}",
        uncertainty=UNCERTAINTY_METRES,
        victims_party=Party.objects.get(code=incident.victims),
        responsible_party=Party.objects.get(code="UA" if other else "RU"),
    )


def add_people(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast) -> None:
    """The victims: some named and under embargo, the rest as a group; and the unit alleged responsible."""
    named = min(incident.persons, 1 + number % 2) if number % 3 else 0
    for place in range(named):
        someone = person(number * 11 + place)
        add_victim(
            case,
            actor=actor,
            surname=someone.surname,
            first_names=someone.given,
            patronymic=someone.patronymic,
            rank=someone.rank,
            service_number=someone.number,
            born=DateRange(datetime.date(someone.born, 1, 1), datetime.date(someone.born, 12, 31)),
            identity="confirmed" if number % 2 else "tentative",
            status_at_death=incident.status,
            unarmed=True,
            wounded=incident.status == "hors_de_combat",
            power=case.victims_party,
        )
    rest = incident.persons - named
    if rest:
        add_victim(
            case,
            actor=actor,
            kind="group" if rest > 1 else "person",
            at_least=rest,
            at_most=rest,
            status_at_death=incident.status,
            unarmed=True,
        )
    units = cast.units["UA" if incident.victims == "RU" else "RU"]
    if number % 4 == 0:
        add_perpetrator(
            case,
            actor=actor,
            kind="unit",
            unit=units[number % len(units)],
            involvement="suspected",
            basis="The unit held the line at that place and time according to two unit reports.",
        )


def add_course(case: Case, number: int, incident: Incident, *, actor: User) -> None:
    """The moments that decide the victims' status."""
    course = {
        "captured": ("surrender_signalled", "disarmed", "captured", "shot"),
        "surrendering": ("surrender_signalled", "disarmed", "shot"),
        "hors_de_combat": ("wounded", "shot"),
    }[incident.status]
    for kind in course:
        add_moment(case, actor=actor, kind=kind, note=f"Seen in the recording, from second {number % 40 + 5}.")


REPOSTED = 101
"""The case whose recording a channel posted again."""
WITH_COPIES = 102
"""The case whose recording was trimmed and blurred for a recipient."""


def file_evidence(case: Case, number: int, incident: Incident, *, actor: User, cast: Cast, team: str) -> list[Item]:
    """A video for each case; a unit report and a post for some."""
    items = [register_video(case, number, incident, actor=actor, cast=cast, team=team)]
    if number == WITH_COPIES:
        add_copies(items[0], number, actor=actor)
    if number % 3 != 1:
        items.append(register_report(case, number, incident, actor=actor, cast=cast, team=team))
    if number % 4 == 2:
        items.append(register_post(case, number, incident, actor=actor, cast=cast, team=team))
    if number == REPOSTED:
        items.append(register_repost(case, number, incident, actor=actor, cast=cast, team=team))
    return items


def propose(case: Case, number: int, incident: Incident, persons: int, *, actor: User) -> Finding:
    """Propose what the plan says the office concluded."""
    case.refresh_from_db()
    assert case.victims_party is not None  # noqa: S101
    return propose_finding(
        case,
        actor=actor,
        conclusion="confirmed",
        standard=2 + (number % 5 == 0),
        victims_party=case.victims_party,
        responsible_party=case.responsible_party,
        occurred=DateRange(incident.earliest, incident.latest),
        counts={incident.status: (persons, persons + (number % 6 == 0))},
        qualifications=(QUALIFICATION[incident.status],),
        reasons=finding_reasons(number),
        links=list(EvidenceLink.objects.filter(case=case, removed_at=None)),
    )


def confirmed_case(number: int, incident: Incident, cast: Cast, told: Told) -> Story:
    """From the lead to the finding in force, and to a second finding where the plan has one."""
    actor = cast[("investigator", "investigator2", "investigator3")[number % 3]]
    reviewer = cast[("reviewer", "reviewer2")[number % 2]]
    opened = min(incident.latest + days(4 + number % 9), incident.decided - days(2))
    yield at(opened, 8 + number % 9, number % 60)
    case = open_case(number, incident, actor=actor, team=EAST, cast=cast)
    told.cases[number] = case
    yield at(opened, 18)
    add_people(case, number, incident, actor=actor, cast=cast)
    file_evidence(case, number, incident, actor=actor, cast=cast, team=EAST)
    yield at(opened + days(1), 9)
    add_course(case, number, incident, actor=actor)
    add_note(case, actor=actor, text=NOTES[number % len(NOTES)])
    yield at(incident.decided - days(1), 11, number % 60)
    finding = propose(case, number, incident, incident.persons, actor=actor)
    yield at(incident.decided, 14, number % 60)
    told.findings[number] = approve_finding(finding, actor=reviewer)
    if not incident.later_decided:
        return
    yield at(incident.later_decided - days(2), 10)
    add_victim(
        case,
        actor=actor,
        kind="group",
        at_least=incident.later - incident.persons,
        at_most=incident.later - incident.persons,
        status_at_death=incident.status,
    )
    register_video(case, number + 500, incident, actor=actor, cast=cast, team=EAST)
    finding = propose(case, number, incident, incident.later, actor=actor)
    yield at(incident.later_decided, 15)
    told.findings[number] = approve_finding(finding, actor=reviewer)


WITNESSED = 102
"""The case in which a released prisoner was heard."""


def later_case(number: int, opened: datetime.date, cast: Cast, told: Told, *, outcome: str, team: str = EAST) -> Story:
    """A case of the last months: `outcome` says how far it has come."""
    south = team == SOUTH
    actor = cast["south.investigator"] if south else cast[("investigator", "investigator2")[number % 2]]
    latest = opened - days(6 + number % 5)
    status = ("captured", "surrendering", "hors_de_combat")[number % 3]
    incident = Incident(latest - days(number % 3), latest, 1 + number % 4, opened + days(20), status)
    yield at(opened, 7 + number % 11, number % 60)
    case = open_case(number, incident, actor=actor, team=team, cast=cast)
    told.cases[number] = case
    if outcome == "new":
        return
    yield at(opened, 19)
    add_people(case, number, incident, actor=actor, cast=cast)
    items = file_evidence(case, number, incident, actor=actor, cast=cast, team=team)
    if number == WITNESSED:
        register_testimony(case, number, incident, actor=actor, cast=cast, team=team)
    if number % 3 == 0 and not south:
        others = [cast[name] for name in ("investigator", "investigator2", "reviewer") if cast[name] != actor]
        assign_person(case, actor=actor, user=others[0])
        judge(items, people=[actor, *others])
    yield from _tasks(case, number, opened, actor)
    if outcome == "working":
        return
    yield at(opened + days(3), 9)
    add_course(case, number, incident, actor=actor)
    yield at(opened + days(4), 16)
    finding = propose(case, number, incident, incident.persons, actor=actor)
    reviewer = cast["south.reviewer" if south else "reviewer"]
    if outcome == "returned":
        yield at(opened + days(5), 9)
        return_finding(finding, actor=reviewer, code="count", note=RETURN_NOTES[number % len(RETURN_NOTES)])
    elif outcome == "confirmed":
        yield at(opened + days(6), 9)
        told.findings[number] = approve_finding(finding, actor=reviewer)


def _tasks(case: Case, number: int, opened: datetime.date, actor: User) -> Story:
    yield at(opened + days(1), 8)
    for offset in (0, 1):
        task = add_task(
            case,
            actor=actor,
            title=TASKS[(number + offset) % len(TASKS)],
            due_on=opened + days(7 + 5 * offset),
            assignee=actor,
        )
        if offset and number % 2:
            complete_task(task, actor=actor)
    change_case(case, actor=actor, priority="high" if number % 2 else "urgent")


def watched(cast: Cast, now: datetime.datetime) -> Story:
    """What two investigators have watched in the last weeks, a minute at a time."""
    for week in range(7, -1, -1):
        for who, hours, minutes in (("investigator", 4, 3 + week * 5 % 9), ("investigator2", 3, 2 + week * 3 % 5)):
            begun = now - datetime.timedelta(weeks=week, hours=hours)
            yield begun
            look = begin_look(actor=cast[who], level=2 + week % 2, step=("grey", "large", "colour", "sound")[week % 4])
            for minute in range(1, minutes):
                yield begun + datetime.timedelta(minutes=minute)
                if look is not None:
                    count_look(look.pk, actor=cast[who], ended=minute == minutes - 1)


def recent_uploads(cast: Cast, now: datetime.datetime) -> Story:
    """What came in last night and belongs to no case yet."""
    for place in range(3):
        yield now - datetime.timedelta(hours=9 - 3 * place)
        register_video(None, 900 + place, None, actor=cast["investigator"], cast=cast, team=EAST)
