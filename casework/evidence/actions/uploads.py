"""Resumable uploads: begun, continued, finished, taken, let go of.

Each act finds the row anew as its owner's, with the file held by this process alone, so that two requests never
interleave; no transaction is open while bytes come in. An offset is committed only after its bytes are fsynced.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict, DomainError, Invalid, NotFound
from casework.core.workflow import lock, perform
from casework.evidence import store
from casework.evidence.access import can_upload
from casework.evidence.actions.blobs import Sealed, evidence_blob, forget_blob, not_waiting, seal
from casework.evidence.models import Upload
from casework.evidence.store import resuming
from casework.evidence.uploads import StoredUpload, clean_name
from casework.evidence.workflow import COMPLETE, DROP, TAKE

COMMIT_EVERY = 32 << 20
"""Bytes after which a long piece without a checksum has its offset committed, before it has ended."""


class WrongOffset(Conflict):
    """The piece does not begin where the upload stands; `offset` says where that is, in bytes."""

    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__(_("This piece does not begin where the upload stands. Ask how far it is, and go on there."))
        self.offset = offset


class ChecksumMismatch(DomainError):
    """The bytes that came are not those that were sent. None of the piece is kept."""

    status = 460
    code = "checksum_mismatch"


class Checksum(Protocol):
    """The digest that a sender announced for one piece."""

    def update(self, piece: bytes) -> None: ...
    def holds(self) -> bool: ...
    def stop(self) -> None: ...


def kept_until() -> datetime:
    """How long an upload that nobody touches from now on is kept."""
    return clock.now() + timedelta(days=settings.CASEWORK_UPLOAD_DAYS)


def begin_upload(
    *, actor: User, size: int, name: str, declared_type: str = "", fingerprint: str = "", metadata: str = ""
) -> Upload:
    """Register a file of `size` bytes that is going to arrive.

    Raises EmptyFile, TooLarge, StorageFull when it is plain at once that it cannot be taken; Conflict when the person
    has as many files on the way as one may have.
    """
    require(can_upload, actor, None)
    if size == 0:
        raise store.EmptyFile(_("The file is empty: it holds 0 bytes. Choose the file again."))
    if size > settings.CASEWORK_MAX_UPLOAD:
        raise store.too_large(settings.CASEWORK_MAX_UPLOAD)
    upload = Upload(
        owner=actor, size=size, name=clean_name(name), declared_type=declared_type[:100], fingerprint=fingerprint,
        metadata=metadata, expires_at=kept_until(),
    )  # fmt: skip
    with transaction.atomic():
        # One after the other: two beginnings at once would both find room for themselves.
        User.objects.select_for_update().filter(pk=actor.pk).first()
        _require_quota(actor, size)
        # Before the row: an empty file that no row mentions is swept.
        resuming.create(store.originals(), upload.pk, size)
        upload.save(force_insert=True)
        record(Event.UPLOAD_BEGUN, actor=actor, obj=upload, detail={"size": size})
    return upload


def _require_quota(actor: User, size: int) -> None:
    waiting = Upload.objects.visible_to(actor).waiting()
    held = waiting.aggregate(size=Sum("size"))["size"] or 0
    if waiting.count() >= settings.CASEWORK_UPLOAD_FILES or held + size > settings.CASEWORK_UPLOAD_BYTES:
        raise Conflict(
            _("You have as many files on the way as one may have. Register some, or let go of those not needed."),
            code="upload_quota",
        )


def find_upload(key: uuid.UUID, *, actor: User) -> Upload:
    """The person's own upload. Somebody else's, one let go of, and one whose time is over answer like none."""
    row = Upload.objects.visible_to(actor).exclude(state=Upload.State.DROPPED).filter(pk=key).first()
    if row is None or (row.state != Upload.State.TAKEN and row.expires_at <= clock.now()):
        raise NotFound(_("There is no such upload, or it is not yours."))
    return row


def receive_piece(
    upload: Upload, *, actor: User, offset: int, length: int, pieces: Iterable[bytes], checksum: Checksum | None = None
) -> Upload:
    """Take the next `length` bytes, which begin at `offset`, and finish the upload with its last one.

    Raises WrongOffset, TooLarge past the declared size, ChecksumMismatch, StorageFull, Busy, and Invalid when fewer
    bytes came than were announced. What was committed before stays in each case; of a piece that broke off without a
    checksum, what came is committed too.
    """
    with resuming.Partial(store.originals(), upload.pk) as partial:
        row = _take(upload, actor, partial)
        if offset != row.offset:
            raise WrongOffset(row.offset)
        if length > row.size - offset:
            raise store.too_large(row.size)
        try:
            _write(row, partial, pieces, checksum)
        except (OSError, DomainError):
            # Not when the database failed: it may have committed the new offset, and only its answer was lost.
            with suppress(OSError, DomainError):
                partial.cut(row.offset)
            raise
        finally:
            if checksum:
                checksum.stop()
        if row.offset - offset < length:
            raise Invalid(_("The line broke off. What arrived is kept: ask how far it is, and go on there."),
                          code="incomplete")  # fmt: skip
        return _finish(row, actor, partial) if row.offset == row.size else row


def finish_upload(upload: Upload, *, actor: User) -> Upload:
    """Seal an upload whose last byte is there; for one that was interrupted just then. Nothing to do otherwise."""
    if upload.state != Upload.State.RECEIVING or upload.offset < upload.size:
        return upload
    with resuming.Partial(store.originals(), upload.pk) as partial:
        row = find_upload(upload.pk, actor=actor)
        return _finish(row, actor, partial) if row.state == Upload.State.RECEIVING else row


def drop_upload(upload: Upload, *, actor: User | None) -> None:
    """Let go of an upload that is in no record, and of its bytes unless something else mentions them."""
    with resuming.Partial(store.originals(), upload.pk) as partial:
        if actor is not None and find_upload(upload.pk, actor=actor).state == Upload.State.TAKEN:
            partial.remove()
            raise NotFound(_("There is no such upload, or it is not yours."))
        sha256 = upload.blob_id
        perform(upload, DROP, actor=actor, changes={"blob": None}, detail={"expired": actor is None})
        partial.remove()
    if sha256:
        forget_blob(sha256)


def take_uploads(sealed: Sequence[Sealed], *, actor: User) -> None:
    """Mark the uploads that brought these files as taken, in the caller's transaction, each only once."""
    for each in sealed:
        if each.upload is not None:
            row = lock(each.upload)
            if row.state != Upload.State.COMPLETE:
                raise not_waiting(row)
            perform(row, TAKE, actor=actor, detail={"sha256": each.sha256})


