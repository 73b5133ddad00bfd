"""What is known already of arriving bytes: other records that hold exactly them, as far as the person sees those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.evidence import arrivals
from casework.evidence.arrivals import Arrival, Hint, Recognised, Strength
from casework.evidence.models import EvidenceFile

if TYPE_CHECKING:
    from casework.accounts.models import User

MOST = 20
"""Hints of one arrival; the oldest records come first."""


def same_bytes(arrival: Arrival, user: User) -> Recognised:
    """One hint for each file of a visible record that has one of the arriving hashes."""
    if not arrival.sha256s:
        return Recognised()
    files = EvidenceFile.objects.visible_to(user).filter(blob_id__in=arrival.sha256s)
    found = files.select_related("item", "blob").prefetch_related("blob__previews").order_by("added_at", "pk")[:MOST]
    return Recognised([_hint(file) for file in found])


def _hint(file: EvidenceFile) -> Hint:
    reason = _("Every byte is the same as in a file of this record.")
    return Hint(Strength.SAME, _("The same file"), reason, file.item, (file,), {"sha256": file.blob_id})


def register_room() -> None:
    """Have arriving bytes compared."""
    arrivals.register("evidence", same_bytes)
