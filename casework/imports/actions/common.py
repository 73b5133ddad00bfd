"""What the writes of this room begin with."""

from __future__ import annotations

from casework.accounts.models import User
from casework.cases.actions.common import require_open, take_case
from casework.cases.models import Case
from casework.core.access import require
from casework.evidence.access import can_add_evidence


def take_receiving_case(case: Case, actor: User) -> Case:
    """The case that an import goes into, locked. Raises Conflict when it was closed, which is told before anything
    else, and NotAllowed when the person may put nothing into it."""
    row = take_case(case, actor)
    require_open(row)
    require(can_add_evidence, actor, row)
    return row
