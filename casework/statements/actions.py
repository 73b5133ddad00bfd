"""Registering a public statement, and correcting its record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils.translation import gettext as _

from casework.accounts.models import Team
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.models import Case
from casework.core.access import require
from casework.core.dates import DateRange
from casework.core.errors import Invalid, NotFound
from casework.core.references import next_reference
from casework.core.text import UnstorableText, refuse_unstorable
from casework.core.workflow import change, lock, require_unchanged
from casework.evidence.models import Item
from casework.statements.access import can_change_statement, can_register_statement
from casework.statements.models import Statement

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Party

REQUIRED = ("speaker", "speaker_kind", "party", "medium", "text", "language", "kind")
LINKS = ("captures", "incidents")
CHANGEABLE = (
    "speaker", "speaker_kind", "office", "party", "command", "medium", "url", "text", "language", "translation", "kind",
)  # fmt: skip


def register_statement(
    *,
    actor: User,
    team: Team,
    speaker: str,
    speaker_kind: str,
    office: str,
    party: Party,
    made: DateRange,
    medium: str,
    text: str,
    language: str,
    kind: str,
    command: str = "unknown",
    translation: str = "",
    url: str = "",
    captures: Iterable[Item] = (),
    incidents: Iterable[Case] = (),
) -> Statement:
    """Register what was said in public, verbatim, with who said it, when and where.

    `captures` are evidence items that keep it; `incidents` are cases that followed it, which says nothing of cause.
    Raises NotFound, NotAllowed or Invalid.
    """
    if not Team.objects.visible_to(actor).filter(pk=team.pk).exists():
        raise NotFound(_("There is no such team, or you may not see it."))
    require(can_register_statement, actor, team)
    values = {
        "speaker": speaker, "speaker_kind": speaker_kind, "office": office, "party": party, "command": command,
        "medium": medium, "url": url, "text": text, "language": language, "translation": translation, "kind": kind,
    }  # fmt: skip
    with transaction.atomic():
        _check(values, made)
        statement = Statement.objects.create(
            reference=next_reference("S"), team=team, registered_by=actor, **values, **_days(made)
        )
        _link(statement, actor, {"captures": captures, "incidents": incidents})
        record(Event.STATEMENT_REGISTERED, actor=actor, obj=statement, detail={"kind": kind})
    return statement


def change_statement(statement: Statement, *, actor: User, expected: Any = None, **values: Any) -> Statement:
    """Correct a record: any of what `register_statement` takes but the team. Links to cases and items that the person
    may not see stay as they are. Raises NotFound, NotAllowed, Conflict for a stale edit, Invalid."""
    if not Statement.objects.visible_to(actor).filter(pk=statement.pk).exists():
        raise NotFound(_("There is no such statement, or you may not see it."))
    with transaction.atomic():
        row = lock(statement)
        require(can_change_statement, actor, row)
        require_unchanged(row, expected)
        links: dict[str, Iterable[Any]] = {
            name: values.pop(name) for name in ("captures", "incidents") if name in values
        }
        made = values.pop("made", row.made)
        if unknown := set(values) - set(CHANGEABLE):
            raise Invalid(
                _("Some fields cannot be changed."), fields={name: [_("Not changed here.")] for name in unknown}
            )
        _check({name: values.get(name, getattr(row, name)) for name in CHANGEABLE}, made)
        changed = change(row, {**values, **_days(made)})
        linked = _link(row, actor, links)
        if changed or linked:
            # Names of fields alone: the words themselves are in the record's own history.
            record(Event.STATEMENT_CHANGED, actor=actor, obj=row, detail={"fields": sorted({*changed, *linked})})
    return row


def _days(made: DateRange) -> dict[str, Any]:
    return {"made_earliest": made.earliest, "made_latest": made.latest}


def _link(statement: Statement, actor: User, links: dict[str, Iterable[Any]]) -> list[str]:
    """Set the links that the person may see; names of those that changed. Raises Invalid for anything hidden."""
    changed = []
    sources: dict[str, type[models.Model]] = {"captures": Item, "incidents": Case}
    for name, chosen in links.items():
        manager = getattr(statement, name)
        visible = sources[name]._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        wanted = {row.pk for row in chosen}
        if visible.filter(pk__in=wanted).count() != len(wanted):
            raise Invalid(_("Some links cannot be made."), fields={name: [_("There is no such record.")]})
        now = set(manager.filter(pk__in=visible.values("pk")).values_list("pk", flat=True))
        manager.remove(*(now - wanted))
        manager.add(*(wanted - now))
        if now != wanted:
            changed.append(name)
    return changed


def _check(values: dict[str, Any], made: DateRange) -> None:
    problems: dict[str, list[str]] = {}
    for name in REQUIRED:
        value = values[name]
        if value is None or (isinstance(value, str) and not value.strip()):
            problems[name] = [_("Fill this in.")]
    if not made:
        problems["made"] = [_("Say when it was made, as precisely as is known.")]
    elif made.earliest and made.earliest > clock.today():
        problems["made"] = [_("It cannot have been made in the future.")]
    for name, value in values.items():
        if name not in problems and (problem := _problem(name, value)):
            problems[name] = [problem]
    if problems:
        raise Invalid(_("The statement cannot be recorded like this."), fields=problems)


def _problem(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    field: Any = Statement._meta.get_field(name)
    if field.choices and value not in dict(field.choices):
        return _("Choose one of the values offered.")
    if len(value) > field.max_length:
        return _("Use at most %d characters.") % field.max_length
    try:
        refuse_unstorable(value)
        if name == "url":
            URLValidator(schemes=["http", "https"])(value)
    except (UnstorableText, ValidationError) as error:
        return _("Give a web address that begins with http or https.") if name == "url" else str(error)
    return ""
