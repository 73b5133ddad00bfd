"""Whether a post is still where it was published: what somebody found, when, kept for good."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, tidy
from casework.core.errors import Invalid
from casework.core.workflow import change
from casework.evidence.access import can_change_item
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent, Item, Post, PostStatus
from casework.evidence.models.items import Kind


def observe_post(
    item: Item, *, actor: User, found: str, seen_on: datetime.date, seen_by: str = "", note: str = ""
) -> PostStatus:
    """Record what was found when a post was looked for again. Raises Invalid for another kind of evidence, and for a
    day in the future."""
    with transaction.atomic():
        row = take_item(item, actor, can_change_item)
        status = write_status(row, actor=actor, found=found, seen_on=seen_on, seen_by=seen_by, note=note)
        latest = PostStatus.objects.filter(item=row).first()
        removed = latest.seen_on if latest and latest.found == PostStatus.Found.REMOVED else None
        change(Post.objects.get(item=row), {"removed_on": removed})
        change(row, {"updated_at": clock.now()})
        record(Event.POST_OBSERVED, actor=actor, obj=row, detail={"found": str(status.found)})
    return status


def write_status(
    item: Item, *, actor: User, found: str, seen_on: datetime.date, seen_by: str = "", note: str = ""
) -> PostStatus:
    """The observation and its custody, in the caller's transaction, with the item locked."""
    if item.kind != Kind.POST:
        raise Invalid(_("Only posts are looked for again."))
    status = PostStatus(item=item, recorded_by=actor)
    apply(status, {"found": found, "seen_on": seen_on, "seen_by": tidy(seen_by), "note": tidy(note)})
    if seen_on > clock.today():
        message = _("This is in the future. Type the day on which it was seen.")
        raise Invalid(message, fields={"seen_on": [message]})
    status.save(force_insert=True)
    detail = {"found": str(found), "seen_on": seen_on.isoformat()}
    append_custody(item, CustodyEvent.Act.OBSERVED, actor=actor, detail=detail)
    return status
