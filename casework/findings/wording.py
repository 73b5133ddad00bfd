"""A proposal's content in words, field by field, for a reviewer who compares two versions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.models import Party
from casework.cases.models.people import StatusAtDeath
from casework.core.dates import format_range
from casework.findings.models import Conclusion, Finding, Qualification, Standard
from casework.findings.snapshots import changed_fields, snapshot

LABELS = {
    "conclusion": gettext_lazy("Conclusion"),
    "standard": gettext_lazy("Standard of proof"),
    "victims_party": gettext_lazy("Party of the victims"),
    "responsible_party": gettext_lazy("Party responsible"),
    "occurred": gettext_lazy("Date of the incident"),
    "counts": gettext_lazy("Victims"),
    "qualifications": gettext_lazy("Legal qualification"),
    "cited": gettext_lazy("Evidence cited"),
    "reasons": gettext_lazy("Reasons"),
}


@dataclass(frozen=True)
class Difference:
    """One field that was changed since the finding was returned; both versions in words."""

    label: Any
    before: str
    now: str


def differences(finding: Finding) -> list[Difference]:
    """What changed since last time, in the order of the form; empty for a first proposal."""
    changed = changed_fields(finding)
    if not changed:
        return []
    before, now = finding.previous_version or {}, snapshot(finding)
    return [Difference(LABELS[name], in_words(name, before.get(name)), in_words(name, now[name])) for name in changed]


def in_words(name: str, value: Any) -> str:
    """A snapshot's value of the field `name` as a person reads it."""
    if not value:
        return _("none")
    if name == "occurred":
        return format_range(*(datetime.date.fromisoformat(day) for day in value))
    if name == "counts":
        return "; ".join(f"{StatusAtDeath(status).label}: {persons(*pair)}" for status, pair in sorted(value.items()))
    if name == "qualifications":
        return "; ".join(str(Qualification(each).label) for each in value)
    if name == "cited":
        return ", ".join(value)
    if name in ("victims_party", "responsible_party"):
        return str(Party.objects.filter(code=value).first() or value)
    if name == "conclusion":
        return str(Conclusion(value).label)
    if name == "standard":
        return str(Standard(value).label)
    return str(value)


def persons(at_least: int, at_most: int) -> str:
    """A count of people: 3, or 3 to 5."""
    return str(at_least) if at_least == at_most else _("%(least)d to %(most)d") % {"least": at_least, "most": at_most}
