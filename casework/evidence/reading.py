"""What pages and the API read of an item for one person: links, custody, facts, the same bytes elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.cases.models import Case, CaseAssignment, CaseGrant
from casework.core.dates import format_range
from casework.evidence.access import hidden_details
from casework.evidence.caveats import recipient_names
from casework.evidence.models import CustodyEvent, EvidenceFile, EvidenceLink, Item, Testimony


def with_files(items: QuerySet[Any]) -> QuerySet[Any]:
    """Items with their files, blobs and previews, in two more queries whatever their number."""
    files = EvidenceFile.objects.select_related("blob__scan", "blob__facts", "added_by")
    files = files.prefetch_related("blob__previews")
    return items.select_related("source", "post").prefetch_related(Prefetch("files", files, to_attr="loaded_files"))


def linked_with_files(links: QuerySet[Any]) -> QuerySet[Any]:
    """Links with their items, and what the cover of an item is made of: files, blobs, previews, the text of a post."""
    files = EvidenceFile.objects.select_related("blob").prefetch_related("blob__previews")
    return links.select_related("item__post", "item__testimony", "item__source").prefetch_related(
        Prefetch("item__files", files, to_attr="loaded_files")
    )


def visible_links(item: Item, user: User) -> list[EvidenceLink]:
    """The present links of an item to cases that the person sees."""
    links = EvidenceLink.objects.visible_to(user).present().filter(item=item)
    return list(links.select_related("case", "linked_by"))


def visible_custody(item: Item, user: User) -> list[CustodyEvent]:
    """The chain of custody, latest first, without what would tell of a hidden case: acts that name one, and acts of
    people whom only such a case can have brought here."""
    events = list(CustodyEvent.objects.filter(item=item).order_by("-position"))
    named = {key for event in events for key in _cases_of(event)}
    seen = {str(key) for key in Case.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True)}
    events = [event for event in events if set(_cases_of(event)) <= seen]
    known = known_people(item, user, {event.actor_id for event in events if event.actor_id})
    return [event for event in events if event.actor_id is None or event.actor_id in known]


def known_people(item: Item, user: User, people: set[Any]) -> set[Any]:
    """Those of `people` whose acts on the item may be told: colleagues, and people let into a case that is seen."""
    known = set(User.objects.visible_to(user).filter(pk__in=people).values_list("pk", flat=True)) if people else set()
    return known | _let_in(item, user, people - known) if people - known else known


def _cases_of(event: CustodyEvent) -> list[str]:
    named = event.detail.get("cases", [])
    return [str(key) for key in [event.detail.get("case"), *named] if key]


def _let_in(item: Item, user: User, actors: set[Any]) -> set[Any]:
    """Those of `actors` who were named on, or granted access to, a case of the item that the person sees."""
    cases = EvidenceLink.objects.visible_to(user).filter(item=item).values("case_id")
    granted = CaseGrant.objects.filter(case_id__in=cases, user_id__in=actors).values_list("user_id", flat=True)
    named = CaseAssignment.objects.filter(case_id__in=cases, user_id__in=actors).values_list("user_id", flat=True)
    return set(granted) | set(named)


def same_bytes(item: Item, user: User) -> dict[str, list[Item]]:
    """Other items that hold the same bytes, by hash, as far as the person sees them."""
    hashes = EvidenceFile.objects.filter(item=item).values("blob_id")
    twins = EvidenceFile.objects.visible_to(user).filter(blob_id__in=hashes).exclude(item=item)
    found: dict[str, list[Item]] = {}
    for file in twins.select_related("item").order_by("item__reference", "pk"):
        others = found.setdefault(file.blob_id, [])
        if file.item not in others:
            others.append(file.item)
    return found


@dataclass(frozen=True)
class Fact:
    """One line of what a kind's own table says. `kind`: text, day, moment, link or long; `part`: whether it says what
    the item is, what it shows or where it comes from."""

    label: Any
    value: Any
    kind: str = "text"
    part: str = "what"


def detail_facts(item: Item, user: User) -> list[Fact]:
    """The fields of the kind's own table that are filled in and that the person may see."""
    row = getattr(item, item.kind, None)
    if row is None:
        return []
    hidden = hidden_details(user, item)
    facts = _measures(row)
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.name in _NOT_SHOWN | hidden or value in ("", None):
            continue
        shown = getattr(row, f"get_{field.name}_display", lambda value=value: value)()
        facts.append(Fact(_label(field), shown, _fact_kind(field.name, value), _part(field.name)))
    return facts


