"""What items say about cases: linking, unlinking, and the rule of the independent second source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, not_found, require_reason, take_open_case
from casework.cases.models import Case
from casework.core.errors import Conflict, Invalid
from casework.core.workflow import change, lock
from casework.evidence.access import can_add_evidence, can_link_item
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.independence import dependent_on
from casework.evidence.models import CustodyEvent, EvidenceFile, EvidenceLink, Item
from casework.evidence.models.items import Credibility, Establishes


def link_item(
    item: Item,
    *,
    actor: User,
    case: Case,
    establishes: Sequence[str],
    bearing: str = EvidenceLink.Bearing.SUPPORTS,
    note: str = "",
) -> EvidenceLink:
    """Say what an item establishes about a case. Raises Conflict when it is linked to that case already."""
    with transaction.atomic():
        locked = take_open_case(case, actor, can_add_evidence)
        row = take_item(item, actor, can_link_item)
        link = write_link(row, locked, actor=actor, establishes=establishes, bearing=bearing, note=note)
        record(Event.EVIDENCE_LINKED, actor=actor, obj=row, case_id=locked.pk, detail=_said(link))
    return link


def write_link(
    item: Item, case: Case, *, actor: User, establishes: Sequence[str], bearing: str, note: str
) -> EvidenceLink:
    """The link and its custody, in the caller's transaction, with case and item locked."""
    wanted = _facts(establishes)
    link = EvidenceLink(item=item, case=case, linked_by=actor)
    apply(link, {"establishes": wanted, "bearing": bearing, "note": note.strip()})
    if EvidenceLink.objects.present().filter(item=item, case=case).exists():
        raise Conflict(_("The item is linked to this case already. Unlink it first to say something else."))
    link.save(force_insert=True)
    append_custody(item, CustodyEvent.Act.LINKED, actor=actor, detail={"case": str(case.pk), **_said(link)})
    return link


def unlink_item(link: EvidenceLink, *, actor: User, reason: str) -> EvidenceLink:
    """Take an item out of a case, with a reason. The link stays on record; nothing of the item is removed."""
    reason = require_reason(reason)
    with transaction.atomic():
        case = take_open_case(link.case, actor, can_add_evidence)
        item = take_item(link.item, actor, can_link_item)
        row = lock(link)
        if row.removed_at is not None:
            raise not_found()
        change(row, {"removed_at": clock.now()})
        append_custody(item, CustodyEvent.Act.UNLINKED, actor=actor, detail={"case": str(case.pk)})
        record(Event.EVIDENCE_UNLINKED, actor=actor, obj=item, case_id=case.pk, reason=reason)
    return row


def require_second_source(item: Item, *, credibility: int, source_id: Any) -> None:
    """Raise Invalid when an item is to be called confirmed without an independent second source.

    Independent: another item, linked as support to one of the same cases, from another known source, that is neither
    the same bytes nor what posts and other rooms know to repeat it (independence.py).
    """
    if credibility != Credibility.CONFIRMED:
        return
    if source_id is None:
        raise _unconfirmed(_("Name the source first: “confirmed” compares two sources."))
    links = EvidenceLink.objects.present().filter(bearing=EvidenceLink.Bearing.SUPPORTS)
    cases = links.filter(item=item).values("case_id")
    others = Item.objects.filter(source__isnull=False).exclude(pk=item.pk).exclude(source_id=source_id)
    others = others.filter(Exists(links.filter(item=OuterRef("pk"), case_id__in=cases)))
    others = others.exclude(pk__in=dependent_on(item))
    same_bytes = EvidenceFile.objects.filter(item=OuterRef("pk"), blob_id__in=item.files.values("blob_id"))
    others = others.exclude(Exists(same_bytes))
    if not others.exists():
        raise _unconfirmed(
            _("“Confirmed” needs another item, from a different source, that supports the same case. Link one first.")
        )


def _unconfirmed(message: str) -> Invalid:
    return Invalid(message, fields={"credibility": [message]}, code="no_second_source")


def _facts(establishes: Sequence[str]) -> list[str]:
    """The facts in the vocabulary's order, each once. Raises Invalid for none or an unknown one."""
    message = _("Choose what the item establishes about the case.")
    if not establishes or set(establishes) - set(Establishes.values):
        raise Invalid(message, fields={"establishes": [message]})
    return [value for value in Establishes.values if value in set(establishes)]


def _said(link: EvidenceLink) -> dict[str, Any]:
    return {"establishes": list(link.establishes), "bearing": str(link.bearing)}
