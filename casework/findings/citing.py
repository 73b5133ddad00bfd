"""Tells the evidence room which findings stand on an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from casework.evidence.citations import Citation, register
from casework.findings.models import Finding

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item


def findings_citing(item: Item, user: User) -> Iterator[Citation]:
    """The findings that cite the item, newest first, as far as their cases are visible. One query."""
    found = Finding.objects.visible_to(user).filter(cited__item=item).distinct().order_by("-proposed_at")
    for finding in found:
        note = finding.get_state_display()
        yield Citation(finding.reference, reverse("findings:detail", args=[finding.pk]), note, finding.decided_on)


def register_citations() -> None:
    register("findings", findings_citing)
