"""Bytes on their way from an upload to the store and to a row, and the proof that they are still the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.errors import IntegrityFailure
from casework.evidence import store
from casework.evidence.models import Blob
from casework.evidence.queue import queue_previews
from casework.evidence.sniffing import Sniffed, sniff
from casework.evidence.uploads import StoredUpload


@dataclass(frozen=True)
class Sealed:
    """A file whose bytes have their place in the store, and no row yet. `name` is what the sender called it;
    `set_aside` how the damaged file is called now that had their place before."""

    sha256: str
    blake3: str
    size: int
    name: str
    declared_type: str
    sniffed: Sniffed
    set_aside: str = ""


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


def seal_all(uploads: Sequence[StoredUpload]) -> list[Sealed]:
    """Seal every file or none: when one is refused, those still waiting are let go of."""
    try:
        return [seal(upload) for upload in uploads]
    finally:
        for upload in uploads:
            upload.abort()


def blob_of(sealed: Sealed) -> Blob:
    """The row of sealed bytes, in the caller's transaction: a new one, or the one that says the same already."""
    blob, made = Blob.objects.get_or_create(
        sha256=sealed.sha256,
        defaults={"blake3": sealed.blake3, "size": sealed.size, "media_type": sealed.sniffed.media_type[:100]},
    )
    if not made and (blob.blake3, blob.size) != (sealed.blake3, sealed.size):
        raise IntegrityFailure(_("The store is damaged and did not take the file. Tell the administrator."))
    if not made and (sealed.set_aside or blob.check_result != Blob.Check.MATCHES):
        _note_repair(blob, sealed)
    if sealed.sniffed.previewable:
        queue_previews(blob)
    return blob


def _note_repair(blob: Blob, sealed: Sealed) -> None:
    """Bytes that were damaged or missing are whole again. In nobody's name: whoever sent them does not learn that they
    were here before."""
    before = blob.check_result if blob.check_result != Blob.Check.MATCHES else Blob.Check.MISMATCH
    blob.check_result, blob.checked_at = Blob.Check.MATCHES, clock.now()
    blob.save(update_fields=["check_result", "checked_at"])
    detail = {"sha256": blob.sha256, "before": str(before), "set_aside": sealed.set_aside}
    record(Event.FILE_REPAIRED, actor=None, obj=blob, detail=detail)


def keep_blob(upload: StoredUpload) -> Blob:
    """Keep an upload's bytes in the store and have their row; for correspondence and packages as well as evidence."""
    return blob_of(seal(upload))


def recheck(blob: Blob) -> Blob.Check:
    """Hash the stored bytes again and write down what was found, and when."""
    found = {
        store.CheckResult.OK: Blob.Check.MATCHES,
        store.CheckResult.MISSING: Blob.Check.MISSING,
    }.get(store.check(blob.sha256, blob.size), Blob.Check.MISMATCH)
    blob.check_result, blob.checked_at = found, clock.now()
    blob.save(update_fields=["check_result", "checked_at"])
    return found


def blob_is_sound(blob: Blob) -> bool:
    """Whether the stored bytes are, now, what they were when received. Reads them all: for before a package is made."""
    return recheck(blob) is Blob.Check.MATCHES
