"""The states of cases and tasks, and how they change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.audit.events import Event
from casework.cases.access import can_close_case, can_do_task, can_reopen_case
from casework.cases.models import Case, Task
from casework.core.workflow import Transition, Workflow

CLOSE = Transition(
    "close",
    _("Close case"),
    sources=frozenset({Case.State.OPEN}),
    target=Case.State.CLOSED,
    allowed=can_close_case,
    event=Event.CASE_CLOSED,
    needs_reason=True,
)
REOPEN = Transition(
    "reopen",
    _("Reopen case"),
    sources=frozenset({Case.State.CLOSED}),
    target=Case.State.OPEN,
    allowed=can_reopen_case,
    event=Event.CASE_REOPENED,
    needs_reason=True,
)
CASE_WORKFLOW = Workflow("case", Case.State, (CLOSE, REOPEN), initial=Case.State.OPEN)

COMPLETE = Transition(
    "complete",
    _("Mark as done"),
    sources=frozenset({Task.State.OPEN}),
    target=Task.State.DONE,
    allowed=can_do_task,
    event=Event.TASK_DONE,
)
REOPEN_TASK = Transition(
    "reopen",
    _("Reopen task"),
    sources=frozenset({Task.State.DONE}),
    target=Task.State.OPEN,
    allowed=can_do_task,
    event=Event.TASK_REOPENED,
)
TASK_WORKFLOW = Workflow("task", Task.State, (COMPLETE, REOPEN_TASK), initial=Task.State.OPEN)
