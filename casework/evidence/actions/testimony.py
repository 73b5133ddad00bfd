"""What is particular to testimony: consent and its withdrawal, earlier interviews, each look at who the witness is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, refuse_unknown, require_reason
from casework.core.dates import UNKNOWN, DateRange
from casework.core.errors import Conflict, Invalid
from casework.core.workflow import change, lock
from casework.evidence.access import can_change_item, can_see_identity
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent, EarlierInterview, Item, Testimony
from casework.evidence.models.kinds import Use
from casework.evidence.witnesses import can_see_witness, can_withdraw_consent


def see_witness(item: Item, *, actor: User) -> str:
    """Who the witness is, with the look on record. Raises NotAllowed for whoever is not named on a case of the item."""
    with transaction.atomic():
        row = take_item(item, actor, can_see_witness)
        append_custody(row, CustodyEvent.Act.WITNESS, actor=actor)
        record(Event.WITNESS_SEEN, actor=actor, obj=row)
    return str(Testimony.objects.get(item=row).identity)


def withdraw_consent(item: Item, *, actor: User, withdrawn_on: datetime.date, reason: str) -> Item:
    """Record that the witness withdrew consent: from now on nothing of the testimony is disclosed to anybody.

    What was sent stays sent; the register of what each recipient holds says to whom. It cannot be taken back here: a
    new consent is a new testimony.
    """
    reason = require_reason(reason)
    if withdrawn_on > clock.today():
        raise _invalid("withdrawn_on", _("This is in the future. Type the day on which the witness withdrew."))
    with transaction.atomic():
        row = take_item(item, actor, can_withdraw_consent)
        testimony = lock(Testimony.objects.get(item=row))
        if testimony.consent_withdrawn_on is not None:
            raise Conflict(_("The withdrawal is on record already."))
        if testimony.consent_given_on and withdrawn_on < testimony.consent_given_on:
            raise _invalid("withdrawn_on", _("This is before the consent was given."))
        change(testimony, {"consent_withdrawn_on": withdrawn_on})
        append_custody(row, CustodyEvent.Act.WITHDRAWN, actor=actor, detail={"on": withdrawn_on.isoformat()})
        record(Event.CONSENT_WITHDRAWN, actor=actor, obj=row, reason=reason)
    return row


def add_earlier_interview(
    item: Item, *, actor: User, by_whom: str, held: DateRange = UNKNOWN, note: str = ""
) -> EarlierInterview:
    """Add an interview that the witness gave elsewhere. Raises NotAllowed for whoever may not know of them."""
    with transaction.atomic():
        row = take_item(item, actor, lambda user, seen: can_change_item(user, seen) and can_see_witness(user, seen))
        interview = write_earlier(row, actor=actor, by_whom=by_whom, held=held, note=note)
        append_custody(row, CustodyEvent.Act.DESCRIBED, actor=actor, detail={"fields": ["earlier_interviews"]})
        record(Event.EARLIER_INTERVIEW_ADDED, actor=actor, obj=row)
    return interview


def write_earlier(
    item: Item, *, actor: User, by_whom: str, held: DateRange = UNKNOWN, note: str = ""
) -> EarlierInterview:
    """The row, in the caller's transaction, with the item locked. Raises Invalid when nobody is named."""
    interview = EarlierInterview(item=item, recorded_by=actor)
    values = {"by_whom": require_reason(by_whom, "earlier_by", longest=160), "note": note.strip()}
    apply(interview, {**values, "held_earliest": held.earliest, "held_latest": held.latest})
    interview.save(force_insert=True)
    return interview


def earlier_rows(given: Any) -> list[dict[str, Any]]:
    """What was said of earlier interviews, each with its known fields alone. Raises Invalid for others."""
    rows = [dict(row) for row in given or ()]
    for row in rows:
        refuse_unknown(row, ("by_whom", "held", "note"))
    return rows


def check_consent(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a consent that contradicts itself: referral names its bodies, and naming needs a referral."""
    uses, bodies = values.get("consent_uses"), values.get("consent_bodies")
    if uses is not None and set(uses) - set(Use.values):
        raise _invalid("consent_uses", _("Choose what the consent covers."))
    if uses is not None and Use.REFERRAL in uses and not bodies:
        raise _invalid("consent_bodies", _("Name the bodies to which the account may be referred."))
    if uses is not None and Use.NAMING in uses and Use.REFERRAL not in uses:
        raise _invalid("consent_uses", _("Being named to bodies needs consent to the referral."))
    given = values.get("consent_given_on")
    if given and given > clock.today():
        raise _invalid("consent_given_on", _("This is in the future. Type the day on which consent was given."))


def require_repeat_reason(details: Mapping[str, Any], earlier: Sequence[Any], *, actor: User, team: Team) -> None:
    """Raise Invalid when the witness was interviewed before, here or elsewhere, and nobody says why again.

    Before: earlier interviews are listed; or another testimony that the person sees has the same pseudonym, or (where
    they may know it) the same witness. A repeat costs the witness, and every difference between two accounts is used
    against both (Eurojust and ICC-OTP guidelines, 2022).
    """
    if str(details.get("repeat_reason", "")).strip():
        return
    known = [str(row.get("by_whom", "")).strip() for row in earlier]
    known += [item.reference for item in _same_witness(details, actor=actor, team=team)]
    if known:
        message = _(
            "This witness was interviewed before (%(known)s). Read that first. If another interview was needed all the "
            "same, say why."
        ) % {"known": ", ".join(known)}
        raise Invalid(message, fields={"repeat_reason": [message]}, code="repeat_interview")


def _same_witness(details: Mapping[str, Any], *, actor: User, team: Team) -> list[Item]:
    seen = Item.objects.visible_to(actor).select_related("testimony")
    pseudonym, identity = (str(details.get(name, "")).strip() for name in ("pseudonym", "identity"))
    found = set(seen.filter(testimony__pseudonym__iexact=pseudonym, team=team)[:10]) if pseudonym else set()
    if identity:
        # Who may not know the witness of another item must not learn it by guessing here.
        named = seen.filter(testimony__identity__iexact=identity)[:50]
        found |= {item for item in named if can_see_identity(actor, item)}
    return sorted(found, key=lambda item: item.reference)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
