"""Releasing an item from its caveat: only in writing, and only towards more openness."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply
from casework.core.errors import Invalid
from casework.core.workflow import change
from casework.evidence.access import can_release_caveat
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import Caveat, CaveatRelease, CustodyEvent, Item

OPENNESS = {value: place for place, value in enumerate(Caveat.values)}


def release_caveat(
    item: Item,
    *,
    actor: User,
    caveat: str,
    released_by: str,
    released_on: datetime.date,
    terms: str,
    recipients: Sequence[uuid.UUID] = (),
) -> CaveatRelease:
    """Record that the originator lets the item be shared more widely: who said so, when, in what terms.

    `recipients` are the keys that a release to listed recipients adds. Raises Invalid when it opens nothing.
    """
    release = CaveatRelease(recorded_by=actor)
    apply(
        release,
        {"caveat": caveat, "released_by": released_by.strip(), "released_on": released_on, "terms": terms.strip()},
    )
    if released_on > clock.today():
        raise _invalid("released_on", _("This is in the future. Type the day of the release."))
    with transaction.atomic():
        row = take_item(item, actor, can_release_caveat)
        listed = _listed(row, caveat, recipients)
        release.item = row
        release.save(force_insert=True)
        before = row.caveat
        change(row, {"caveat": caveat, "caveat_recipients": listed})
        detail = {"from": str(before), "to": str(caveat)}
        append_custody(row, CustodyEvent.Act.RELEASED, actor=actor, detail=detail)
        record(Event.CAVEAT_RELEASED, actor=actor, obj=row, detail=detail)
    return release


def _listed(item: Item, caveat: str, recipients: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """The recipients listed after the release."""
    if caveat != Caveat.LISTED:
        if OPENNESS[caveat] <= OPENNESS[item.caveat]:
            raise _invalid("caveat", _("This is no wider than now. A release only opens."))
        return []
    before = list(item.caveat_recipients) if item.caveat == Caveat.LISTED else []
    added = [key for key in recipients if key not in before]
    if OPENNESS[item.caveat] > OPENNESS[Caveat.LISTED]:
        raise _invalid("caveat", _("This is no wider than now. A release only opens."))
    if not added:
        raise _invalid("recipients", _("Choose the recipients that the release names."))
    return before + added


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