def _take(upload: Upload, actor: User, partial: resuming.Partial) -> Upload:
    """The row as it stands now that the file is held, and the file cut to it."""
    row = find_upload(upload.pk, actor=actor)
    if row.state != Upload.State.RECEIVING:
        partial.remove()
        raise WrongOffset(row.size)
    if row.offset < row.size:
        _believe_the_disk(row, partial.cut(row.offset))
    return row


def _believe_the_disk(row: Upload, there: int) -> None:
    """A disk that lost bytes, or a database that was set back: go on from what there is. Raises WrongOffset then."""
    if there < row.offset:
        Upload.objects.receiving().filter(pk=row.pk).update(offset=there)
        raise WrongOffset(there)


def _write(row: Upload, partial: resuming.Partial, pieces: Iterable[bytes], checksum: Checksum | None) -> None:
    """Write what comes and commit it: at the end when there is a checksum to hold, else now and then, too."""
    try:
        for piece in pieces:
            partial.write(piece)
            if checksum:
                checksum.update(piece)
            elif partial.written - row.offset >= COMMIT_EVERY:
                _commit(row, partial)
    except Invalid:
        if not checksum:
            _commit(row, partial)
        raise
    if checksum and not checksum.holds():
        raise ChecksumMismatch(_("The bytes changed on the way. Send this piece again."))
    _commit(row, partial)


def _commit(row: Upload, partial: resuming.Partial) -> None:
    offset = partial.sync()
    values = {"offset": offset, "expires_at": kept_until()}
    if not Upload.objects.receiving().filter(pk=row.pk, offset=row.offset).update(**values):
        raise NotFound(_("There is no such upload, or it is not yours."))
    row.offset = offset


def _finish(row: Upload, actor: User, partial: resuming.Partial) -> Upload:
    """Read everything again, keep it in the store, and say so in one transaction. May be repeated after any fault."""
    _believe_the_disk(row, min(partial.written, row.size))
    with StoredUpload(partial.seal(row.size), row.name, row.declared_type) as whole:
        sealed = seal(whole)
    with transaction.atomic():
        changes = {"blob": evidence_blob(sealed), "expires_at": kept_until()}
        detail = {"sha256": sealed.sha256, "size": sealed.size}
        done = perform(row, COMPLETE, actor=actor, changes=changes, detail=detail)
    partial.remove()
    return done
