"""Notes and tasks of a case."""

from __future__ import annotations

import copy
import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_note_case, can_work_case
from casework.cases.actions.common import (
    apply,
    change_detail,
    not_found,
    refuse_unknown,
    require_open,
    take_case,
    take_open_case,
    take_part,
    tidy,
)
from casework.cases.models import Case, Note, Task
from casework.cases.workflow import COMPLETE, REOPEN_TASK
from casework.core.access import require
from casework.core.errors import Invalid
from casework.core.workflow import change, perform, require_unchanged

if TYPE_CHECKING:
    from casework.accounts.models import User

TASK_FIELDS = frozenset({"title", "due_on", "assignee"})


def add_note(case: Case, *, actor: User, text: str, corrects: Note | None = None) -> Note:
    """Append a note. A correction points to the note it corrects; neither is ever edited."""
    with transaction.atomic():
        row = take_case(case, actor)
        require_open(row)
        require(can_note_case, actor, row)
        if corrects is not None and corrects.case_id != row.pk:
            raise Invalid(
                _("That note belongs to another case."), fields={"corrects": [_("Choose a note of this case.")]}
            )
        note = Note(case=row, corrects=corrects, written_by=actor, written_at=clock.now())
        apply(note, {"text": tidy(text)})
        note.save(force_insert=True)
        detail = {"corrects": str(corrects.pk)} if corrects else {}
        record(Event.NOTE_ADDED, actor=actor, obj=note, detail=detail)
    return note


def add_task(
    case: Case, *, actor: User, title: str, due_on: datetime.date | None = None, assignee: User | None = None
) -> Task:
    """Add something to be done on an open case, for a person who can see the case, or for nobody yet."""
    with transaction.atomic():
        row = take_open_case(case, actor, can_work_case)
        now = clock.now()
        task = Task(case=row, created_by=actor, created_at=now, updated_at=now)
        apply(task, {"title": tidy(title), "due_on": due_on, "assignee": assignee})
        _check_assignee(row, assignee)
        task.save(force_insert=True)
        detail = {"due_on": due_on.isoformat() if due_on else None, "assignee": str(assignee.pk) if assignee else None}
        record(Event.TASK_ADDED, actor=actor, obj=task, detail=detail)
    return task


def change_task(task: Task, *, actor: User, expected: Any = None, **fields: Any) -> Task:
    """Change a task's words, due day or person."""
    refuse_unknown(fields, TASK_FIELDS)
    with transaction.atomic():
        row = take_part(task, actor, can_work_case)
        require_unchanged(row, expected)
        values = {name: tidy(value) for name, value in fields.items()}
        apply(copy.copy(row), values)
        if "assignee" in values:
            _check_assignee(row.case, values["assignee"])
        changed = change(row, values)
        if changed:
            record(Event.TASK_CHANGED, actor=actor, obj=row, detail=change_detail(changed, {"due_on", "assignee"}))
    return row


def complete_task(task: Task, *, actor: User) -> Task:
    """Mark a task as done."""
    with transaction.atomic():
        _take_seen(task, actor)
        return perform(task, COMPLETE, actor=actor)


def reopen_task(task: Task, *, actor: User) -> Task:
    """Put a task that was done back on the list."""
    with transaction.atomic():
        _take_seen(task, actor)
        return perform(task, REOPEN_TASK, actor=actor)


def _take_seen(task: Task, actor: User) -> None:
    if not Case.objects.visible_to(actor).filter(pk=task.case_id).exists():
        raise not_found()


def _check_assignee(case: Case, assignee: User | None) -> None:
    """A task is given only to those who can open its case."""
    if assignee is None:
        return
    if not assignee.is_active or not Case.objects.visible_to(assignee).filter(pk=case.pk).exists():
        message = _("This person cannot open the case. Assign them to it first.")
        raise Invalid(message, fields={"assignee": [message]})
