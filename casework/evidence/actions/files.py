"""Files of items: adding, revealing, downloading, checking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record
from casework.care.actions import begin_look
from casework.care.reading import preference_of
from casework.core.access import require
from casework.core.errors import Blocked, Invalid
from casework.evidence.access import can_add_file, can_check_file, can_download, can_reveal_file
from casework.evidence.actions.blobs import Sealed, evidence_blob, seal_all
from casework.evidence.actions.checking import recheck
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.actions.uploads import take_uploads
from casework.evidence.looking import Shown
from casework.evidence.malware import is_found
from casework.evidence.models import CustodyEvent, EvidenceFile, Item, Upload
from casework.evidence.models.items import Kind
from casework.evidence.quarantine import require_served
from casework.evidence.queue import queue_probe, queue_texts
from casework.evidence.texts import has_text

if TYPE_CHECKING:
    from casework.care.models import Look
    from casework.evidence.uploads import StoredUpload


ADDED_AS = [part for part in EvidenceFile.Part.values if part != EvidenceFile.Part.WORKING_COPY]
"""What a file can be added as by itself; a working copy names what it was made from (actions/copies.py)."""


def add_file(
    item: Item, *, actor: User, upload: StoredUpload | Upload, part: str = EvidenceFile.Part.ATTACHMENT
) -> EvidenceFile:
    """Seal one more file in an item."""
    return add_files(item, actor=actor, uploads=[upload], part=part)[0]


def add_files(
    item: Item, *, actor: User, uploads: Sequence[StoredUpload | Upload], part: str = EvidenceFile.Part.ATTACHMENT
) -> list[EvidenceFile]:
    """Seal more files in an item, all or none. Their bytes are in the store before the record is begun.

    Raises Conflict for a resumable upload that is not whole, or that another record has.
    """
    if part not in ADDED_AS:
        raise Invalid(_("Say what the file is."), fields={"part": [_("Choose what the file is.")]})
    with transaction.atomic():
        take_item(item, actor, can_add_file)
    sealed = seal_all(uploads)
    with transaction.atomic():
        row = take_item(item, actor, can_add_file)
        files = write_files(row, sealed, actor=actor, part=part)
        take_uploads(sealed, actor=actor)
        for each in sealed:
            record(Event.FILE_ADDED, actor=actor, obj=row, detail={"sha256": each.sha256, "size": each.size})
    return files


@dataclass(frozen=True)
class Derivation:
    """How a working copy came to be: from which file of the item, by what operation, with which tool, by whom."""

    parent: EvidenceFile
    operation: str
    tool: str
    made_by: str = ""
    note: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        names = {"operation": self.operation, "tool": self.tool, "made_by": self.made_by, "made_note": self.note}
        return {"parent": self.parent, **names}

    @property
    def in_custody(self) -> dict[str, Any]:
        """What the chain says of it: nothing that a person wrote in their own words."""
        parent = {"parent": str(self.parent.pk), "parent_sha256": self.parent.blob_id}
        return {**parent, "operation": str(self.operation)}


def write_files(
    item: Item, sealed: Sequence[Sealed], *, actor: User, part: str, made: Derivation | None = None
) -> list[EvidenceFile]:
    """The rows and custody of sealed files, in the caller's transaction, with the item locked."""
    # Always in the order of the hashes, so that two people who add the same files at once do not wait for each other.
    blobs = {each.sha256: evidence_blob(each) for each in sorted(sealed, key=lambda each: each.sha256)}
    queue_texts([each.sha256 for each in sealed if has_text(each.sniffed, item.kind)])
    files = []
    for bytes_ in sealed:
        file = EvidenceFile.objects.create(
            item=item,
            blob=blobs[bytes_.sha256],
            part=part,
            name=bytes_.name,
            declared_type=bytes_.declared_type,
            flagged=bytes_.sniffed.note[:200],
            added_by=actor,
            **(made.columns if made else {}),
        )
        detail = {"file": str(file.pk), "size": bytes_.size, "part": str(part), **(made.in_custody if made else {})}
        append_custody(item, CustodyEvent.Act.FILE_ADDED, actor=actor, sha256=file.blob_id, detail=detail)
        files.append(file)
    if item.kind == Kind.VIDEO and files:
        queue_probe(item)
    return files


def reveal_file(file: EvidenceFile, *, actor: User, shown: Shown | None = None, follows: str = "") -> Look | None:
    """Put on record that the person looks at covered material, and how closely; returns the look that the ledger
    counts, None when there is nothing graphic in it. `follows` is the look that this one takes the place of.

    Raises Conflict for a step that the person chose never to be offered.
    """
    shown = shown or Shown()
    shown.refuse(preference_of(actor))
    detail = {"file": str(file.pk), "shown": shown.steps}
    with transaction.atomic():
        row = take_item(file.item, actor, can_reveal_file)
        look = begin_look(actor=actor, level=row.graphic, step=shown.steps[-1], follows=follows)
        append_custody(row, CustodyEvent.Act.REVEALED, actor=actor, sha256=file.blob_id, detail=detail)
        record(Event.EVIDENCE_REVEALED, actor=actor, obj=row, detail=detail)
    return look


def require_download(file: EvidenceFile, *, actor: User) -> None:
    """Raise unless the person may have the original and its last check found it whole."""
    require(can_download, actor, file.item)
    require_served(file.blob)


def note_download(file: EvidenceFile, *, actor: User, confirmed: bool = False) -> EvidenceFile:
    """Put on record that the person takes a copy of the original. Raises as `require_download`, and Blocked for a file
    in which malware was found unless it is `confirmed` (see actions/malware.py)."""
    with transaction.atomic():
        row = take_item(file.item, actor)
        require_download(file, actor=actor)
        require_confirmed(file, confirmed=confirmed)
        append_custody(
            row, CustodyEvent.Act.DOWNLOADED, actor=actor, sha256=file.blob_id, detail={"file": str(file.pk)}
        )
        record(Event.FILE_DOWNLOADED, actor=actor, obj=row, detail={"file": str(file.pk), "sha256": file.blob_id})
    return file


def require_confirmed(file: EvidenceFile, *, confirmed: bool) -> None:
    """Raise Blocked for a file in which malware was found, unless the person said that they want it all the same."""
    if not confirmed and is_found(file.blob):
        raise Blocked(
            _("The scanner found malware in this file. Confirm on the item's page that you want it all the same."),
            code="malware",
        )


def check_file(file: EvidenceFile, *, actor: User) -> str:
    """Hash the stored bytes again; returns one of `Blob.Check`. Reads the whole file, outside of any transaction."""
    require(can_check_file, actor, file.item)
    found = recheck(file.blob)
    with transaction.atomic():
        row = take_item(file.item, actor, can_check_file)
        detail = {"file": str(file.pk), "result": str(found)}
        append_custody(row, CustodyEvent.Act.CHECKED, actor=actor, sha256=file.blob_id, detail=detail)
        record(Event.FILE_CHECKED, actor=actor, obj=row, detail={**detail, "sha256": file.blob_id})
    return found
