"""Victims of a case: added, changed and removed, their names compared across scripts and held under embargo."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_work_case
from casework.cases.actions.common import (
    apply,
    change_detail,
    refuse_unknown,
    require_reason,
    take_open_case,
    take_part,
    tidy,
)
from casework.cases.models import Case, Victim
from casework.core.dates import UNKNOWN
from casework.core.errors import Invalid
from casework.core.text import skeleton
from casework.core.workflow import change, require_unchanged

if TYPE_CHECKING:
    from casework.accounts.models import User

FIELDS = frozenset(
    {
        "kind", "at_least", "at_most", "surname", "first_names", "patronymic", "rank", "service_number", "born",
        "birth_place", "power", "unit", "father_name", "mother_maiden_name", "person_to_inform", "age", "identity",
        "status_at_death", "wounded", "unarmed", "outcome", "cause", "remains", "kin", "note",
    }
)  # fmt: skip
"""What a person may write on a victim; `born` is a DateRange. A person's fields follow GC III art. 122."""

PERSONAL = ("surname", "first_names", "patronymic", "service_number", "father_name", "mother_maiden_name")
PLAIN = frozenset(
    {"kind", "at_least", "at_most", "identity", "status_at_death", "wounded", "unarmed", "outcome", "kin"}
)
MOST = 10_000
"""The largest group that one row may count; more is a typing error."""


def add_victim(case: Case, *, actor: User, **fields: Any) -> Victim:
    """Add one person, or a group counted at least and at most, to an open case."""
    refuse_unknown(fields, FIELDS)
    with transaction.atomic():
        row = take_open_case(case, actor, can_work_case)
        now = clock.now()
        victim = Victim(case=row, created_by=actor, created_at=now, updated_at=now)
        _fill(victim, fields)
        victim.save(force_insert=True)
        detail = {"kind": victim.kind, "at_least": victim.at_least, "at_most": victim.at_most}
        record(Event.VICTIM_ADDED, actor=actor, obj=victim, detail=detail)
        if victim.kin == Victim.Kin.CONSENTS:
            record(Event.NAME_EMBARGO_LIFTED, actor=actor, obj=victim)
    return victim


def change_victim(victim: Victim, *, actor: User, expected: Any = None, **fields: Any) -> Victim:
    """Change what is recorded about a victim. Consent to naming is recorded by an event of its own."""
    refuse_unknown(fields, FIELDS)
    with transaction.atomic():
        row = take_part(victim, actor, can_work_case)
        require_unchanged(row, expected)
        trial = copy.copy(row)
        names = _fill(trial, fields)
        changed = change(row, {name: getattr(trial, name) for name in names})
        changed.pop("name_key", None)
        if changed:
            record(Event.VICTIM_CHANGED, actor=actor, obj=row, detail=change_detail(changed, PLAIN))
        if "kin" in changed and row.kin == Victim.Kin.CONSENTS:
            record(Event.NAME_EMBARGO_LIFTED, actor=actor, obj=row)
    return row


def remove_victim(victim: Victim, *, actor: User, reason: str) -> Victim:
    """Take a victim off an open case. The row stays, hidden, with its history."""
    with transaction.atomic():
        row = take_part(victim, actor, can_work_case)
        why = require_reason(reason)
        change(row, {"removed_at": clock.now()})
        record(Event.VICTIM_REMOVED, actor=actor, obj=row, reason=why)
    return row


def _fill(victim: Victim, fields: Mapping[str, Any]) -> set[str]:
    """Set the fields on `victim`, check them by themselves and together; the names of the columns written."""
    columns = {name: tidy(value) for name, value in fields.items()}
    if "born" in columns:
        born = columns.pop("born") or UNKNOWN
        columns |= {"birth_earliest": born.earliest, "birth_latest": born.latest}
    if columns.get("kind", victim.kind) == Victim.Kind.PERSON:
        columns = {"at_least": 1, "at_most": 1, **columns}
    apply(victim, columns)
    _check_whole(victim)
    victim.name_key = skeleton(victim.full_name)[:240]
    return {*columns, "name_key"}


def _check_whole(victim: Victim) -> None:
    fields: dict[str, list[str]] = {}
    person = victim.kind == Victim.Kind.PERSON
    if person and (victim.at_least, victim.at_most) != (1, 1):
        fields["at_least"] = [_("One person counts as one. Choose a group to record several people.")]
    elif victim.at_least < 1:
        fields["at_least"] = [_("Count at least one person.")]
    elif victim.at_most < victim.at_least:
        fields["at_most"] = [_("“At most” is lower than “at least”. Raise it, or lower “at least”.")]
    elif victim.at_most > MOST:
        fields["at_most"] = [_("Count at most %(most)s people in one group.") % {"most": MOST}]
    if not person:
        message = _("A group is of unnamed people. Add each person who can be named as one person.")
        fields |= {name: [message] for name in PERSONAL if getattr(victim, name)}
    if fields:
        raise Invalid(_("Some of the input cannot be accepted."), fields=fields)
