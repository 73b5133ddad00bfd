"""This room's part of the case page: the way to an import for the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.cases.access import can_edit_case
from casework.cases.rooms import CaseRoom, Facts, register

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case


def import_facts(case: Case, user: User) -> Facts:
    """Whether the person may bring something into the case; costs no query."""
    return {"may_bring": can_edit_case(user, case)}


def register_room() -> None:
    """Put the way to an import beside every case that takes evidence."""
    register(CaseRoom(key="imports", order=31, facts=import_facts, aside_template="imports/_case_aside.html"))
