"""Registering items and changing what is said of them. The files of an item never change."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from casework.accounts.models import Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.actions.common import apply, refuse_unknown, take_open_case
from casework.cases.models import Case
from casework.core.access import refusal, require
from casework.core.errors import Invalid
from casework.core.references import next_reference
from casework.core.workflow import change, require_unchanged
from casework.evidence.access import can_add_evidence, can_change_item, can_register_item, hidden_details
from casework.evidence.actions.blobs import Sealed, seal_all
from casework.evidence.actions.common import take_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.actions.files import write_files
from casework.evidence.actions.judgements import write_credibility, write_mark
from casework.evidence.actions.links import require_second_source, write_link
from casework.evidence.actions.observations import write_status
from casework.evidence.actions.testimony import check_consent, earlier_rows, require_repeat_reason, write_earlier
from casework.evidence.actions.uploads import take_uploads
from casework.evidence.models import (
    Caveat,
    CustodyEvent,
    EvidenceFile,
    EvidenceLink,
    Item,
    Post,
    PostStatus,
    Source,
    Testimony,
    UnitReport,
    Upload,
    Video,
)
from casework.evidence.models.items import Kind
from casework.evidence.posts import filled, note_addresses
from casework.evidence.uploads import StoredUpload

DETAIL_MODELS: dict[str, type[models.Model]] = {
    Kind.VIDEO: Video,
    Kind.UNIT_REPORT: UnitReport,
    Kind.POST: Post,
    Kind.TESTIMONY: Testimony,
}
CHANGEABLE = frozenset({
    "title", "description", "language", "recorded_earliest", "recorded_latest", "published_at", "collected_at",
    "collected_by", "how_obtained", "source",
})  # fmt: skip
TITLE_LENGTH = 200
AT_REGISTRATION = CHANGEABLE | {"credibility", "graphic", "caveat", "caveat_recipients"}


def register_item(*, actor: User, files: Sequence[StoredUpload | Upload] = (), **given: Any) -> Item:
    """Register one piece of evidence with its files and, if given, its first link to a case; see `Registration`.

    The bytes have their place in the store before the one transaction that writes blob, item, detail, files, link,
    custody and audit; when it fails no row is left, and the bytes wait for the sweep. Raises Conflict for a resumable
    upload that is not whole, or that another record has.
    """
    registration = Registration(actor=actor, **given)
    sealed = seal_all(files)
    with transaction.atomic():
        return registration.write(sealed)


def register_each(*, actor: User, files: Sequence[StoredUpload | Upload], title: str, **given: Any) -> list[Item]:
    """Register each file as an item of its own, all or none: the same record for each, the file's name in its title."""
    sealed_title = title.strip()
    sealed = seal_all(files)
    names = [each.name for each in sealed]
    registrations = [Registration(actor=actor, title=_title_of(sealed_title, name), **given) for name in names]
    with transaction.atomic():
        return [registration.write([each]) for registration, each in zip(registrations, sealed, strict=True)]


def _title_of(title: str, name: str) -> str:
    whole = f"{title} ({name})"
    return whole if len(whole) <= TITLE_LENGTH else f"{whole[: TITLE_LENGTH - 1]}…"