_NOT_SHOWN = frozenset({
    "item", "duration", "width", "height", "normal_url", "normal_reposts", "identity", "consent", "consent_uses",
    "consent_bodies", "consent_given_on", "consent_taken_by", "consent_withdrawn_on", "protection_level",
    "protection_concern", "repeat_reason",
})  # fmt: skip
"""Not shown as they are: the item's key; the measures of a video, which are put in words; what is only compared;
who a witness is, which is shown on demand and on record; consent and protection, which have a place of their own."""
_SHOWS = frozenset({"text", "translation"})
_WHENCE = frozenset({
    "recorded_by", "first_publication", "reposts", "capture_method", "captured_by", "captured_at", "removed_on",
    "interviewer", "interpreter", "place", "author",
})  # fmt: skip


def _part(name: str) -> str:
    return "shows" if name in _SHOWS else "whence" if name in _WHENCE else "what"


@dataclass(frozen=True)
class Consent:
    """What a witness agreed to and what has to be minded, as far as the person may know: `taken_by`, `concern` and
    `earlier` only for the people named on the case."""

    testimony: Testimony
    bodies: list[str]
    taken_by: str
    concern: str
    earlier: list[Any]
    has_identity: bool


def consent_of(item: Item, user: User) -> Consent | None:
    """The consent of a testimony, None for other kinds."""
    testimony = getattr(item, "testimony", None)
    if testimony is None:
        return None
    hidden = hidden_details(user, item)

    def told(name: str) -> Any:
        return "" if name in hidden else getattr(testimony, name)

    return Consent(
        testimony=testimony,
        bodies=recipient_names(testimony.consent_bodies),
        taken_by=told("consent_taken_by"),
        concern=told("protection_concern"),
        earlier=list(told("earlier_interviews")),
        has_identity="identity" not in hidden and bool(testimony.identity),
    )


def _measures(row: Any) -> list[Fact]:
    """Length and frame size of a video, once they were read from its file."""
    facts = []
    if getattr(row, "duration", None):
        minutes, seconds = divmod(round(row.duration), 60)
        facts.append(Fact(_("Length"), f"{minutes}:{seconds:02d} ({row.duration.normalize():f} s)"))
    if getattr(row, "width", None):
        facts.append(Fact(_("Frame size"), f"{row.width} × {row.height}"))
    return facts


def _label(field: Any) -> str:
    text = str(field.verbose_name)
    return text[:1].upper() + text[1:]


def _fact_kind(name: str, value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return "moment"
    if isinstance(value, datetime.date):
        return "day"
    if name in {"text", "translation"}:
        return "long"
    return "link" if name in {"url", "reposts", "replies_to"} else "text"


def export_rows(items: QuerySet[Any]) -> Iterable[list[Any]]:
    """Rows of the CSV export: no names of sources, witnesses or authors."""
    for item in items.iterator(chunk_size=500):
        yield [
            item.reference, item.get_kind_display(), item.title,
            format_range(item.recorded_earliest, item.recorded_latest), item.published_at, item.registered_at,
            item.source.get_kind_display() if item.source else "",
            item.source.reliability if item.source else "", item.credibility, item.get_graphic_display(),
            item.get_caveat_display(), " ".join(file.blob_id for file in item.loaded_files),
        ]  # fmt: skip


EXPORT_HEADER = (
    "reference", "kind", "title", "recorded", "published", "registered", "source kind", "source reliability",
    "credibility", "graphic content", "caveat", "SHA-256 of the files",
)  # fmt: skip
