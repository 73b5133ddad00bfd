"""Registering many items at once, all or none: the same rows, custody and audit as one by one, written in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from casework.accounts.models import Team, User
from casework.audit.events import Event
from casework.audit.record import Act
from casework.cases.actions.common import apply, refuse_unknown
from casework.cases.models import Case
from casework.core.access import require
from casework.core.references import next_references
from casework.evidence.access import can_register_item
from casework.evidence.actions.blobs import Sealed
from casework.evidence.actions.custody import first_custody
from casework.evidence.actions.files import write_files
from casework.evidence.actions.items import AT_REGISTRATION, DETAIL_MODELS
from casework.evidence.models import CustodyEvent, EvidenceFile, EvidenceLink, Item, Post, PostStatus
from casework.evidence.models.items import Credibility
from casework.evidence.posts import filled, note_addresses


@dataclass
class NewItem:
    """One item to be registered with others. `files` are sealed bytes, each with what it is to the item; `observations`
    are values of PostStatus."""

    kind: str
    values: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[tuple[Sealed, str]] = ()
    observations: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Placement:
    """Where all of them belong: the team, the case with what they establish there, and what custody says of how they
    came. The case is locked by the caller and open."""

    team: Team
    case: Case | None = None
    establishes: Sequence[str] = ()
    bearing: str = EvidenceLink.Bearing.SUPPORTS
    custody: Mapping[str, Any] = field(default_factory=dict)


def register_together(entries: Sequence[NewItem], place: Placement, *, actor: User) -> list[Item]:
    """Register items with their files, links and custody in the caller's transaction, a thousand at a time or so.

    The bytes are in the store and their blobs written before, in the order of the hashes. The caller records `acts_of`
    afterwards, last of all. Raises Invalid for values that one by one would be refused; “confirmed” is not given here.
    """
    require(can_register_item, actor, place.team)
    drafts = [draft(entry, place.team, actor) for entry in entries]
    references = next_references("E", len(drafts))
    for (item, _detail), reference in zip(drafts, references, strict=True):
        item.reference = reference
    Item.objects.bulk_create([item for item, _detail in drafts])
    for model in {type(detail) for _item, detail in drafts if detail is not None}:
        model._default_manager.bulk_create([detail for _item, detail in drafts if type(detail) is model])  # type: ignore[arg-type]
    links = _links([item for item, _detail in drafts], place, actor)
    EvidenceLink.objects.bulk_create(links)
    custody: list[CustodyEvent] = []
    statuses: list[PostStatus] = []
    for (item, _detail), entry in zip(drafts, entries, strict=True):
        seen = [_status(item, values, actor) for values in entry.observations]
        statuses += seen
        custody += first_custody(item, _acts(item, place, seen), actor=actor)
    CustodyEvent.objects.bulk_create(custody)
    PostStatus.objects.bulk_create(statuses)
    for (item, _detail), entry in zip(drafts, entries, strict=True):
        for part in EvidenceFile.Part.values:
            if sealed := [each for each, its_part in entry.files if its_part == part]:
                write_files(item, sealed, actor=actor, part=part)
    return [item for item, _detail in drafts]


def draft(entry: NewItem, team: Team, actor: User) -> tuple[Item, Model | None]:
    """The unsaved rows of an item, checked as `register_item` checks them. Raises Invalid with the fields at fault."""
    refuse_unknown(entry.values, AT_REGISTRATION)
    item = Item(team=team, kind=entry.kind, registered_by=actor)
    values = {"credibility": Credibility.CANNOT_BE_JUDGED, **entry.values}
    apply(item, values)
    model = DETAIL_MODELS.get(entry.kind)
    if model is None:
        refuse_unknown(entry.details, ())
        return item, None
    detail = model(item=item)
    if isinstance(detail, Post):
        details = filled(entry.details)
        apply(detail, {**details, "platform": details.get("platform") or Post.Platform.WEB})
        apply(detail, note_addresses(detail))
    else:
        apply(detail, entry.details)
    return item, detail


@dataclass(frozen=True, slots=True)
class Registered:
    """What is left to say of an item that was registered with others: enough for the audit, and little to hold when
    they are a hundred thousand."""

    pk: Any
    reference: str
    kind: str
    files: tuple[str, ...]


def registered(items: Sequence[Item], entries: Sequence[NewItem]) -> Iterator[Registered]:
    """The same of items that `register_together` made of these entries."""
    for item, entry in zip(items, entries, strict=True):
        yield Registered(item.pk, item.reference, str(item.kind), tuple(sealed.sha256 for sealed, _part in entry.files))


def acts_of(written: Iterable[Registered], place: Placement) -> Iterator[Act]:
    """What the audit says of items registered together."""
    case_id = place.case.pk if place.case else None
    for each in written:
        item = Item(pk=each.pk, reference=each.reference)
        detail = {"kind": each.kind, "files": list(each.files), **place.custody}
        yield Act(Event.EVIDENCE_REGISTERED, item, case_id, detail=detail)
        if case_id:
            yield Act(Event.EVIDENCE_LINKED, item, case_id, detail={"bearing": str(place.bearing)})


def _links(items: Sequence[Item], place: Placement, actor: User) -> list[EvidenceLink]:
    if place.case is None:
        return []
    said = {"establishes": list(place.establishes), "bearing": place.bearing}
    return [EvidenceLink(item=item, case=place.case, linked_by=actor, **said) for item in items]


def _acts(item: Item, place: Placement, seen: Sequence[PostStatus]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield CustodyEvent.Act.REGISTERED, {"reference": item.reference, **place.custody}
    if place.case is not None:
        said = {"establishes": list(place.establishes), "bearing": str(place.bearing)}
        yield CustodyEvent.Act.LINKED, {"case": str(place.case.pk), **said}
    for status in seen:
        yield CustodyEvent.Act.OBSERVED, {"found": str(status.found), "seen_on": status.seen_on.isoformat()}


def _status(item: Item, values: Mapping[str, Any], actor: User) -> PostStatus:
    status = PostStatus(item=item, recorded_by=actor)
    apply(status, values)
    return status
