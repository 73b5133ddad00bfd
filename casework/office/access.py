"""Who may open the pages that look across all rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.cases.models import Case
from casework.integrity.access import can_read_integrity

if TYPE_CHECKING:
    from casework.accounts.models import User

__all__ = [
    "can_export_audit",
    "can_read_audit",
    "can_read_audit_details",
    "can_read_history",
    "can_read_integrity",
]


def can_read_audit(user: User, _: object = None) -> bool:
    """Auditors, and administrators, who see of a case no more than its reference."""
    return user.is_active and (user.is_auditor or user.is_administrator)


def can_read_audit_details(user: User, _: object = None) -> bool:
    """Reasons and details of acts on cases: auditors."""
    return user.is_active and user.is_auditor


def can_export_audit(user: User, _: object = None) -> bool:
    return user.is_active and user.is_auditor


def can_read_history(user: User, case: Case) -> bool:
    """Whoever may open the case."""
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()
