"""What is known of the soundness of stored bytes and of the audit chain, without reading them again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min, Q, Sum

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.evidence.models import Blob, Preview


@dataclass(frozen=True)
class Integrity:
    """Counts of blobs by the result of their last check; sizes in bytes; the chain's length and last hash; how many
    files were opened for a preview by a reader that limits alone held, because the kernel could not confine it."""

    blobs: int
    size: int
    by_result: list[tuple[str, str, int]]
    overdue: int
    oldest_check: datetime.datetime | None
    links: int
    head: str
    verifications: list[AuditEvent]
    unconfined: int

    @property
    def unsound(self) -> int:
        return sum(count for value, _label, count in self.by_result if value != Blob.Check.MATCHES)


def report() -> Integrity:
    """The present state. Five queries; nothing is read from the store."""
    limit = clock.now() - datetime.timedelta(days=settings.CASEWORK_FIXITY_DAYS)
    counts = dict(Blob.objects.order_by().values_list("check_result").annotate(number=Count("pk")))
    whole = Blob.objects.aggregate(
        number=Count("pk"), size=Sum("size", default=0), oldest=Min("checked_at"),
        overdue=Count("pk", filter=Q(checked_at__lt=limit)),
    )  # fmt: skip
    last = AuditEvent.objects.order_by("-position").first()
    return Integrity(
        blobs=whole["number"],
        size=whole["size"],
        by_result=[(value, str(label), counts.get(value, 0)) for value, label in Blob.Check.choices],
        overdue=whole["overdue"],
        oldest_check=whole["oldest"],
        links=last.position if last else 0,
        head=bytes(last.hash).hex() if last else "",
        verifications=list(AuditEvent.objects.filter(event=Event.CHAIN_VERIFIED).order_by("-position")[:5]),
        unconfined=Preview.objects.filter(kind=Preview.Kind.POSTER, isolated=False).count(),
    )
