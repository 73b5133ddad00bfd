"""Attachments of messages become items of their own, which point back to the message."""

from __future__ import annotations

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import not_found, take_open_case
from casework.core.access import require, visible
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence import store, texts
from casework.evidence.access import can_add_evidence, can_change_item, can_see_item
from casework.evidence.actions.items import register_item
from casework.evidence.actions.links import write_link
from casework.evidence.models import EvidenceFile, EvidenceLink, FileText, Item, ItemOrigin
from casework.evidence.models.items import Kind
from casework.evidence.sniffing import Family, sniff
from casework.evidence.uploads import stored_from_bytes
from casework.evidence.witnesses import withholds_words

_KINDS = {Family.VIDEO: Kind.VIDEO, Family.AUDIO: Kind.AUDIO, Family.IMAGE: Kind.IMAGE}


def register_attachment(file: EvidenceFile, *, actor: User, number: int) -> Item:
    """Make attachment `number` (from 1) of a message an item of its own, linked to the same cases; the same item again
    when that was done before. Its bytes are taken out by the sandboxed reader and received like any upload."""
    parent = file.item
    if not can_see_item(actor, parent):
        raise not_found()
    require(can_change_item, actor, parent)
    if withholds_words(actor, parent):
        # As for a message without such an attachment: whether it has any is among the words.
        raise not_found()
    known = _registered(file, number)
    if known is not None:
        return _visible(known, actor)
    row = FileText.objects.filter(blob_id=file.blob_id, state=FileText.State.READ).first()
    if row is None or not 1 <= number <= len(row.attachments):
        raise not_found()
    links = _links(parent, actor)
    data = texts.attachment(file.blob_id, sniff(store.head(file.blob_id)), number)
    if not data:
        raise Invalid(_("The attachment could not be taken out of the message. The message is kept as it is."))
    name = str(row.attachments[number - 1].get("name", "")) or _("attachment")
    with suppress(IntegrityError):
        return _register(file, number, name, data, links, actor)
    registered = _registered(file, number)
    if registered is None:
        raise Conflict(_("Somebody else is registering this attachment. Look again in a moment."))
    return _visible(registered, actor)


def _register(file: EvidenceFile, number: int, name: str, data: bytes, links: list[EvidenceLink], actor: User) -> Item:
    parent, first = file.item, links[0] if links else None
    kind = _KINDS.get(sniff(data[: 64 * 1024], name).family, Kind.DOCUMENT)
    with transaction.atomic():
        for link in links:
            take_open_case(link.case, actor, can_add_evidence)
        item = register_item(
            actor=actor, team=parent.team, kind=kind, title=name[:200], files=[stored_from_bytes(name, data)],
            case=first.case if first else None, establishes=first.establishes if first else (),
            bearing=first.bearing if first else EvidenceLink.Bearing.SUPPORTS,
            how_obtained=_("Attachment %(number)s of %(parent)s")
            % {"number": number, "parent": parent.reference},
            source=parent.source, caveat=parent.caveat, caveat_recipients=list(parent.caveat_recipients),
            graphic=parent.graphic, collected_by=parent.collected_by, collected_at=parent.collected_at,
        )  # fmt: skip
        for link in links[1:]:
            write_link(item, link.case, actor=actor, establishes=link.establishes, bearing=link.bearing, note="")
            record(Event.EVIDENCE_LINKED, actor=actor, obj=item, case_id=link.case_id)
        ItemOrigin.objects.create(item=item, parent=parent, parent_sha256=file.blob_id, number=number)
    return item


def _links(parent: Item, actor: User) -> list[EvidenceLink]:
    """The present links whose cases the person may add evidence to, in the order of the cases' keys. An item of a case
    never becomes one that all of the team sees: when there are links but none of them may be repeated, the refusal of
    the first is raised."""
    present = EvidenceLink.objects.present().filter(item=parent)
    seen = list(present.filter(pk__in=visible(EvidenceLink, actor)).select_related("case").order_by("case_id"))
    allowed, refused = [], None
    for link in seen:
        try:
            with transaction.atomic():
                take_open_case(link.case, actor, can_add_evidence)
            allowed.append(link)
        except (NotAllowed, NotFound, Conflict) as error:
            refused = error
    if present.exists() and not allowed:
        raise refused or not_found()
    return allowed


def _registered(file: EvidenceFile, number: int) -> Item | None:
    row = ItemOrigin.objects.filter(parent=file.item_id, parent_sha256=file.blob_id, number=number)
    found = row.select_related("item").first()
    return found.item if found else None


def _visible(item: Item, actor: User) -> Item:
    """The item registered before, when the person sees it."""
    if not visible(Item, actor).filter(pk=item.pk).exists():
        raise Conflict(_("The attachment is registered already."))
    return item
