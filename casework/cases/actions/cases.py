"""Opening, changing, closing and reopening cases, and their sensitivity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_create_case, can_set_sensitivity, can_work_case
from casework.cases.actions.common import (
    apply,
    change_detail,
    refuse_token,
    refuse_unknown,
    require_reason,
    take_case,
    take_open_case,
    tidy,
)
from casework.cases.models import Case, CaseAssignment, Tag
from casework.cases.workflow import CLOSE, REOPEN
from casework.core.access import require
from casework.core.dates import UNKNOWN, DateRange
from casework.core.errors import Invalid
from casework.core.references import next_reference
from casework.core.workflow import change, perform, require_unchanged

if TYPE_CHECKING:
    from casework.accounts.models import Team, User

FIELDS = frozenset(
    {
        "title", "summary", "occurred", "country", "region", "raion", "settlement", "place_note", "latitude",
        "longitude", "uncertainty", "victims_party", "responsible_party", "learned_from", "priority", "tags",
    }
)  # fmt: skip
"""What a person may write on a case; `occurred` is a DateRange, `tags` an iterable of Tag."""

PLAIN = frozenset(
    {
        "occurred_earliest", "occurred_latest", "country", "region", "victims_party", "responsible_party",
        "learned_from", "priority", "tags",
    }
)  # fmt: skip
"""Fields whose values the audit repeats: they identify nobody."""


def create_case(
    *,
    actor: User,
    team: Team,
    title: str,
    learned_from: str,
    sensitive: bool = False,
    tags: Iterable[Tag] = (),
    **values: Any,
) -> Case:
    """Open a case in `team`; the actor becomes its lead.

    `values` are the optional fields of `FIELDS`. Raises NotAllowed for anyone but the team's investigators, Invalid
    with the fields at fault.
    """
    require(can_create_case, actor, team)
    refuse_unknown(values, FIELDS)
    with transaction.atomic():
        now = clock.now()
        case = Case(team=team, sensitive=sensitive, created_by=actor, created_at=now, updated_at=now)
        apply(case, _columns({"title": title, "learned_from": learned_from, **values}))
        _check_whole(case)
        case.reference = next_reference("C")
        case.save(force_insert=True)
        case.tags.set(tags)
        CaseAssignment.objects.create(case=case, user=actor, part="lead", assigned_by=actor, assigned_at=now)
        record(Event.CASE_CREATED, actor=actor, obj=case, detail={"team": str(team.pk), "sensitive": sensitive})
    return case


def change_case(case: Case, *, actor: User, expected: Any = None, **values: Any) -> Case:
    """Change facts of an open case. `expected` is the `updated_at` the person saw.

    Raises NotFound, NotAllowed, Conflict (closed, or changed by somebody in between) or Invalid.
    """
    refuse_unknown(values, FIELDS)
    with transaction.atomic():
        row = take_open_case(case, actor, can_work_case)
        require_unchanged(row, expected)
        tags = values.pop("tags", None)
        columns = _columns(values, row)
        trial = Case.objects.get(pk=row.pk)
        apply(trial, columns)
        _check_whole(trial)
        changed = change(row, {name: getattr(trial, name) for name in columns})
        if tags is not None:
            changed |= _change_tags(row, tags)
        if changed:
            record(Event.CASE_CHANGED, actor=actor, obj=row, detail=change_detail(changed, PLAIN))
    return row


def close_case(case: Case, *, actor: User, reason: str) -> Case:
    """Close an open case; nothing in it can be changed until it is reopened."""
    with transaction.atomic():
        take_case(case, actor)
        return perform(case, CLOSE, actor=actor, reason=reason)


def reopen_case(case: Case, *, actor: User, reason: str) -> Case:
    """Reopen a closed case."""
    with transaction.atomic():
        take_case(case, actor)
        return perform(case, REOPEN, actor=actor, reason=reason)


def set_sensitivity(case: Case, *, actor: User, sensitive: bool, reason: str) -> Case:
    """Shut a case to everyone but its named people, or open it to its team again."""
    refuse_token(actor)
    with transaction.atomic():
        row = take_case(case, actor, can_set_sensitivity)
        why = require_reason(reason)
        if change(row, {"sensitive": sensitive}):
            record(
                Event.SENSITIVITY_CHANGED,
                actor=actor,
                obj=row,
                reason=why,
                detail={"sensitive": [not sensitive, sensitive]},
            )
    return row


def _columns(values: Mapping[str, Any], case: Case | None = None) -> dict[str, Any]:
    """Input as columns: a range becomes two days, text loses blanks around it, a region brings its country."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        if name == "occurred":
            days: DateRange = value or UNKNOWN
            columns |= {"occurred_earliest": days.earliest, "occurred_latest": days.latest}
        else:
            columns[name] = tidy(value)
    region = columns.get("region")
    if region is not None and not columns.get("country"):
        columns["country"] = region.country
    return columns


def _check_whole(case: Case) -> None:
    """Raise Invalid when fields that are fine by themselves do not fit each other."""
    fields: dict[str, list[str]] = {}
    if case.region is not None and case.country and case.region.country != case.country:
        fields["region"] = [_("This region does not lie in the country chosen. Change one of them.")]
    if (case.latitude is None) != (case.longitude is None):
        missing = "latitude" if case.latitude is None else "longitude"
        fields[missing] = [_("Give both latitude and longitude, or neither.")]
    if case.uncertainty is not None and case.latitude is None:
        fields.setdefault("uncertainty", [_("This needs a latitude and a longitude.")])
    if case.occurred_earliest and case.occurred_earliest > clock.today():
        fields["occurred"] = [_("This is in the future. Type a date up to today.")]
    if fields:
        raise Invalid(_("Some of the input cannot be accepted."), fields=fields)


def _change_tags(case: Case, tags: Iterable[Tag]) -> dict[str, list[Any]]:
    before = sorted(case.tags.values_list("name", flat=True))
    wanted = list(tags)
    after = sorted(tag.name for tag in wanted)
    if before == after:
        return {}
    case.tags.set(wanted)
    case.updated_at = clock.now()
    case.save(update_fields=["updated_at"])
    return {"tags": [before, after]}
