"""Sending: what a person did outside this system, recorded once, with the register of what the recipient now holds."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.workflow import Transition, perform
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent, Item
from casework.referrals.access import can_download_package, can_open_dossier
from casework.referrals.actions.common import invalid, require_past, require_visible, take_referral
from casework.referrals.models import SENT_STATES, Disclosure, Package, Recipient, Referral, ReferralCase
from casework.referrals.packages import bound_package, require_sound_package, require_unchanged_since_frozen
from casework.referrals.soundness import obstacles_of_package, require_free
from casework.referrals.workflow import DELIVERY_UNKNOWN, RECORD_SENT, RESOLVE_NOT_SENT, RESOLVE_SENT

if TYPE_CHECKING:
    from casework.accounts.models import User


def record_sent(
    referral: Referral,
    *,
    actor: User,
    channel: str,
    receipt: str = "",
    sent_on: datetime.date | None = None,
    key: str = "",
) -> Referral:
    """Record that the approved package was sent: through which channel, with which receipt, on which day (today if
    left out).

    `key` tells a repeated click from a second sending: the same person with the same key gets the same result again.
    Raises NotFound, NotAllowed, StepUpRequired for an API token, Conflict when somebody else was first, Invalid, and
    IntegrityFailure or Blocked when the package does not lie in the store as it was approved.
    """
    require_visible(referral, actor)
    if referral.state in RECORD_SENT.sources and RECORD_SENT.allowed(actor, referral) and referral.package is not None:
        # Read from the disk before any row is locked.
        require_sound_package(referral.package)
        require_free(obstacles_of_package(referral.package))
    return _sent(RECORD_SENT, referral, actor=actor, channel=channel, receipt=receipt, sent_on=sent_on, key=key)


def resolve_as_sent(
    referral: Referral,
    *,
    actor: User,
    channel: str,
    receipt: str = "",
    sent_on: datetime.date | None = None,
    key: str = "",
) -> Referral:
    """A sending of unknown fate did arrive: record it as sent, whatever became of the bytes since. Takes and raises
    what `record_sent` does but for the state of the store."""
    return _sent(RESOLVE_SENT, referral, actor=actor, channel=channel, receipt=receipt, sent_on=sent_on, key=key)


def record_delivery_unknown(referral: Referral, *, actor: User, reason: str) -> Referral:
    """It may or may not have been sent: a person has to find out. It is never sent a second time by itself.

    Raises NotFound, NotAllowed, Conflict, Invalid without a reason.
    """
    require_visible(referral, actor)
    return perform(referral, DELIVERY_UNKNOWN, actor=actor, reason=reason)


def resolve_as_not_sent(referral: Referral, *, actor: User, reason: str) -> Referral:
    """A person established that it did not arrive: it is approved still and may be sent. Raises as the one above."""
    require_visible(referral, actor)
    return perform(referral, RESOLVE_NOT_SENT, actor=actor, reason=reason)


def note_package_download(referral: Referral, *, actor: User) -> Package:
    """Put on record that the person takes the package with its copies; returns it, checked, for `packages.archive`.

    While it is approved and not yet sent, it must still be what would be disclosed. Raises NotFound, NotAllowed,
    Blocked, IntegrityFailure naming the damaged item.
    """
    require_visible(referral, actor)
    require(can_download_package, actor, referral)
    package = bound_package(referral)
    require_sound_package(package)
    require_free(obstacles_of_package(package))
    with transaction.atomic():
        row = take_referral(referral, actor)
        require(can_download_package, actor, row)
        if row.state == Referral.State.APPROVED:
            require_unchanged_since_frozen(row, package)
        record(Event.PACKAGE_DOWNLOADED, actor=actor, obj=row, detail={"sha256": package.sha256, "part": "package"})
    return package


def note_dossier_opened(referral: Referral, *, actor: User) -> None:
    """Put on record that the person takes the dossier as a document. Raises NotFound, NotAllowed."""
    require_visible(referral, actor)
    require(can_open_dossier, actor, referral)
    record(Event.PACKAGE_DOWNLOADED, actor=actor, obj=referral, detail={"part": "dossier"})


def _sent(
    transition: Transition,
    referral: Referral,
    *,
    actor: User,
    channel: str,
    receipt: str,
    sent_on: datetime.date | None,
    key: str,
) -> Referral:
    require_visible(referral, actor)
    with transaction.atomic():
        row = take_referral(referral, actor)
        if key and row.state in SENT_STATES and row.sent_key == key and row.sent_by_id == actor.pk:
            return row
        changes: dict[str, Any] = {}
        if row.state in transition.sources and transition.allowed(actor, row):
            changes = _sending(row, actor, channel, receipt, sent_on or clock.today(), key)
        return perform(
            row, transition, actor=actor, changes=changes, effect=_register, detail={"channel": str(channel)}
        )


def _sending(
    referral: Referral, actor: User, channel: str, receipt: str, sent_on: datetime.date, key: str
) -> dict[str, Any]:
    """The fields of a sending. Deadlines run from the day on which it was sent."""
    if channel not in Recipient.Channel.values:
        raise invalid("channel", _("Choose how it was sent."))
    if len(receipt) > 200:
        raise invalid("receipt", _("At most 200 characters."))
    require_past(sent_on, "sent_on")
    if referral.approved_at and sent_on < referral.approved_at.astimezone(datetime.UTC).date():
        raise invalid("sent_on", _("This is before the approval. Type the day on which it was sent."))
    return {
        "sent_by": actor,
        "sent_at": clock.now(),
        "sent_on": sent_on,
        "sent_through": channel,
        "sent_key": key[:64],
        "receipt": receipt.strip(),
        "ack_due_on": sent_on + datetime.timedelta(days=referral.recipient.days_to_acknowledge),
        "reply_due_on": sent_on + datetime.timedelta(days=referral.recipient.days_to_reply),
    }


def _register(referral: Referral) -> None:
    """Custody of each disclosed item, and the lines of the register, from what the package says and nothing else."""
    package = bound_package(referral)
    manifest = package.manifest
    items = {item.reference: item for item in Item.objects.filter(reference__in=_references(manifest)).order_by("pk")}
    parts = {row.case.reference: row for row in referral.cases.select_related("case")}
    copies: dict[str, list[str]] = {}
    for file in manifest["files"]:
        copies.setdefault(file["evidence"], []).append(file["sha256"])
    cases_of = {row["evidence"]: row["cases"] for row in manifest["evidence"]}
    for reference, item in items.items():
        detail = {
            "referral": referral.reference,
            "recipient": referral.recipient.code,
            "package": package.sha256,
            "files": copies.get(reference, []),
            "cases": [str(parts[case].case_id) for case in cases_of[reference]],
        }
        append_custody(item, CustodyEvent.Act.DISCLOSED, actor=referral.sent_by, detail=detail)
    lines: list[tuple[ReferralCase, Item | None, str]] = [(part, None, "") for part in parts.values()]
    for reference, cases in cases_of.items():
        for case in cases:
            lines += [(parts[case], items[reference], sha256) for sha256 in copies.get(reference) or [""]]
    Disclosure.objects.bulk_create(
        Disclosure(
            recipient=referral.recipient,
            referral=referral,
            package=package,
            case=part.case,
            finding_id=part.finding_id,
            item=item,
            sha256=sha256,
            approved_by=referral.approved_by,
            disclosed_at=clock.now(),
        )
        for part, item, sha256 in lines
    )


def _references(manifest: dict[str, Any]) -> list[str]:
    return [row["evidence"] for row in manifest["evidence"]]
