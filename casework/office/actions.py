"""What the office's own pages write: that the audit was read, exported or verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from casework.audit import record as audit
from casework.audit.events import Event
from casework.core.access import require
from casework.office import access

if TYPE_CHECKING:
    from casework.accounts.models import User


def note_audit_read(*, actor: User, asked: Mapping[str, Any]) -> None:
    """Record that a page of the audit log was read, and what was asked of it."""
    require(access.can_read_audit, actor, None)
    audit.record(Event.AUDIT_VIEWED, actor=actor, detail={"asked": dict(asked)})


def note_audit_export(*, actor: User, asked: Mapping[str, Any]) -> None:
    """Record that the audit log was taken out as CSV."""
    require(access.can_export_audit, actor, None)
    audit.record(Event.AUDIT_EXPORTED, actor=actor, detail={"asked": dict(asked)})


def verify_chain(*, actor: User) -> audit.ChainReport:
    """Walk the audit chain from its first link and record what came of it."""
    require(access.can_read_audit, actor, None)
    report = audit.verify()
    with transaction.atomic():
        audit.record(
            Event.CHAIN_VERIFIED,
            actor=actor,
            detail={
                "links": report.length,
                "whole": report.whole,
                "broken_at": report.broken_at,
                "problem": report.problem,
            },
        )
    return report
