"""A proposal as plain JSON, kept when it is returned and proposed again, and the differences between two of them."""

from __future__ import annotations

from typing import Any

from casework.findings.models import Finding

FIELDS = (
    "conclusion",
    "standard",
    "victims_party",
    "responsible_party",
    "occurred",
    "counts",
    "qualifications",
    "cited",
    "reasons",
)


def snapshot(finding: Finding) -> dict[str, Any]:
    """What the finding says now, in JSON types: choices by their stored values, evidence by its references."""
    return {
        "conclusion": finding.conclusion,
        "standard": finding.standard,
        "victims_party": finding.victims_party_id,
        "responsible_party": finding.responsible_party_id or "",
        "occurred": [finding.occurred_earliest.isoformat(), finding.occurred_latest.isoformat()],
        "qualifications": list(finding.qualifications),
        "counts": {count.status: [count.at_least, count.at_most] for count in finding.victim_counts.all()},
        "cited": sorted(set(finding.cited.values_list("item__reference", flat=True))),
        "reasons": finding.reasons,
    }


def returned_version(finding: Finding) -> dict[str, Any]:
    """The snapshot together with why it was returned, by whom and when."""
    return {
        **snapshot(finding),
        "proposed_at": finding.proposed_at.isoformat(),
        "returned_code": finding.returned_code,
        "returned_note": finding.returned_note,
        "returned_by": finding.returned_by.name if finding.returned_by else "",
        "returned_at": finding.returned_at.isoformat() if finding.returned_at else "",
    }


def changed_fields(finding: Finding) -> list[str]:
    """Names of what differs from the version before it was returned; empty when there was none."""
    if not finding.previous_version:
        return []
    now = snapshot(finding)
    return [name for name in FIELDS if now[name] != finding.previous_version.get(name)]
