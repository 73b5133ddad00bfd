"""Proposing a finding, proposing it again after it was returned, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.dates import DateRange
from casework.core.errors import Conflict, NotFound
from casework.core.references import next_reference
from casework.core.workflow import lock, perform, require_unchanged
from casework.findings.access import can_propose_finding, sees_case
from casework.findings.content import Content
from casework.findings.models import Finding
from casework.findings.queries import open_proposal
from casework.findings.snapshots import returned_version
from casework.findings.soundness import require_sound_links
from casework.findings.workflow import FINDING_WORKFLOW

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case, Party
    from casework.evidence.models import EvidenceLink


def propose_finding(
    case: Case,
    *,
    actor: User,
    conclusion: str,
    standard: int,
    victims_party: Party,
    responsible_party: Party | None,
    occurred: DateRange,
    counts: Mapping[str, tuple[int, int]],
    reasons: str,
    links: Sequence[EvidenceLink],
    qualifications: Sequence[str] = (),
) -> Finding:
    """Propose a conclusion about a case, standing on evidence linked to it; every cited file is frozen with its hash.

    `counts` maps a status at death to (at least, at most) persons. Raises NotFound, NotAllowed, Invalid, Conflict when
    the case already has a proposal that is not decided, or Blocked when evidence it would stand on is in quarantine.
    """
    require_visible(actor, case)
    with transaction.atomic():
        row = lock(case)
        require(can_propose_finding, actor, row)
        if waiting := open_proposal(row):
            raise Conflict(
                _("%(reference)s is already proposed for this case. Change or withdraw it first.")
                % {"reference": waiting.reference}
            )
        content = Content(
            row,
            conclusion,
            standard,
            victims_party,
            responsible_party,
            occurred,
            counts,
            reasons,
            links,
            qualifications,
        )
        content.check()
        require_sound_links(links)
        finding = Finding.objects.create(
            reference=next_reference("F"), case=row, proposed_by=actor, **content.values()
        )  # fmt: skip
        content.write_parts(finding)
        record(Event.FINDING_PROPOSED, actor=actor, obj=finding, detail=_summary(finding))
    return finding


def resubmit_finding(finding: Finding, *, actor: User, expected: Any = None, **proposal: Any) -> Finding:
    """Propose a returned finding again with what `propose_finding` takes; the version before is kept beside it.

    `expected` is the `updated_at` that the person saw. Raises as `propose_finding` does.
    """
    require_visible(actor, finding.case)
    with transaction.atomic():
        row = lock(finding)
        require_unchanged(row, expected)
        content = Content(row.case, **proposal)
        transition = FINDING_WORKFLOW["resubmit"]
        if transition.allowed(actor, row) and row.state in transition.sources:
            content.check()
            require_sound_links(content.links)
            changes = {
                **content.values(),
                "proposed_at": clock.now(),
                "previous_version": returned_version(row),
                "returned_code": "",
                "returned_note": "",
                "returned_by": None,
                "returned_at": None,
            }
        else:
            changes = {}
        return perform(row, transition, actor=actor, changes=changes, effect=content.write_parts)


def withdraw_finding(finding: Finding, *, actor: User, reason: str) -> Finding:
    """Take back a finding that is not decided, saying why. Raises NotFound, NotAllowed, Conflict or Invalid."""
    require_visible(actor, finding.case)
    return perform(finding, FINDING_WORKFLOW["withdraw"], actor=actor, reason=reason)


def require_visible(actor: User, case: Case) -> None:
    """Raise NotFound for a case that the person may not know of."""
    if not sees_case(actor, case):
        raise NotFound(_("There is no such case, or you may not see it."))


def _summary(finding: Finding) -> dict[str, Any]:
    return {"conclusion": finding.conclusion, "standard": finding.standard}
