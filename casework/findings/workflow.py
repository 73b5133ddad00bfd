"""The states of a finding and every way between them.

    proposed --approve--> approved          by another person, who brought in none of the cited evidence
    proposed --return---> returned          with a reason code and a note
    returned --resubmit-> proposed          by the person who proposed it
    proposed, returned --withdraw--> withdrawn

An approved finding has no way out. It is superseded by a later one, which closes its range of days in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.audit.events import Event
from casework.cases.models import Case
from casework.core.errors import Blocked
from casework.core.workflow import Transition, Workflow
from casework.findings.access import can_resubmit_finding, can_review_finding, can_withdraw_finding
from casework.findings.models import CitedEvidence, Finding

if TYPE_CHECKING:
    from casework.accounts.models import User

State = Finding.State


def reasons_against_approval(finding: Finding, user: User) -> list[str]:
    """Every rule that keeps this person from approving this finding now, in words; empty when none does.

    The state of the stored bytes is judged apart (soundness.py), because it costs reading them.
    """
    reasons = []
    if finding.proposed_by_id == user.pk:
        reasons.append(_("You proposed this. Another reviewer has to decide it."))
    cited = CitedEvidence.objects.filter(finding=finding)
    brought = Q(item__files__added_by_id=user.pk, item__files__blob_id=F("sha256"))
    own = cited.filter(Q(item__registered_by_id=user.pk) | brought).order_by("item__reference")
    references = list(dict.fromkeys(own.values_list("item__reference", flat=True)))
    if references:
        reasons.append(
            _(
                "You registered evidence that it stands on, or a file of it: %(items)s. "
                "Another reviewer has to decide it."
            )
            % {"items": ", ".join(references)}
        )
    unlinked = cited.exclude(link__removed_at=None).order_by("item__reference")
    references = list(dict.fromkeys(unlinked.values_list("item__reference", flat=True)))
    if references:
        reasons.append(
            _("Evidence that it cites is no longer linked to the case: %(items)s. Return it for changes.")
            % {"items": ", ".join(references)}
        )
    if finding.case.state != Case.State.OPEN:
        reasons.append(_("The case is not open. Reopen it first."))
    return reasons


def _approvable(finding: Finding, actor: User) -> None:
    if reasons := reasons_against_approval(finding, actor):
        raise Blocked(_("This finding cannot be approved by you as it stands."), reasons=reasons)


def _returnable(finding: Finding, actor: User) -> None:
    if finding.proposed_by_id == actor.pk:
        raise Blocked(_("You proposed this. Withdraw it instead of returning it to yourself."))


FINDING_WORKFLOW = Workflow(
    name="finding",
    states=State,
    initial=State.PROPOSED,
    transitions=(
        Transition(
            "approve",
            gettext_lazy("Approve"),
            sources=frozenset({State.PROPOSED}),
            target=State.APPROVED,
            allowed=can_review_finding,
            event=Event.FINDING_APPROVED,
            step_up=True,
            guard=_approvable,
        ),
        Transition(
            "return",
            gettext_lazy("Return"),
            sources=frozenset({State.PROPOSED}),
            target=State.RETURNED,
            allowed=can_review_finding,
            event=Event.FINDING_RETURNED,
            needs_reason=True,
            guard=_returnable,
        ),
        Transition(
            "resubmit",
            gettext_lazy("Propose again"),
            sources=frozenset({State.RETURNED}),
            target=State.PROPOSED,
            allowed=can_resubmit_finding,
            event=Event.FINDING_RESUBMITTED,
        ),
        Transition(
            "withdraw",
            gettext_lazy("Withdraw"),
            sources=frozenset({State.PROPOSED, State.RETURNED}),
            target=State.WITHDRAWN,
            allowed=can_withdraw_finding,
            event=Event.FINDING_WITHDRAWN,
            needs_reason=True,
        ),
    ),
)
