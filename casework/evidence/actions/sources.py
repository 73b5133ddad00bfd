"""Adding, changing and rating sources."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.accounts.models import Team, User
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, not_found, refuse_unknown, require_reason
from casework.core.access import require
from casework.core.errors import Invalid
from casework.core.workflow import change, lock, require_unchanged
from casework.evidence.access import can_add_source, can_change_source, can_rate_source, can_see_source
from casework.evidence.models import Caveat, Source, SourceRating
from casework.evidence.models.sources import Reliability

CHANGEABLE = frozenset({"kind", "name", "caveat", "note"})


def add_source(*, actor: User, team: Team, kind: str, name: str, caveat: str = Caveat.OFFICE, note: str = "") -> Source:
    """Add a source to the team's register, unrated (F: cannot be judged) until somebody rates it with a reason."""
    source = Source(team=team, created_by=actor)
    apply(source, {"kind": kind, "name": _named(name), "caveat": caveat, "note": note.strip()})
    with transaction.atomic():
        require(can_add_source, actor, team)
        source.save(force_insert=True)
        record(Event.SOURCE_ADDED, actor=actor, obj=source, detail={"kind": str(kind)})
    return source


def change_source(
    source: Source, *, actor: User, expected: datetime.datetime | str | None = None, **values: Any
) -> Source:
    """Change kind, name, caveat or note. Raises Conflict when it was changed since `expected`."""
    refuse_unknown(values, CHANGEABLE)
    if "name" in values:
        values["name"] = _named(values["name"])
    with transaction.atomic():
        row = _locked(source, actor)
        require(can_change_source, actor, row)
        require_unchanged(row, expected)
        apply(Source(), values)
        changed = change(row, values)
        if changed:
            record(Event.SOURCE_CHANGED, actor=actor, obj=row, detail={"fields": sorted(changed)})
    return row


def rate_source(source: Source, *, actor: User, reliability: str, reason: str) -> SourceRating:
    """Judge the source anew; earlier judgements stay in its history. Raises Invalid without a reason."""
    if reliability not in Reliability.values:
        raise Invalid(_("Choose a grade."), fields={"reliability": [_("Choose a grade from A to F.")]})
    reason = require_reason(reason, longest=5000)
    with transaction.atomic():
        row = _locked(source, actor)
        require(can_rate_source, actor, row)
        rating = SourceRating.objects.create(source=row, reliability=reliability, reason=reason, rated_by=actor)
        before = row.reliability
        change(row, {"reliability": reliability})
        record(Event.SOURCE_RATED, actor=actor, obj=row, detail={"from": before, "to": str(reliability)})
    return rating


def _locked(source: Source, actor: User) -> Source:
    row = lock(source)
    if not can_see_source(actor, row):
        raise not_found()
    return row


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid(_("Name the source."), fields={"name": [_("Name the source.")]})
    return name.strip()
