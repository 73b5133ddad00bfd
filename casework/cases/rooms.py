"""How the rooms above add their part to the case page without this room knowing them.

Each app that has something to say about a case registers a `CaseRoom` when it is ready: a tab, a step of the task list,
what still blocks the work, and fragments for the head, the overview and the side column. What a room only counts it
gives as sub-selects (`counts`), which are read together with the case; `facts` is asked once for each page, finds them
in `case_counts(case)`, and should cost one query more at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from casework.accounts.models import User
    from casework.cases.models import Case

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One line of the task list: `state` is not_started, started, done or blocked."""

    label: Any
    state: str
    url: str
    note: Any = ""


@dataclass(frozen=True)
class CaseRoom:
    """One app's part of the case page. Templates get `case`, `facts` and the page's context."""

    key: str
    order: int
    label: Any = ""
    url_name: str = ""
    facts: Callable[[Case, User], Facts] = lambda case, user: {}
    counts: Callable[[], Mapping[str, Combinable]] = dict
    count: Callable[[Facts], int | None] = lambda facts: None
    steps: Callable[[Case, Facts], Sequence[Step]] = lambda case, facts: ()
    head_template: str = ""
    overview_template: str = ""
    aside_template: str = ""


_rooms: dict[str, CaseRoom] = {}


def register(room: CaseRoom) -> None:
    """Add a room to every case page; called from an AppConfig's `ready`."""
    _rooms[room.key] = room


def room_counts() -> dict[str, Combinable]:
    """The sub-selects of all rooms, by name; each refers to the case as `OuterRef("pk")` and to nothing that differs
    between requests: no person, no day."""
    return {name: part for room in _rooms.values() for name, part in room.counts().items()}


def case_frame(case: Case, user: User, *, active: str) -> dict[str, Any]:
    """The context that templates/cases/case_frame.html needs: tabs, steps and fragments, whichever tab is open."""
    rooms = sorted(_rooms.values(), key=lambda room: room.order)
    facts = {room.key: room.facts(case, user) for room in rooms}
    return {
        "case": case,
        "active": active,
        "active_label": _rooms[active].label if active in _rooms else "",
        "facts": facts,
        "case_tabs": [
            {
                "label": room.label,
                "url": reverse(room.url_name, args=[case.pk]),
                "count": room.count(facts[room.key]),
                "active": room.key == active,
            }
            for room in rooms
            if room.url_name
        ],
        "case_steps": [step for room in rooms for step in room.steps(case, facts[room.key])],
        "head_parts": [(room.head_template, facts[room.key]) for room in rooms if room.head_template],
        "overview_parts": [(room.overview_template, facts[room.key]) for room in rooms if room.overview_template],
        "aside_parts": [(room.aside_template, facts[room.key]) for room in rooms if room.aside_template],
    }