class Registration:
    """What is said of a new item, checked; `write` makes its rows in the caller's transaction.

    `details` are the fields of the kind's own table (of testimony also `earlier_interviews`: by_whom, held, note);
    `recorded` takes a DateRange. The caveat is the source's unless said otherwise. How hard it is to look at and its
    credibility are the registrar's first judgements of both.
    """

    def __init__(
        self,
        *,
        actor: User,
        team: Team,
        kind: str,
        title: str,
        case: Case | None = None,
        establishes: Sequence[str] = (),
        bearing: str = EvidenceLink.Bearing.SUPPORTS,
        link_note: str = "",
        details: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        values, details = _spread(fields), dict(details or {})
        self.earlier = earlier_rows(details.pop("earlier_interviews", ()) if kind == Kind.TESTIMONY else ())
        refuse_unknown(values, AT_REGISTRATION)
        self.actor, self.case = actor, case
        self.link: dict[str, Any] = {"establishes": establishes, "bearing": bearing, "note": link_note}
        self.item = Item(team=team, kind=_kind(kind), registered_by=actor)
        source = values.get("source")
        values.setdefault("caveat", source.caveat if source else Caveat.OFFICE)
        apply(self.item, {"title": title.strip(), **values})
        self.detail = _detail_row(self.item, details)
        require(can_register_item, actor, team)
        if kind == Kind.TESTIMONY:
            check_consent(details)
            require_repeat_reason(details, self.earlier, actor=actor, team=team)
        _require_own_source(source, team)
        if case is not None:
            with transaction.atomic():
                take_open_case(case, actor, can_add_evidence)

    def write(self, sealed: Sequence[Sealed]) -> Item:
        """The item with its detail, files, link, custody and audit. Rights are asked anew."""
        actor, item = self.actor, self.item
        require(can_register_item, actor, item.team)
        locked = take_open_case(self.case, actor, can_add_evidence) if self.case is not None else None
        item.reference = next_reference("E")
        item.save(force_insert=True)
        if self.detail is not None:
            self.detail.save(force_insert=True)
        for interview in self.earlier:
            write_earlier(item, actor=actor, **interview)
        write_mark(item, actor=actor, level=item.graphic)
        write_credibility(item, actor=actor, credibility=item.credibility)
        append_custody(item, CustodyEvent.Act.REGISTERED, actor=actor, detail={"reference": item.reference})
        part = EvidenceFile.Part.SCREENSHOT if item.kind == Kind.POST else EvidenceFile.Part.ORIGINAL
        write_files(item, sealed, actor=actor, part=part)
        if isinstance(self.detail, Post):
            _note_removal(self.detail, actor)
        if locked is not None:
            write_link(item, locked, actor=actor, **self.link)
        require_second_source(item, credibility=item.credibility, source_id=item.source_id)
        take_uploads(sealed, actor=actor)
        record(
            Event.EVIDENCE_REGISTERED,
            actor=actor,
            obj=item,
            case_id=locked.pk if locked else None,
            detail={"kind": str(item.kind), "files": [each.sha256 for each in sealed]},
        )
        if locked is not None:
            bearing = {"bearing": str(self.link["bearing"])}
            record(Event.EVIDENCE_LINKED, actor=actor, obj=item, case_id=locked.pk, detail=bearing)
        return item


def change_item(
    item: Item,
    *,
    actor: User,
    expected: datetime.datetime | str | None = None,
    details: Mapping[str, Any] | None = None,
    **values: Any,
) -> Item:
    """Change what the record says. Raises Conflict when it was changed since `expected`.

    Custody and audit name the fields; what they said before is in the row's history. Fields that tell who a witness or
    an author is are refused to those who may not see them. How credible it is and how hard to look at are judged apart,
    by `rate_item` and `mark_graphic`.
    """
    values, details = _spread(values), dict(details or {})
    refuse_unknown(values, CHANGEABLE)
    with transaction.atomic():
        row = take_item(item, actor, can_change_item)
        if hidden := sorted(set(details) & hidden_details(actor, row)):
            raise refusal(actor, row, f"change {', '.join(hidden)}")
        require_unchanged(row, expected)
        _check_change(row, values)
        changed = set(change(row, values)) | set(_change_details(row, details))
        if changed:
            change(row, {"updated_at": clock.now()})
            append_custody(row, CustodyEvent.Act.DESCRIBED, actor=actor, detail={"fields": sorted(changed)})
            if row.kind == Kind.POST and "removed_on" in changed:
                _note_removal(Post.objects.get(item=row), actor)
            record(Event.EVIDENCE_CHANGED, actor=actor, obj=row, detail={"fields": sorted(changed)})
    return row


def _check_change(row: Item, values: Mapping[str, Any]) -> None:
    apply(Item(team_id=row.team_id), values)
    source = values.get("source", row.source)
    if "source" in values:
        _require_own_source(source, row.team)
        require_second_source(row, credibility=row.credibility, source_id=source.pk if source else None)


def _change_details(row: Item, details: dict[str, Any]) -> dict[str, list[Any]]:
    if not details:
        return {}
    model = DETAIL_MODELS.get(row.kind)
    if model is None:
        refuse_unknown(details, ())
        return {}
    refuse_unknown(details, _editable(model))
    if model is Post:
        _require_address(details)
        details = filled(details) if details.get("platform") == "" else details
    apply(model(), details)
    kept = model._default_manager.get(item=row)
    if isinstance(kept, Testimony) and {"consent_uses", "consent_bodies", "consent_given_on"} & set(details):
        now = {name: getattr(kept, name) for name in ("consent_uses", "consent_bodies", "consent_given_on")}
        check_consent({**now, **details})
    changed = change(kept, details)
    if isinstance(kept, Post) and {"url", "reposts"} & set(changed):
        change(kept, note_addresses(kept))
    return changed


def _require_address(details: Mapping[str, Any]) -> None:
    """A post that a person records has an address; only exports hold messages without one."""
    if details.get("url") == "":
        message = _("Type the address of the post.")
        raise Invalid(message, fields={"url": [message]})


def _note_removal(post: Post, actor: User) -> None:
    """A day of removal that was typed with the record is an observation like any other."""
    if post.removed_on and post.removed_on > clock.today():
        message = _("This is in the future. Type the day on which it was found removed.")
        raise Invalid(message, fields={"removed_on": [message]})
    if post.removed_on:
        write_status(post.item, actor=actor, found=PostStatus.Found.REMOVED, seen_on=post.removed_on)


def _detail_row(item: Item, details: dict[str, Any]) -> models.Model | None:
    model = DETAIL_MODELS.get(item.kind)
    if model is None:
        refuse_unknown(details, ())
        return None
    refuse_unknown(details, _editable(model))
    if model is Post:
        details = filled({"url": "", **details})
        _require_address(details)
    row = model(item=item)
    required = {name for name in _editable(model) if not _optional(model._meta.get_field(name))}
    apply(row, {**dict.fromkeys(required, ""), **details})
    if isinstance(row, Post):
        apply(row, note_addresses(row))
    return row


def _editable(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields if field.editable and field.name != "item"}


def _optional(field: Any) -> bool:
    return bool(field.blank or field.null or field.has_default())


def _kind(kind: str) -> str:
    if kind not in Kind.values:
        raise Invalid(_("Choose what kind of evidence it is."), fields={"kind": [_("Choose one of the kinds.")]})
    return kind


def _spread(values: Mapping[str, Any]) -> dict[str, Any]:
    """`recorded`, a DateRange, as the two columns it is kept in."""
    spread = dict(values)
    if "recorded" in spread:
        recorded = spread.pop("recorded")
        spread |= {"recorded_earliest": recorded.earliest, "recorded_latest": recorded.latest}
    return spread


def _require_own_source(source: Source | None, team: Team) -> None:
    """A source belongs to one team: another team's is answered like one that does not exist."""
    if source is not None and source.team_id != team.pk:
        message = _("There is no such source, or you may not see it.")
        raise Invalid(message, fields={"source": [message]})
