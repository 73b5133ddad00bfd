"""What the page on checks of stored files shows: how much was looked at, how fast it goes, and what was found. Nothing
is read from the store."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.core.charts import Chart, month_chart
from casework.evidence.models import Blob, EvidenceFile, FixityDay, Scan
from casework.integrity import fixity

if TYPE_CHECKING:
    from casework.accounts.models import User

CHART_DAYS = 30
PACE_DAYS = 7
MOST_SHOWN = 100


@dataclass(frozen=True)
class Share:
    """How much of some files was checked within the days that are asked of them; sizes in bytes."""

    label: Any
    days: int
    files: int
    size: int
    fresh: int
    fresh_size: int
    oldest: datetime.datetime | None

    @property
    def overdue(self) -> int:
        """Files not checked within their days."""
        return self.files - self.fresh

    @property
    def percent(self) -> int:
        """Of the bytes, rounded down: 100 means all."""
        return 100 if not self.size else int(100 * self.fresh_size / self.size)


@dataclass(frozen=True)
class Damage:
    """A file in quarantine: `items` are those the person may know, `others` how many more records hold it."""

    blob: Blob
    items: list[str]
    others: int


@dataclass(frozen=True)
class Coverage:
    """The whole page. `a_day` is the present pace and `needed` what the periods ask for, both in bytes a day."""

    shares: list[Share]
    damaged: list[Damage]
    damaged_total: int
    chart: Chart
    a_day: float
    needed: float
    most: float
    round_ends: datetime.date | None
    malware: list[tuple[str, str, int]]
    scanner: bool

    @property
    def whole(self) -> bool:
        return self.damaged_total == 0

    @property
    def too_slow(self) -> bool:
        """Whether the settings do not let the slices read as much as the periods ask for."""
        return self.needed > self.most


def coverage(user: User) -> Coverage:
    """What `user` may know of the store. A constant number of queries."""
    plan = fixity.plan()
    pace = _pace()
    unsound = Blob.objects.unsound()
    return Coverage(
        shares=[
            _share(_("All stored files"), Blob.objects.all(), settings.CASEWORK_FIXITY_DAYS),
            _share(_("Files that were disclosed"), fixity.disclosed(), settings.CASEWORK_FIXITY_DAYS_DISCLOSED),
        ],
        damaged=_damaged(user),
        damaged_total=unsound.count(),
        chart=_chart(),
        a_day=pace,
        needed=plan.a_day,
        most=plan.most_a_day,
        round_ends=clock.today() + datetime.timedelta(days=int(plan.total / pace) + 1) if pace else None,
        malware=_malware(),
        scanner=bool(settings.CASEWORK_CLAMD),
    )


def _share(label: Any, blobs: Any, days: int) -> Share:
    since = clock.now() - datetime.timedelta(days=days)
    fresh = Q(checked_at__gte=since)
    row = blobs.aggregate(
        files=Count("pk"), fresh=Count("pk", filter=fresh), fresh_size=Sum("size", filter=fresh, default=0),
        oldest=Min("checked_at"), whole=Sum("size", default=0),
    )  # fmt: skip
    return Share(label=label, days=days, size=row.pop("whole"), **row)


def _pace() -> float:
    """Bytes a day that the schedule read, over the last seven whole days or as many as there are."""
    today = clock.today()
    days = FixityDay.objects.filter(day__lt=today, day__gte=today - datetime.timedelta(days=PACE_DAYS))
    row = days.aggregate(size=Sum("scheduled", default=0), first=Min("day"))
    return row["size"] / (today - row["first"]).days if row["first"] else 0.0


def _damaged(user: User) -> list[Damage]:
    """Files in quarantine, the latest first, with the references of the items that the person may open."""
    blobs = list(Blob.objects.unsound().order_by("-unsound_since", "sha256")[:MOST_SHOWN])
    files = EvidenceFile.objects.filter(blob__in=[blob.pk for blob in blobs])
    holders: dict[str, set[Any]] = {}
    for sha256, item in files.values_list("blob_id", "item_id"):
        holders.setdefault(sha256, set()).add(item)
    known: dict[str, dict[Any, str]] = {}
    for file in EvidenceFile.objects.visible_to(user).filter(blob__in=list(holders)).select_related("item"):
        known.setdefault(file.blob_id, {})[file.item_id] = file.item.reference
    found = []
    for blob in blobs:
        seen = known.get(blob.pk, {})
        found.append(Damage(blob, sorted(seen.values()), len(holders.get(blob.pk, set()) - set(seen))))
    return found


def _chart() -> Chart:
    today = clock.today()
    days = [today - datetime.timedelta(days=back) for back in reversed(range(CHART_DAYS))]
    counted = dict(FixityDay.objects.filter(day__gte=days[0]).values_list("day", "files"))
    return month_chart(
        [(date_format(day, "m-d"), counted.get(day, 0)) for day in days],
        title=_("Files checked a day"),
        desc=_("Stored files hashed again by the schedule or by a full verification, by day (UTC), the last 30 days."),
        label_heading=_("Day"),
        value_heading=_("Files"),
    )


def _malware() -> list[tuple[str, str, int]]:
    """(state, its label, number of stored files)."""
    counts = dict(Scan.objects.order_by().values_list("state").annotate(number=Count("pk")))
    without = Blob.objects.filter(scan=None).count()
    counts[Scan.State.NOT_SCANNED] = counts.get(Scan.State.NOT_SCANNED, 0) + without
    return [(value, str(label), counts.get(value, 0)) for value, label in Scan.State.choices]
