"""A reviewer's decision: approve, which puts the finding in force, or return for changes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange as Days
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.dates import quarter_end
from casework.core.errors import Blocked, Invalid
from casework.core.workflow import change, lock, perform, require_unchanged
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import CustodyEvent
from casework.findings.access import can_review_finding
from casework.findings.actions.proposal import require_visible
from casework.findings.models import Finding
from casework.findings.soundness import require_sound
from casework.findings.workflow import FINDING_WORKFLOW

if TYPE_CHECKING:
    from casework.accounts.models import User


def approve_finding(finding: Finding, *, actor: User, expected: Any = None) -> Finding:
    """Approve a proposed finding: from today it is the office's conclusion, and it closes the one in force before it.

    `expected` is the `updated_at` of what the reviewer read. Raises NotFound, NotAllowed, StepUpRequired for an API
    token, Conflict, or Blocked with reasons: the person proposed it or registered evidence it stands on, a cited file
    is not sound, evidence was unlinked.
    """
    require_visible(actor, finding.case)
    require(can_review_finding, actor, finding)
    # Read from the disk before any row is locked; bytes in the store never change by our own hand.
    require_sound(finding)
    with transaction.atomic():
        row = lock(finding)
        require_unchanged(row, expected)
        lock(row.case)
        today = clock.today()
        earlier = None
        if row.state == Finding.State.PROPOSED:
            earlier = _close_earlier(row, today)
            _note_custody(row, actor)
        approved = perform(
            row,
            FINDING_WORKFLOW["approve"],
            actor=actor,
            changes={
                "approved_by": actor,
                "decided_on": today,
                "in_force": Days(today, None),
                "supersedes": earlier,
                "late_verification": today > quarter_end(row.occurred_latest),
            },
            detail={"conclusion": row.conclusion, "supersedes": earlier.reference if earlier else ""},
        )
        if earlier:
            record(
                Event.FINDING_SUPERSEDED,
                actor=actor,
                obj=earlier,
                detail={"by": approved.reference, "on": today.isoformat()},
            )
    return approved


def return_finding(finding: Finding, *, actor: User, code: str, note: str) -> Finding:
    """Return a proposed finding for changes, with a reason code and a note. Raises NotFound, NotAllowed, Conflict,
    Blocked for one's own proposal, Invalid."""
    require_visible(actor, finding.case)
    problems = {}
    if code not in Finding.ReturnReason.values:
        problems["code"] = [_("Choose why it is returned.")]
    if not note.strip():
        problems["note"] = [_("Say what has to change.")]
    if problems:
        require(can_review_finding, actor, finding)
        raise Invalid(_("Say why it is returned."), fields=problems)
    return perform(
        finding,
        FINDING_WORKFLOW["return"],
        actor=actor,
        reason=note,
        changes={
            "returned_code": code,
            "returned_note": note.strip(),
            "returned_by": actor,
            "returned_at": clock.now(),
        },
        detail={"code": code},
    )


def _note_custody(finding: Finding, actor: User) -> None:
    """Say in each cited item's chain of custody that the office's conclusion stands on it, and on which bytes."""
    for cited in finding.cited.select_related("item").order_by("item_id", "id"):
        append_custody(
            cited.item,
            CustodyEvent.Act.CITED,
            actor=actor,
            sha256=cited.sha256,
            detail={"finding": finding.reference, "case": str(finding.case_id)},
        )


def _close_earlier(finding: Finding, today: datetime.date) -> Finding | None:
    """End the range of the finding in force, with its row locked, and return it. The range of one that was decided
    today becomes empty: it was the office's conclusion on no whole day."""
    approved = Finding.objects.filter(case_id=finding.case_id, state=Finding.State.APPROVED)
    earlier = approved.select_for_update(of=("self",)).filter(in_force__upper_inf=True).first()
    if earlier is None:
        return None
    if earlier.in_force.lower > today:
        raise Blocked(
            _("%(reference)s is in force from a later day. Check the date of this computer.")
            % {"reference": earlier.reference}
        )
    change(earlier, {"in_force": Days(earlier.in_force.lower, today)})
    return earlier
