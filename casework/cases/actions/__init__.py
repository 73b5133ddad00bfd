"""Every write to a case and what hangs on it. Pages, the API, commands and the demonstration call these alike."""

from casework.cases.actions.access import assign_person, break_glass, end_access, end_assignment, grant_access
from casework.cases.actions.cases import change_case, close_case, create_case, reopen_case, set_sensitivity
from casework.cases.actions.moments import add_moment, change_moment, remove_moment
from casework.cases.actions.perpetrators import add_perpetrator, change_perpetrator, remove_perpetrator
from casework.cases.actions.progress import add_note, add_task, change_task, complete_task, reopen_task
from casework.cases.actions.victims import add_victim, change_victim, remove_victim

__all__ = [
    "add_moment",
    "add_note",
    "add_perpetrator",
    "add_task",
    "add_victim",
    "assign_person",
    "break_glass",
    "change_case",
    "change_moment",
    "change_perpetrator",
    "change_task",
    "change_victim",
    "close_case",
    "complete_task",
    "create_case",
    "end_access",
    "end_assignment",
    "grant_access",
    "remove_moment",
    "remove_perpetrator",
    "remove_victim",
    "reopen_case",
    "reopen_task",
    "set_sensitivity",
]
