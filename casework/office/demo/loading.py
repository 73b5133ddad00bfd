"""Laying the demonstration down: every story through the pages' own actions, in one chronology, all or nothing."""

from __future__ import annotations

import datetime
import heapq
import itertools
from collections.abc import Iterable

from django.db import transaction

from casework.accounts.models import Team
from casework.audit import clock
from casework.cases.models import Party, Unit
from casework.integrity import sealing
from casework.integrity.heads import make_head
from casework.office.demo.cases import Story, Told, at, confirmed_case, days, later_case, recent_uploads, watched
from casework.office.demo.imports import imports
from casework.office.demo.people import SOUTH, Cast, assemble, renew
from casework.office.demo.plan import CONFIRMED, OTHER_SIDE
from casework.office.demo.published import issuer_figures, statements
from casework.office.demo.referrals import refer

BEGINNING = datetime.date(2022, 2, 1)


def load() -> list[dict[str, str]]:
    """Lay the demonstration down once. Returns its accounts, or nothing when the office already holds anything.

    All in one transaction: an interrupted load leaves an empty office, and files that the store's sweep takes away.
    """
    if Team.objects.exists() or Unit.objects.exists() or not Party.objects.exists():
        return []
    now = clock.now()
    with transaction.atomic():
        with clock.travelling_to(at(BEGINNING)):
            cast = assemble()
        tell([*past(cast, told := Told()), *present(cast, told, now), sealings(now)], until=now)
    sealing.seal()
    return cast.accounts


def sealings(now: datetime.datetime) -> Story:
    """Heads of the chains: one a quarter in the past, one a day in the last week."""
    moment = BEGINNING_MOMENT
    while moment < now:
        moment += days(91) if now - moment > days(98) else days(1)
        yield moment
        make_head()


def tell(stories: Iterable[Story], *, until: datetime.datetime) -> None:
    """Run stories together, each act at its moment, earliest first; acts after `until` are yet to come."""
    order = itertools.count()
    waiting: list[tuple[datetime.datetime, int, Story]] = []
    for story in stories:
        _put(waiting, story, next(order), BEGINNING_MOMENT)
    while waiting:
        moment, place, story = heapq.heappop(waiting)
        if moment > until:
            continue
        with clock.travelling_to(moment):
            _put(waiting, story, place, moment)


BEGINNING_MOMENT = at(BEGINNING)


def _put(
    waiting: list[tuple[datetime.datetime, int, Story]], story: Story, place: int, present: datetime.datetime
) -> None:
    """Let the story act until it names its next moment; a moment never lies before the present one."""
    moment = next(story, None)
    if moment is not None:
        heapq.heappush(waiting, (max(moment, present), place, story))


def past(cast: Cast, told: Told) -> list[Story]:
    """What the published figures rest on, and the referrals of that time."""
    stories = [confirmed_case(number, incident, cast, told) for number, incident in enumerate(CONFIRMED)]
    stories.append(confirmed_case(len(CONFIRMED), OTHER_SIDE, cast, told))
    day = datetime.date.fromisoformat
    referrals = (
        ("ICRC", (16, 18), "2024-04-16", "closed"),
        ("HRMMU", (20, 22), "2024-05-07", "replied"),
        ("SR-EJE", (29,), "2024-09-03", "acknowledged"),
        ("ICRC", (40, 43), "2024-11-25", "replied"),
        ("HRMMU", (40, 41, 42, 43), "2024-11-26", "closed"),
        ("COI-UA", (48, 50), "2024-12-10", "acknowledged"),
        ("HRMMU", (53, 54), "2025-02-05", "replied"),
    )
    stories += [
        refer(number, code, cases, day(when), cast, told, reaches=reaches)
        for number, (code, cases, when, reaches) in enumerate(referrals)
    ]
    return [*stories, issuer_figures(cast), statements(cast)]


def present(cast: Cast, told: Told, now: datetime.datetime) -> list[Story]:
    """The last months as seen from today: newer cases in every stage, and referrals nobody has answered."""
    today = now.date()
    stages = (
        (160, "confirmed"), (131, "confirmed"), (104, "confirmed"), (83, "working"), (61, "returned"),
        (47, "proposed"), (33, "proposed"), (24, "working"), (15, "proposed"), (8, "working"), (3, "working"),
        (1, "new"),
    )  # fmt: skip
    stories = [
        later_case(100 + number, today - days(ago), cast, told, outcome=outcome)
        for number, (ago, outcome) in enumerate(stages)
    ]
    south = ((90, "confirmed"), (40, "proposed"), (12, "working"))
    stories += [
        later_case(200 + number, today - days(ago), cast, told, outcome=outcome, team=SOUTH)
        for number, (ago, outcome) in enumerate(south)
    ]
    referrals = (
        ("ICRC", (100,), 140, "sent"),
        ("HRMMU", (101,), 95, "sent"),
        ("COI-UA", (100, 101), 80, "acknowledged"),
        ("SR-EJE", (102,), 62, "sent"),
        ("HRMMU", (102,), 20, "acknowledged"),
        ("ICRC", (102,), 4, "approved"),
        ("HRMMU", (48,), 3, "awaiting"),
        ("COI-UA", (102,), 6, "returned"),
        ("SR-EJE", (103,), 1, "draft"),
    )
    stories += [
        refer(50 + number, code, cases, today - days(ago), cast, told, reaches=reaches)
        for number, (code, cases, ago, reaches) in enumerate(referrals)
    ]
    last = (renew(cast, now - days(30)), recent_uploads(cast, now), imports(cast, now), watched(cast, now))
    return [*stories, *last]
