"""The history of a case: who changed what from what to what, read from the rows that triggers keep of every change.

Two streams are merged: the rows that point to the case (its people, tasks, evidence links, findings, ...), and those of
its referrals as far as the reader may see them. The number of queries does not depend on the number of changes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Events

from casework.accounts.models import User
from casework.cases.models import Case
from casework.core.paging import PAGE_SIZE
from casework.referrals.models import Referral

# Changes of one transaction share their time; then the number at the end of the slug tells which came later.
NUMBER = Cast(Func("pgh_slug", Value(":"), Value(2), function="split_part"), models.BigIntegerField())
NEWEST_FIRST = ("-pgh_created_at", NUMBER.desc(), "-pgh_slug")
LONGEST_VALUE = 600
# Fields that say nothing to a reader: keys, bookkeeping, what another field already shows.
SILENT = {
    "id", "case", "reference", "name_key", "title_key", "created_at", "created_by", "updated_at", "team", "package",
    "position", "assigned_at", "assigned_by", "linked_at", "linked_by", "granted_at", "granted_by", "proposed_at",
    "proposed_by", "prepared_at", "prepared_by", "assessed_by", "previous_version", "sent_key", "drafters",
}  # fmt: skip
LABELS = {"user": gettext_lazy("Person"), "ended_at": gettext_lazy("Ended"), "removed_at": gettext_lazy("Removed")}
NAMES = {
    "cases.CaseAssignment": gettext_lazy("Assignment"),
    "cases.CaseGrant": gettext_lazy("Access to the case"),
    "cases.CaptureMoment": gettext_lazy("Capture-status timeline"),
    "evidence.EvidenceLink": gettext_lazy("Evidence"),
    "findings.ElementAssessment": gettext_lazy("Element of a crime"),
}
ICONS = {
    "cases.Case": "folder-open", "cases.Victim": "user", "cases.Perpetrator": "user-x", "cases.Task": "list-checks",
    "cases.CaseAssignment": "user-plus", "cases.CaseGrant": "key-round", "cases.CaptureMoment": "clock",
    "evidence.EvidenceLink": "paperclip", "findings.Finding": "gavel", "findings.ElementAssessment": "scale",
    "referrals.Referral": "send",
}  # fmt: skip

MADE_BY = ("created_by_id", "linked_by_id", "assigned_by_id", "granted_by_id", "proposed_by_id", "prepared_by_id")
MADE_AT = ("created_at", "linked_at", "assigned_at", "granted_at", "proposed_at", "prepared_at", "updated_at")


@dataclass(frozen=True)
class FieldChange:
    """One field: what it said before and after, in words; an empty text means that it said nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change of one record: who, when (UTC), to what, and each field that differs."""

    title: str
    icon: str
    tone: str
    by: str
    when: datetime.datetime | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class HistoryPage:
    """Changes, newest first; `number` counts from 1."""

    changes: list[Change]
    number: int
    has_next: bool

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1


def case_history(case: Case, reader: User, number: int = 1) -> HistoryPage:
    """One page of the history of `case`, which `reader` may see."""
    wanted = number * PAGE_SIZE + 1
    own = Events.objects.references(case).exclude(Q(pgh_obj_model="cases.Case") & ~Q(pgh_obj_id=str(case.pk)))
    events = list(own.order_by(*NEWEST_FIRST)[:wanted])
    referrals = list(Referral.objects.visible_to(reader).filter(cases__case=case).distinct())
    if referrals:
        events += Events.objects.tracks(*referrals).order_by(*NEWEST_FIRST)[:wanted]
        events.sort(key=_place, reverse=True)
    shown = events[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    words = Words(shown)
    return HistoryPage([words.change(event) for event in shown], number, len(events) > number * PAGE_SIZE)


def _place(event: Any) -> tuple[datetime.datetime, int, str]:
    return event.pgh_created_at, int(event.pgh_slug.partition(":")[2]), event.pgh_slug


class Words:
    """Turns stored values into words. What rows point to is read once for all the changes of a page."""

    def __init__(self, events: Iterable[Any]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {User: set()}
        for event in events:
            wanted[User].add(_person_id(event))
            model = apps.get_model(event.pgh_obj_model)
            for name, value in _values(event):
                related = _related(model, name)
                if related is not None:
                    wanted.setdefault(related, set()).update(value if isinstance(value, list) else [value])
        self.found: dict[tuple[type[models.Model], str], str] = {}
        for related, keys in wanted.items():
            keys.discard(None)
            for row in related._default_manager.filter(pk__in=keys):
                self.found[related, str(row.pk)] = getattr(row, "reference", "") or str(row)

    def change(self, event: Any) -> Change:
        """One change in words."""
        model = apps.get_model(event.pgh_obj_model)
        inserted = event.pgh_label == "insert"
        if inserted:
            pairs = [(name, None, value) for name, value in event.pgh_data.items() if not name.startswith("pgh_")]
        else:
            pairs = [(name, before, after) for name, (before, after) in (event.pgh_diff or {}).items()]
        order = {field.attname: number for number, field in enumerate(model._meta.concrete_fields)}
        pairs.sort(key=lambda pair: order.get(pair[0], len(order)))
        fields = [self._field(model, *pair) for pair in pairs]
        name = NAMES.get(event.pgh_obj_model) or str(model._meta.verbose_name).capitalize()
        reference = event.pgh_data.get("reference") or ""
        verb = _("added") if inserted else _("changed")
        person = _person_id(event)
        return Change(
            title=f"{name} {reference} {verb}".replace("  ", " "),
            icon=ICONS.get(event.pgh_obj_model, "pencil"),
            tone="good" if inserted else "neutral",
            by=self.found.get((User, str(person)), "") or str(_("the system")),
            when=_when(event),
            fields=tuple(field for field in fields if field),
        )

    def _field(self, model: type[models.Model], name: str, before: Any, after: Any) -> FieldChange | None:
        try:
            field: Any = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
        except FieldDoesNotExist:
            return None
        if field.name in SILENT:
            return None
        old, new = self._text(field, before), self._text(field, after)
        return FieldChange(_label(field), old, new) if old != new else None

    def _text(self, field: Any, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if field.related_model:
            return self.found.get((field.related_model, str(value)), "")
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, list):
            choices = dict(getattr(getattr(field, "base_field", None), "flatchoices", ()) or ())
            return ", ".join(str(choices.get(item, item)) for item in value)
        choices = dict(field.flatchoices or ())
        if value in choices:
            return str(choices[value])
        text = _date_text(field, value) if isinstance(field, models.DateField) else str(value)
        return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _date_text(field: models.Field[Any, Any], value: str) -> str:
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(value)
        return f"{date_format(moment.astimezone(datetime.UTC), 'j M Y, H:i')} UTC" if moment else value
    day = parse_date(value)
    return date_format(day, "j M Y") if day else value


def _label(field: Any) -> str:
    label = str(LABELS.get(field.name, field.verbose_name))
    return label[:1].upper() + label[1:]


def _values(event: Any) -> Iterable[tuple[str, Any]]:
    if event.pgh_label == "insert":
        yield from event.pgh_data.items()
    else:
        for name, (before, after) in (event.pgh_diff or {}).items():
            yield name, before
            yield name, after


def _related(model: type[models.Model], name: str) -> type[models.Model] | None:
    """The model that a stored column points to, unless the column is not shown."""
    if not name.endswith("_id"):
        return None
    try:
        field = model._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return None if field.name in SILENT else field.related_model  # type: ignore[return-value]


def _person_id(event: Any) -> Any:
    """Who did it: from the context of the request, or what the row itself says of who made it."""
    context = event.pgh_context or {}
    if context.get("user"):
        return context["user"]
    if event.pgh_label == "insert":
        for name in MADE_BY:
            if event.pgh_data.get(name):
                return event.pgh_data[name]
    return None


def _when(event: Any) -> datetime.datetime | None:
    """When the database wrote it. Demonstration data is laid down in an hour and tells its own times."""
    if settings.CASEWORK_DEMO:
        told = (event.pgh_data.get(name) for name in (MADE_AT if event.pgh_label == "insert" else ("updated_at",)))
        first = next((text for text in told if text), None)
        if first:
            return parse_datetime(first)
    moment: datetime.datetime = event.pgh_created_at
    return moment
