"""The states of an import and every way between them.

    received --read----> reading --present-> preview --confirm-> running --finish-> done
    received, reading, running --fail-> failed --retry-> received
    received, reading, preview, failed --cancel-> cancelled

Reading and running are the worker's; each may begin again after a kill, which changes no state.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.audit.events import Event
from casework.core.workflow import Transition, Workflow
from casework.imports.access import can_be_noted, can_work_on_import
from casework.imports.models import Import

State = Import.State

READ = Transition(
    "read", _("Read"), frozenset({State.RECEIVED}), State.READING, can_work_on_import, Event.IMPORT_READ
)  # fmt: skip
PRESENT = Transition(
    "present", _("Present"), frozenset({State.READING}), State.PREVIEW, can_work_on_import, Event.IMPORT_READ
)  # fmt: skip
CONFIRM = Transition(
    "confirm", _("Import"), frozenset({State.PREVIEW}), State.RUNNING, can_work_on_import, Event.IMPORT_CONFIRMED
)  # fmt: skip
FINISH = Transition(
    "finish", _("Finish"), frozenset({State.RUNNING}), State.DONE, can_work_on_import, Event.IMPORT_DONE
)  # fmt: skip
FAIL = Transition(
    "fail", _("Fail"), frozenset({State.RECEIVED, State.READING, State.RUNNING}), State.FAILED, can_be_noted,
    Event.IMPORT_FAILED,
)  # fmt: skip
RETRY = Transition(
    "retry", _("Try again"), frozenset({State.FAILED}), State.RECEIVED, can_work_on_import, Event.IMPORT_RETRIED
)  # fmt: skip
CANCEL = Transition(
    "cancel", _("Cancel"), frozenset({State.RECEIVED, State.READING, State.PREVIEW, State.FAILED}), State.CANCELLED,
    can_work_on_import, Event.IMPORT_CANCELLED,
)  # fmt: skip

IMPORT_WORKFLOW = Workflow(
    "import", State, (READ, PRESENT, CONFIRM, FINISH, FAIL, RETRY, CANCEL), initial=State.RECEIVED
)
