"""Bytes on their way from an upload to the store and to a row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from casework.core.errors import Conflict, IntegrityFailure
from casework.evidence import store
from casework.evidence.actions.checking import note_repair
from casework.evidence.models import Blob, Upload
from casework.evidence.previews import FIRST_OF_COPIES, has_copies
from casework.evidence.queue import queue_copies, queue_previews, queue_scan
from casework.evidence.signals import blob_stored
from casework.evidence.sniffing import Sniffed, sniff
from casework.evidence.uploads import StoredUpload


@dataclass(frozen=True)
class Sealed:
    """A file whose bytes have their place in the store, and no row yet. `name` is what the sender called it;
    `set_aside` how the damaged file is called now that had their place before; `upload` the resumable upload that
    brought them, whose bytes have a row already."""

    sha256: str
    blake3: str
    size: int
    name: str
    declared_type: str
    sniffed: Sniffed
    set_aside: str = ""
    upload: Upload | None = None


def seal(upload: StoredUpload) -> Sealed:
    """Judge the received bytes and keep them in the store; the row that mentions them comes after.

    Raises EmptyFile for 0 bytes, IntegrityFailure and StorageFull as the store does.
    """
    received = upload.received
    if received is None:
        raise store.EmptyFile(_("The file is empty: it holds 0 bytes. Choose the file again."))
    repaired: list[str] = []
    sha256 = store.keep(received, on_repair=repaired.append)
    name, declared = upload.name or "", (upload.content_type or "")[:100]
    sniffed = sniff(store.head(sha256), name, declared)
    return Sealed(sha256, received.blake3, received.size, name, declared, sniffed, "".join(repaired))


def sealed_before(upload: Upload) -> Sealed:
    """What a resumable upload brought. Raises Conflict unless it is whole and in no record yet."""
    blob = upload.blob
    if blob is None or upload.state != Upload.State.COMPLETE:
        raise not_waiting(upload)
    sniffed = sniff(store.head(blob.sha256), upload.name, upload.declared_type)
    return Sealed(blob.sha256, blob.blake3, blob.size, upload.name, upload.declared_type, sniffed, upload=upload)


def not_waiting(upload: Upload) -> Conflict:
    """The refusal to use an upload that is not whole yet, or not there any more."""
    if upload.state == Upload.State.RECEIVING:
        return Conflict(_("A file has not arrived whole yet. Wait until it has, and send the form again."))
    return Conflict(_("A file was taken into another record or let go of meanwhile. Look which files are still here."))


def seal_all(uploads: Sequence[StoredUpload | Upload]) -> list[Sealed]:
    """Seal every file or none: when one is refused, those still waiting are let go of."""
    try:
        return [sealed_before(each) if isinstance(each, Upload) else seal(each) for each in uploads]
    finally:
        for each in uploads:
            if isinstance(each, StoredUpload):
                each.abort()


def blob_of(sealed: Sealed) -> Blob:
    """The row of sealed bytes, in the caller's transaction: a new one, or the one that says the same already.

    That one is locked, so that it is not let go of before the caller's row mentions it.
    """
    blob, made = Blob.objects.select_for_update().get_or_create(
        sha256=sealed.sha256,
        defaults={"blake3": sealed.blake3, "size": sealed.size, "media_type": sealed.sniffed.media_type[:100]},
    )
    if not made and (blob.blake3, blob.size) != (sealed.blake3, sealed.size):
        raise IntegrityFailure(_("The store is damaged and did not take the file. Tell the administrator."))
    if not made and (sealed.set_aside or blob.check_result != Blob.Check.MATCHES):
        note_repair(blob, set_aside=sealed.set_aside)
    if made:
        queue_scan(blob)
    return blob


def evidence_blob(sealed: Sealed) -> Blob:
    """As `blob_of`, for bytes that are evidence: covers and copies are made of them, and they are compared with what is
    held. What the office writes and what it is answered is neither shown as pictures nor taken for footage."""
    blob = blob_of(sealed)
    if sealed.sniffed.previewable:
        queue_previews(blob)
    elif has_copies(sealed.sniffed):
        queue_copies(blob, FIRST_OF_COPIES[sealed.sniffed.family])
    blob_stored.send(sender=Blob, blob=blob, sniffed=sealed.sniffed)
    return blob


def forget_blob(sha256: str) -> None:
    """Take away the row of bytes that nothing mentions any more; the bytes themselves go with the next sweep."""
    with suppress(ProtectedError, RestrictedError, IntegrityError), transaction.atomic():
        blob = Blob.objects.select_for_update().filter(pk=sha256).first()
        if blob is not None:
            blob.delete()
            # What other rooms hold without telling Django is asked for here, not when the caller commits.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def keep_blob(upload: StoredUpload) -> Blob:
    """Keep in the store the bytes of what is no evidence, a package's dossier for one, and have their row."""
    return blob_of(seal(upload))
