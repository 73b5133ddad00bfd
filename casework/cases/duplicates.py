"""Cases that may be about the same incident as the one being opened, with the reason for each.

Only cases that the person may see are compared, so that nothing hidden can be guessed from a warning.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.cases.models import Case, Region
from casework.core.dates import DateRange
from casework.core.text import skeleton

if TYPE_CHECKING:
    from casework.accounts.models import User

CANDIDATES = 200
SHOWN = 5
CLOSE = datetime.timedelta(days=31)
"""Ranges no longer than this count as close in time even when only the region is known."""


@dataclass(frozen=True)
class Duplicate:
    """A case that looks alike, and why."""

    case: Case
    reasons: list[str]


def possible_duplicates(user: User, *, occurred: DateRange, region: Region | None, settlement: str) -> list[Duplicate]:
    """The likeliest five, those with the most reasons first.

    The same settlement with overlapping or unknown dates, or the same region with overlapping dates known to about a
    month.
    """
    place = Q(pk__in=[])
    if region is not None:
        place |= Q(region=region)
    if settlement:
        place |= Q(settlement__iexact=settlement)
    rows = Case.objects.visible_to(user).filter(place).exclude(state=Case.State.MERGED)
    if occurred:
        overlapping = Q(occurred_earliest__lte=occurred.latest, occurred_latest__gte=occurred.earliest)
        rows = rows.filter(overlapping | Q(occurred_earliest=None))
    rows = rows.select_related("region").order_by("-updated_at")[:CANDIDATES]
    found = [Duplicate(case, reasons) for case in rows if (reasons := _reasons(case, occurred, region, settlement))]
    found.sort(key=lambda duplicate: -len(duplicate.reasons))
    return found[:SHOWN]


def _reasons(case: Case, occurred: DateRange, region: Region | None, settlement: str) -> list[str]:
    same_place = bool(settlement) and skeleton(settlement) == skeleton(case.settlement)
    same_time = bool(occurred) and bool(case.occurred)
    precise = same_time and _is_close(occurred) and _is_close(case.occurred)
    same_region = region is not None and case.region_id == region.pk
    if not same_place and not (same_region and precise):
        return []
    reasons = []
    if same_place:
        reasons.append(_("the same town or village"))
    elif same_region:
        reasons.append(_("the same region"))
    if same_time:
        reasons.append(_("dates that overlap: %(dates)s") % {"dates": case.occurred})
    elif case.occurred or occurred:
        reasons.append(_("one of the dates is unknown"))
    return reasons


def _is_close(days: DateRange) -> bool:
    return days.earliest is not None and days.latest is not None and days.latest - days.earliest <= CLOSE
