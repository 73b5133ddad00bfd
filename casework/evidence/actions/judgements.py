"""Judging an item: the three assessments, its credibility, how hard it is to look at. Nothing is ever overwritten."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record
from casework.care.models import Graphic
from casework.cases.actions.common import apply, require_reason, tidy
from casework.core.errors import Invalid
from casework.core.workflow import change
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.actions.links import require_second_source
from casework.evidence.judging import can_assess_item
from casework.evidence.models import Assessment, CredibilityRating, CustodyEvent, GraphicMark, Item
from casework.evidence.models.items import Credibility, Standing


def assess_item(item: Item, *, actor: User, aspect: str, grade: str, method: str, note: str = "") -> Assessment:
    """Add one person's assessment of one aspect (source, technical, content). What they and others said before stays.

    Raises Invalid without a method: how one came to a grade is what makes it worth anything.
    """
    method = require_reason(method, "method", longest=300)
    row = Assessment(item=item, by=actor)
    apply(row, {"aspect": aspect, "grade": grade, "method": method, "note": tidy(note)})
    with transaction.atomic():
        row.item = take_item(item, actor, can_assess_item)
        row.save(force_insert=True)
        detail = {"aspect": str(aspect), "grade": str(grade)}
        append_custody(row.item, CustodyEvent.Act.ASSESSED, actor=actor, detail=detail)
        record(Event.EVIDENCE_ASSESSED, actor=actor, obj=row.item, detail=detail)
    return row


def rate_item(item: Item, *, actor: User, credibility: int, reason: str) -> Item:
    """Judge the item's credibility anew, with a reason; earlier judgements stay in its history.

    Raises Invalid when it is to be called confirmed without an independent second source.
    """
    if credibility not in Credibility.values:
        raise Invalid(_("Choose a grade."), fields={"credibility": [_("Choose a grade from 1 to 6.")]})
    reason = require_reason(reason, longest=5000)
    with transaction.atomic():
        row = take_item(item, actor, can_assess_item)
        require_second_source(row, credibility=credibility, source_id=row.source_id)
        before = row.credibility
        write_credibility(row, actor=actor, credibility=credibility, reason=reason)
        detail = {"from": before, "to": int(credibility)}
        append_custody(row, CustodyEvent.Act.RATED, actor=actor, detail=detail)
        record(Event.EVIDENCE_RATED, actor=actor, obj=row, detail=detail)
    return row


def write_credibility(row: Item, *, actor: User, credibility: int, reason: str = "") -> None:
    """The judgement and the grade in use, in the caller's transaction, with the item locked."""
    CredibilityRating.objects.create(item=row, by=actor, credibility=credibility, reason=reason)
    change(row, {"credibility": credibility})


def mark_graphic(item: Item, *, actor: User, level: int, note: str = "") -> Item:
    """Say how hard the item is to look at, under one's own name.

    The last two people to mark it count: the higher of their marks is in force, and stands until both say the same. One
    need not look again to confirm what the description tells.
    """
    if level not in Graphic.values:
        raise Invalid(_("Choose a level."), fields={"level": [_("Choose one of the levels.")]})
    with transaction.atomic():
        row = take_item(item, actor, can_assess_item)
        before = row.graphic
        write_mark(row, actor=actor, level=level, note=tidy(note))
        detail = {"from": before, "marked": int(level), "to": row.graphic}
        append_custody(row, CustodyEvent.Act.MARKED, actor=actor, detail=detail)
        record(Event.GRAPHIC_MARKED, actor=actor, obj=row, detail=detail)
    return row


def write_mark(row: Item, *, actor: User, level: int, note: str = "") -> None:
    """The mark and what follows for the item, in the caller's transaction, with the item locked."""
    mark = GraphicMark(item=row, by=actor)
    apply(mark, {"level": level, "note": note})
    mark.save(force_insert=True)
    last = sorted(GraphicMark.objects.filter(item=row).latest_of_each(), key=lambda each: (each.at, str(each.pk)))[-2:]
    levels = {each.level for each in last}
    standing = Standing.ONE if len(last) == 1 else Standing.AGREED if len(levels) == 1 else Standing.DISPUTED
    change(row, {"graphic": max(levels), "graphic_standing": standing})
