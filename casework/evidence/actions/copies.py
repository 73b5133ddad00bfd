"""Working copies: what was redacted, blurred, trimmed, translated or enhanced is a file of its own that names the one
it was made from. The file it was made from stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.errors import Blocked, Invalid
from casework.core.text import UnstorableText, refuse_unstorable
from casework.evidence.access import can_add_file
from casework.evidence.actions.blobs import seal_all
from casework.evidence.actions.common import take_item
from casework.evidence.actions.files import Derivation, write_files
from casework.evidence.actions.uploads import take_uploads
from casework.evidence.models import EvidenceFile, Upload
from casework.evidence.quarantine import obstacle

if TYPE_CHECKING:
    from casework.evidence.uploads import StoredUpload

LONGEST = {"tool": 160, "made_by": 160, "note": 5000}


def add_working_copy(
    parent: EvidenceFile,
    *,
    actor: User,
    upload: StoredUpload | Upload,
    operation: str,
    tool: str,
    made_by: str = "",
    note: str = "",
) -> EvidenceFile:
    """Seal a working copy of `parent` in its item: what was done (`operation`), with which tool, by whom, and in words
    what was changed. Raises NotFound, NotAllowed, Invalid, and Blocked while the parent is in quarantine or when the
    copy is the same bytes."""
    made = Derivation(parent, operation, tool.strip(), made_by.strip(), note.strip())
    _check(made)
    with transaction.atomic():
        take_item(parent.item, actor, can_add_file)
    if not parent.blob.is_sound:
        raise Blocked(
            _("The file that this was made from is damaged, so that nobody could compare the two."),
            reasons=[obstacle(parent.item.reference, parent.name, parent.blob)],
            code="quarantine",
        )
    (sealed,) = seal_all([upload])
    if sealed.sha256 == parent.blob_id:
        raise Blocked(_("This is the same file, byte for byte: nothing was done to it. Choose the changed copy."))
    with transaction.atomic():
        item = take_item(parent.item, actor, can_add_file)
        (file,) = write_files(item, [sealed], actor=actor, part=EvidenceFile.Part.WORKING_COPY, made=made)
        take_uploads([sealed], actor=actor)
        detail = {"sha256": sealed.sha256, "size": sealed.size, "parent": parent.blob_id, "operation": str(operation)}
        record(Event.WORKING_COPY_ADDED, actor=actor, obj=item, detail=detail)
    return file


def _check(made: Derivation) -> None:
    problems: dict[str, list[str]] = {}
    if made.operation not in EvidenceFile.Operation.values:
        problems["operation"] = [_("Choose what was done.")]
    if not made.tool:
        problems["tool"] = [_("Say with what it was made: the program and its version, or “by hand”.")]
    for name, most in LONGEST.items():
        text = getattr(made, name)
        if len(text) > most:
            problems[name] = [_("Use at most %d characters.") % most]
        try:
            refuse_unstorable(text)
        except UnstorableText as error:
            problems[name] = [str(error)]
    if problems:
        raise Invalid(_("Say what the copy is."), fields=problems)
