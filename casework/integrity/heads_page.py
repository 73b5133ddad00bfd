"""What pages tell of heads: the window, the list, where they went, who stamped them; and of one item, whether it is
sealed."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.evidence.models import Item
from casework.evidence.reading import visible_custody
from casework.integrity import casework_verify, keys, sealing
from casework.integrity.authorities import Authority, authorities
from casework.integrity.casework_verify import key_id
from casework.integrity.heads import CUSTODY, moved_links
from casework.integrity.models import Delivery, Head, HeadPoint, Stamping

if TYPE_CHECKING:
    from casework.accounts.models import User

VERIFIER = Path(casework_verify.__file__)
TONES = {
    Stamping.Result.WAITING: "neutral",
    Stamping.Result.SOUND: "good",
    Stamping.Result.UNANCHORED: "warn",
    Stamping.Result.UNSOUND: "bad",
}


@dataclass(frozen=True)
class Place:
    """One place outside: what it is called, how far the heads got, and what is wrong with it now."""

    label: Any
    where: str
    delivery: Delivery | None


@dataclass(frozen=True)
class Overview:
    """The state of sealing. `window` counts links of all chains that no head has seen; `overdue` says that one of them
    has waited for more than two heads."""

    last: Head | None
    window: int
    overdue: bool
    minutes: int
    problem: str
    key: str
    public_key: str
    places: list[Place]
    authorities: list[Place]
    unsound: int
    verifier_sha256: str


def overview() -> Overview:
    """The present state, in seven queries."""
    last = Head.objects.order_by("-number").first()
    deliveries = Delivery.objects.in_bulk()
    public = bytes(last.public_key) if last else b""
    return Overview(
        last=last,
        window=moved_links(last),
        overdue=_is_overdue(last),
        minutes=settings.CASEWORK_HEAD_MINUTES,
        problem=sealing.key_problem(),
        key=key_id(public) if public else "",
        public_key=keys.pem_of(public) if public else "",
        places=_places(deliveries),
        authorities=[Place(each.name, each.url, deliveries.get(each.url)) for each in authorities()],
        unsound=Stamping.objects.filter(result=Stamping.Result.UNSOUND).count(),
        verifier_sha256=hashlib.sha256(VERIFIER.read_bytes()).hexdigest(),
    )


def _is_overdue(last: Head | None) -> bool:
    oldest = AuditEvent.objects.filter(position=last.audit_position + 1 if last else 1).first()
    waits = datetime.timedelta(minutes=2 * settings.CASEWORK_HEAD_MINUTES)
    return oldest is not None and clock.now() - oldest.at > waits


def _places(deliveries: Mapping[str, Delivery]) -> list[Place]:
    places = [Place(_("File"), str(settings.CASEWORK_HEADS_FILE), deliveries.get(Delivery.FILE))]
    if settings.CASEWORK_HEADS_URL:
        url = settings.CASEWORK_HEADS_URL
        places.append(Place(_("Address on another host"), _host(url), deliveries.get(Delivery.ADDRESS)))
    return places


def _host(url: str) -> str:
    return Authority(url, ()).name


@dataclass(frozen=True)
class Mark:
    """The time-stamp of one head by one authority, as it is shown."""

    authority: str
    stamping: Stamping

    @property
    def tone(self) -> str:
        return TONES[Stamping.Result(self.stamping.result)]


def marks_of(heads: Iterable[Head]) -> dict[int, list[Mark]]:
    """The time-stamps of each head, in one query."""
    found: dict[int, list[Mark]] = {head.number: [] for head in heads}
    for row in Stamping.objects.filter(head__in=list(found)).order_by("authority"):
        found[row.head_id].append(Mark(_host(row.authority), row))
    return found


def item_seal(item: Item, user: User) -> Mapping[str, Any] | None:
    """Which head first saw the last link of the item's custody that this person may know of, and who stamped it.

    Asked of the last visible link, not of the last one: what a hidden case does to the item changes nothing here.
    """
    links = visible_custody(item, user)
    if not links:
        return None
    points = HeadPoint.objects.filter(kind=CUSTODY, key=item.pk, position__gte=links[0].position)
    point = points.select_related("head").order_by("position").first()
    if point is None:
        return {"head": None, "minutes": settings.CASEWORK_HEAD_MINUTES}
    return {"head": point.head, "marks": marks_of([point.head])[point.head_id]}
