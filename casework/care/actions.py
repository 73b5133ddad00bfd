"""Every write of the care room: how a person wishes to meet hard material, and what they have watched.

Time is the server's. A page only says that something is still uncovered; it never says for how long, so that nothing
it sends can make the ledger longer than the time that passed, or shorter than it was.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.care.access import can_change_preference
from casework.care.models import Exposure, Graphic, Look, Preference, Step, Stretch, monday
from casework.care.reading import preference_of
from casework.cases.actions.common import apply, refuse_unknown
from casework.core.access import require
from casework.core.errors import Invalid, NotFound

BEAT = datetime.timedelta(seconds=20)
"""How often a page says that something is still uncovered."""
LONGEST_GAP = 3 * BEAT
"""What counts at most between two signs of a page: a longer silence was a lost line or a sleeping machine."""
BREAK = datetime.timedelta(minutes=10)
"""Nothing uncovered for this long is a break; after it the stretch begins anew."""
KEPT = datetime.timedelta(days=1)
REMINDERS = (0, 10, 15, 20, 30, 45, 60)
"""Minutes that a person can choose; 0: no reminder."""
CHANGEABLE = frozenset({"ask", "never_colour", "never_sound", "remind_after"})


def change_preference(user: User, *, actor: User, **values: Any) -> Preference:
    """Keep how the person wishes to meet hard material."""
    refuse_unknown(values, CHANGEABLE)
    if values.get("remind_after", 0) not in REMINDERS:
        message = _("Choose one of the times.")
        raise Invalid(message, fields={"remind_after": [message]})
    with transaction.atomic():
        row = Preference.objects.select_for_update().filter(user=user).first() or Preference(user=user)
        require(can_change_preference, actor, row)
        apply(row, values)
        row.changed_at = clock.now()
        row.save()
        record(Event.CARE_PREFERENCE_CHANGED, actor=actor, obj=actor, detail={"fields": sorted(values)})
    return row


def begin_look(*, actor: User, level: int, step: str, follows: str = "") -> Look | None:
    """A look begins now, in the caller's transaction; None for material with nothing graphic in it, which is not
    counted. `follows` is the look that it takes the place of, if any."""
    if follows:
        end_look(follows, actor=actor)
    if level == Graphic.NONE:
        return None
    if level not in Graphic.values or step not in Step.values:
        raise Invalid(_("There is no such level or step."))
    now = clock.now()
    return Look.objects.create(user=actor, level=level, step=step, begun_at=now, counted_to=now)


@dataclass(frozen=True)
class Counted:
    """What was added to the ledger, in seconds, and whether a break is due."""

    seconds: int
    break_due: bool


def count_look(key: Any, *, actor: User, ended: bool = False) -> Counted:
    """Put the time since the last sign of this look into the ledger, at most LONGEST_GAP of it, and never what was
    counted for this person already. Raises NotFound for a look that is somebody else's, over or unknown."""
    with transaction.atomic():
        stretch = _locked_stretch(actor)
        look = Look.objects.select_for_update().filter(user=actor, ended_at=None, pk=_uuid(key)).first()
        if look is None:
            raise NotFound(_("There is nothing uncovered."))
        now = clock.now()
        begun = max(look.counted_to, stretch.counted_to or look.counted_to)
        seconds = int(min(max(now - begun, datetime.timedelta(0)), LONGEST_GAP).total_seconds())
        capped = now - begun > LONGEST_GAP
        # What is less than a second waits for the next sign.
        counted_to = max(begun, now) if capped else begun + datetime.timedelta(seconds=seconds)
        look.counted_to, look.ended_at = counted_to, now if ended else None
        look.save(update_fields=["counted_to", "ended_at"])
        if seconds:
            _add(actor, look, seconds, now)
        break_due = _stretch_on(stretch, actor, begun=begun, seconds=seconds, counted_to=counted_to)
    return Counted(seconds, break_due)


def end_look(key: Any, *, actor: User) -> bool:
    """Covered again; whether a break is due. A look that is over already, or unknown, is left as it is."""
    try:
        return count_look(key, actor=actor, ended=True).break_due
    except NotFound:
        return False


def forget_looks() -> int:
    """Delete looks that began more than a day ago; their time is in the ledger. Returns how many."""
    return Look.objects.filter(begun_at__lt=clock.now() - KEPT).delete()[0]


def _locked_stretch(actor: User) -> Stretch:
    Stretch.objects.get_or_create(user=actor)
    return Stretch.objects.select_for_update().get(user=actor)


def _add(actor: User, look: Look, seconds: int, now: datetime.datetime) -> None:
    line, _new = Exposure.objects.get_or_create(user=actor, week=monday(now), level=look.level, step=look.step)
    Exposure.objects.filter(pk=line.pk).update(seconds=F("seconds") + seconds)


def _stretch_on(
    stretch: Stretch, actor: User, *, begun: datetime.datetime, seconds: int, counted_to: datetime.datetime
) -> bool:
    """Lengthen the stretch, or begin it anew after a break; whether to remind of one now."""
    if stretch.counted_to is not None and begun - stretch.counted_to >= BREAK:
        stretch.seconds = stretch.reminded_at = 0
    stretch.seconds += seconds
    stretch.counted_to = max(counted_to, stretch.counted_to or counted_to)
    after = preference_of(actor).remind_after * 60
    due = bool(after) and stretch.seconds - stretch.reminded_at >= after
    if due:
        stretch.reminded_at = stretch.seconds
    stretch.save()
    return due


def _uuid(key: Any) -> uuid.UUID:
    """The key; what is none becomes the key that nothing has."""
    try:
        return uuid.UUID(str(key))
    except ValueError:
        return uuid.UUID(int=0)
