"""The states of an upload, and how they change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.audit.events import Event
from casework.core.workflow import Transition, Workflow
from casework.evidence.access import can_use_upload
from casework.evidence.models import Upload

COMPLETE = Transition(
    "complete",
    _("Seal what has arrived"),
    sources=frozenset({Upload.State.RECEIVING}),
    target=Upload.State.COMPLETE,
    allowed=can_use_upload,
    event=Event.UPLOAD_COMPLETED,
)
TAKE = Transition(
    "take",
    _("Take into a record"),
    sources=frozenset({Upload.State.COMPLETE}),
    target=Upload.State.TAKEN,
    allowed=can_use_upload,
    event=Event.UPLOAD_TAKEN,
)
DROP = Transition(
    "drop",
    _("Let go"),
    sources=frozenset({Upload.State.RECEIVING, Upload.State.COMPLETE}),
    target=Upload.State.DROPPED,
    allowed=can_use_upload,
    event=Event.UPLOAD_DROPPED,
)
UPLOAD_WORKFLOW = Workflow("upload", Upload.State, (COMPLETE, TAKE, DROP), initial=Upload.State.RECEIVING)
