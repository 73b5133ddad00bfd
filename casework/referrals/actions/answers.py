"""What comes back: acknowledgements, replies, other letters, and the end of a referral."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Conflict
from casework.core.workflow import perform
from casework.evidence.actions.blobs import Sealed, blob_of, seal_all
from casework.referrals.access import can_read_letter, can_record_correspondence
from casework.referrals.actions.common import invalid, require_past, require_visible, take_referral
from casework.referrals.models import Correspondence, CorrespondenceFile, Referral
from casework.referrals.workflow import ACKNOWLEDGE, CLOSE, REPLY

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.uploads import StoredUpload

Kind, Direction = Correspondence.Kind, Correspondence.Direction
TEXT_LENGTH = 20_000


def acknowledge_referral(
    referral: Referral,
    *,
    actor: User,
    dated: datetime.date,
    their_reference: str = "",
    text: str = "",
    files: Sequence[StoredUpload] = (),
    confidential: bool | None = None,
) -> Referral:
    """Record that the recipient confirmed receipt, on which day and under which reference of its own.

    `confidential` left out means not, whatever the recipient: that something arrived is no secret. Raises NotFound,
    NotAllowed, Conflict, Invalid.
    """
    if len(their_reference) > 80:
        raise invalid("their_reference", _("At most 80 characters."))
    _check(referral, actor, dated, text)
    sealed = seal_all(files)
    letter = _letter(Direction.IN, Kind.ACKNOWLEDGEMENT, dated, text, bool(confidential), actor)
    return perform(
        referral,
        ACKNOWLEDGE,
        actor=actor,
        changes={"acknowledged_on": dated, "their_reference": their_reference.strip()},
        effect=_keep(letter, sealed),
    )


def record_reply(
    referral: Referral,
    *,
    actor: User,
    dated: datetime.date,
    text: str,
    files: Sequence[StoredUpload] = (),
    confidential: bool | None = None,
) -> Referral:
    """Record the recipient's reply. `confidential` left out is what the recipient's replies are by default.

    Raises NotFound, NotAllowed, Conflict, Invalid without text and files.
    """
    _check(referral, actor, dated, text)
    if not text.strip() and not files:
        raise invalid("text", _("Type what was said, or add the letter as a file."))
    sealed = seal_all(files)
    secret = referral.recipient.confidential_replies if confidential is None else confidential
    letter = _letter(Direction.IN, Kind.REPLY, dated, text, secret, actor)
    return perform(
        referral,
        REPLY,
        actor=actor,
        changes={"replied_on": dated},
        effect=_keep(letter, sealed),
        detail={"confidential": secret},
    )


def record_correspondence(
    referral: Referral,
    *,
    actor: User,
    direction: str,
    kind: str,
    dated: datetime.date,
    text: str,
    files: Sequence[StoredUpload] = (),
    confidential: bool | None = None,
) -> Correspondence:
    """Record another letter or call about a referral that was sent, in or out: a question, a reminder, a further reply.

    What a recipient with confidential replies writes is confidential unless said otherwise. Raises NotFound,
    NotAllowed, Conflict before it was sent, Invalid.
    """
    _check(referral, actor, dated, text)
    if direction not in Direction.values:
        raise invalid("direction", _("Say who wrote to whom."))
    if kind not in Kind.values:
        raise invalid("kind", _("Choose what it is."))
    if not text.strip() and not files:
        raise invalid("text", _("Type what was said, or add the letter as a file."))
    sealed = seal_all(files)
    if confidential is None:
        confidential = direction == Direction.IN and referral.recipient.confidential_replies
    with transaction.atomic():
        row = take_referral(referral, actor)
        require(can_record_correspondence, actor, row)
        if not row.is_sent and row.state != Referral.State.DELIVERY_UNKNOWN:
            raise Conflict(_("This was not sent yet, so there is no correspondence about it."))
        letter = _letter(direction, kind, dated, text, confidential, actor)
        _keep(letter, sealed)(row)
        detail = {"direction": str(direction), "kind": str(kind), "confidential": confidential}
        record(Event.CORRESPONDENCE_RECORDED, actor=actor, obj=row, detail=detail)
    return letter


def close_referral(referral: Referral, *, actor: User, outcome: str, reason: str) -> Referral:
    """Close it with an outcome; "No public accusation" is one of its own, which is not the same as no reply.

    Raises NotFound, NotAllowed, Conflict, Invalid without a reason.
    """
    require_visible(referral, actor)
    if outcome not in Referral.Outcome.values:
        raise invalid("outcome", _("Choose the outcome."))
    return perform(referral, CLOSE, actor=actor, reason=reason, changes={"outcome": outcome})


def note_letter_file(file: CorrespondenceFile, *, actor: User) -> CorrespondenceFile:
    """Put on record that the person takes a letter's file. Raises NotFound, NotAllowed for a confidential one."""
    referral = file.letter.referral
    require_visible(referral, actor)
    require(can_read_letter, actor, file.letter)
    record(Event.FILE_DOWNLOADED, actor=actor, obj=referral, detail={"file": str(file.pk), "sha256": file.blob_id})
    return file


def _check(referral: Referral, actor: User, dated: datetime.date, text: str) -> None:
    """What is wrong with a letter before its files are kept."""
    require_visible(referral, actor)
    require(can_record_correspondence, actor, referral)
    require_past(dated, "dated")
    if referral.sent_on and dated < referral.sent_on:
        raise invalid("dated", _("This is before the referral was sent. Type the date of the letter."))
    if len(text) > TEXT_LENGTH:
        raise invalid("text", _("The text is too long: at most 20,000 characters."))


def _letter(
    direction: str, kind: str, dated: datetime.date, text: str, confidential: bool, actor: Any
) -> Correspondence:
    return Correspondence(
        direction=direction,
        kind=kind,
        dated=dated,
        text=text.strip(),
        confidential=confidential,
        recorded_by=actor,
    )


def _keep(letter: Correspondence, sealed: Sequence[Sealed]) -> Callable[[Referral], None]:
    """What writes the letter with its files once the referral is locked."""

    def write(referral: Referral) -> None:
        letter.referral = referral
        letter.save(force_insert=True)
        # In the order of the hashes, so that two people who add the same files at once do not wait for each other.
        for each in sorted(sealed, key=lambda one: one.sha256):
            CorrespondenceFile.objects.create(letter=letter, blob=blob_of(each), name=each.name)

    return write
