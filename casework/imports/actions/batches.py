"""The life of an import apart from the work itself: received, confirmed, tried again, given up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import Team, User
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, refuse_unknown
from casework.cases.models import Case
from casework.core.access import require
from casework.core.errors import Blocked, Invalid
from casework.core.references import next_reference
from casework.core.workflow import perform
from casework.evidence.actions.blobs import blob_of, seal_all
from casework.evidence.actions.uploads import take_uploads
from casework.evidence.models import Caveat, Source, Upload
from casework.evidence.models.items import Establishes
from casework.evidence.uploads import StoredUpload
from casework.imports.access import can_import_into, can_work_on_import
from casework.imports.actions.common import take_receiving_case
from casework.imports.models import Import, ImportFile
from casework.imports.queue import queue_import
from casework.imports.rows import storable
from casework.imports.staging import clear, recount
from casework.imports.workflow import CANCEL, CONFIRM, FAIL, RETRY

CHOSEN = frozenset({"channel", "source", "caveat", "graphic", "how_obtained", "establishes", "bearing"})
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{3,31}")


def receive_import(
    *,
    actor: User,
    team: Team,
    kind: str,
    files: Sequence[StoredUpload | Upload],
    case: Case | None = None,
    **chosen: Any,
) -> Import:
    """Keep what was uploaded and have it read. The bytes have their place in the store before anything is written.

    Raises Invalid for choices that cannot be, Conflict when the case is closed, and for a resumable upload that is not
    whole or that another record has.
    """
    refuse_unknown(chosen, CHOSEN)
    batch = Import(team=team, kind=kind, case=case, created_by=actor)
    _choose(batch, chosen)
    require(can_import_into, actor, team)
    if not files:
        message = _("Choose the file, or all files of the folder.")
        raise Invalid(message, fields={"files": [message]})
    if case is not None:
        with transaction.atomic():
            take_receiving_case(case, actor)
    sealed = seal_all(files)
    with transaction.atomic():
        require(can_import_into, actor, team)
        if case is not None:
            take_receiving_case(case, actor)
        batch.reference = next_reference("I")
        batch.save(force_insert=True)
        blobs = {each.sha256: blob_of(each) for each in sorted(sealed, key=lambda each: each.sha256)}
        ImportFile.objects.bulk_create(
            ImportFile(batch=batch, position=place, blob=blobs[each.sha256], name=each.name)
            for place, each in enumerate(sealed)
        )
        take_uploads(sealed, actor=actor)
        detail = {"kind": str(kind), "files": [each.sha256 for each in sealed]}
        record(Event.IMPORT_RECEIVED, actor=actor, obj=batch, detail=detail)
        queue_import(batch)
    return batch


def _choose(batch: Import, chosen: dict[str, Any]) -> None:
    if batch.kind not in Import.Kind.values:
        raise Invalid(_("Choose what it is."), fields={"kind": [_("Choose what it is.")]})
    source: Source | None = chosen.get("source")
    if source is not None and source.team_id != batch.team_id:
        message = _("There is no such source, or you may not see it.")
        raise Invalid(message, fields={"source": [message]})
    chosen.setdefault("caveat", source.caveat if source else Caveat.OFFICE)
    chosen["channel"] = str(chosen.get("channel") or "").strip().removeprefix("@").lower()
    if chosen["channel"] and not _CHANNEL.fullmatch(chosen["channel"]):
        message = _("Type the name as it stands behind t.me/, for example frontline_news.")
        raise Invalid(message, fields={"channel": [message]})
    if batch.case is not None and not chosen.get("establishes"):
        message = _("Choose what the items establish about the case.")
        raise Invalid(message, fields={"establishes": [message]})
    chosen["establishes"] = [value for value in Establishes.values if value in chosen.get("establishes", ())]
    apply(batch, chosen)


def confirm_import(
    batch: Import, *, actor: User, groups: Sequence[str] | None = None, leave_out: bool = False
) -> Import:
    """Have the preview brought in. `groups` are the parts chosen, all that the preview chose when left out;
    `leave_out` says that rows with errors are to be left out, without which there may be none.

    Raises Blocked when nothing new would come in or rows have errors, Conflict when it is no preview (any more).
    """
    known = {group["key"] for group in batch.groups}
    if groups is not None and set(groups) - known:
        raise Invalid(_("There is no such part."), fields={"groups": [_("Choose from the list.")]})
    chosen = {group["key"] for group in batch.groups if group["chosen"]} if groups is None else set(groups)
    marked = [{**group, "chosen": group["key"] in chosen} for group in batch.groups]

    def check(row: Import) -> None:
        if row.case is not None:
            take_receiving_case(row.case, actor)
        figures = recount(row)
        if not figures["new"]:
            raise Blocked(_("Nothing new would come in."))
        if figures["wrong"] and not leave_out:
            raise Blocked(_("Some rows have errors. Mend them and send the material again, or leave them out."))
        queue_import(row)

    changes = {"groups": marked, "confirmed_by": actor, "attempts": 0, "steps_done": 0, "steps": 0, "stage": "waiting"}
    return perform(batch, CONFIRM, actor=actor, changes=changes, effect=check, detail={"left_out": leave_out})


def retry_import(batch: Import, *, actor: User) -> Import:
    """Read it again from the beginning: what was missing may be there by now."""
    changes = {"failure": "", "attempts": 0, "stage": "waiting"}
    return perform(batch, RETRY, actor=actor, changes=changes, effect=queue_import)


def cancel_import(batch: Import, *, actor: User) -> Import:
    """Give the import up before anything came in: what was staged is deleted. What was uploaded stays in the store."""
    require(can_work_on_import, actor, batch)
    return perform(batch, CANCEL, actor=actor, effect=clear)


def fail_import(batch: Import, *, reason: str) -> Import:
    """Write down why it cannot go on. Nothing of it came in."""
    changes = {"failure": storable(reason)[:2000]}
    return perform(batch, FAIL, actor=batch.confirmed_by or batch.created_by, changes=changes)
