"""The states of a referral and every way from one to another.

    draft -> awaiting approval -> approved -> sent -> acknowledged -> replied -> closed

Before it is sent it may be returned for changes, which voids the approval and the package, or withdrawn. A sending
that may or may not have arrived is "delivery unknown" until a person finds out; nothing is ever sent again by itself.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.audit.events import Event
from casework.core.workflow import Transition, Workflow
from casework.referrals import access
from casework.referrals.models import Referral

State = Referral.State

SUBMIT = Transition(
    "submit",
    _("Submit for approval"),
    sources=frozenset({State.DRAFT, State.RETURNED}),
    target=State.AWAITING_APPROVAL,
    allowed=access.can_submit_referral,
    event=Event.REFERRAL_SUBMITTED,
)
APPROVE = Transition(
    "approve",
    _("Approve"),
    sources=frozenset({State.AWAITING_APPROVAL}),
    target=State.APPROVED,
    allowed=access.can_approve_referral,
    event=Event.REFERRAL_APPROVED,
    step_up=True,
)
RETURN = Transition(
    "return",
    _("Return for changes"),
    sources=frozenset({State.AWAITING_APPROVAL, State.APPROVED}),
    target=State.RETURNED,
    allowed=access.can_return_referral,
    event=Event.REFERRAL_RETURNED,
    needs_reason=True,
)
WITHDRAW = Transition(
    "withdraw",
    _("Withdraw"),
    sources=frozenset({State.DRAFT, State.RETURNED, State.AWAITING_APPROVAL, State.APPROVED}),
    target=State.WITHDRAWN,
    allowed=access.can_withdraw_referral,
    event=Event.REFERRAL_WITHDRAWN,
    needs_reason=True,
)
RECORD_SENT = Transition(
    "record_sent",
    _("Record as sent"),
    sources=frozenset({State.APPROVED}),
    target=State.SENT,
    allowed=access.can_send_referral,
    event=Event.REFERRAL_SENT,
    step_up=True,
)
DELIVERY_UNKNOWN = Transition(
    "delivery_unknown",
    _("Record that delivery is unknown"),
    sources=frozenset({State.APPROVED}),
    target=State.DELIVERY_UNKNOWN,
    allowed=access.can_send_referral,
    event=Event.REFERRAL_DELIVERY_UNKNOWN,
    needs_reason=True,
)
RESOLVE_SENT = Transition(
    "resolve_sent",
    _("It did arrive: record as sent"),
    sources=frozenset({State.DELIVERY_UNKNOWN}),
    target=State.SENT,
    allowed=access.can_send_referral,
    event=Event.REFERRAL_SENT,
    step_up=True,
)
RESOLVE_NOT_SENT = Transition(
    "resolve_not_sent",
    _("It did not arrive"),
    sources=frozenset({State.DELIVERY_UNKNOWN}),
    target=State.APPROVED,
    allowed=access.can_send_referral,
    event=Event.REFERRAL_NOT_SENT,
    needs_reason=True,
)
ACKNOWLEDGE = Transition(
    "acknowledge",
    _("Record an acknowledgement"),
    sources=frozenset({State.SENT}),
    target=State.ACKNOWLEDGED,
    allowed=access.can_record_correspondence,
    event=Event.REFERRAL_ACKNOWLEDGED,
)
REPLY = Transition(
    "reply",
    _("Record a reply"),
    sources=frozenset({State.SENT, State.ACKNOWLEDGED}),
    target=State.REPLIED,
    allowed=access.can_record_correspondence,
    event=Event.REFERRAL_REPLIED,
)
CLOSE = Transition(
    "close",
    _("Close"),
    sources=frozenset({State.SENT, State.ACKNOWLEDGED, State.REPLIED}),
    target=State.CLOSED,
    allowed=access.can_record_correspondence,
    event=Event.REFERRAL_CLOSED,
    needs_reason=True,
)

REFERRAL_WORKFLOW = Workflow(
    name="referral",
    states=State,
    transitions=(
        SUBMIT,
        APPROVE,
        RETURN,
        RECORD_SENT,
        DELIVERY_UNKNOWN,
        RESOLVE_SENT,
        RESOLVE_NOT_SENT,
        ACKNOWLEDGE,
        REPLY,
        CLOSE,
        WITHDRAW,
    ),
    initial=State.DRAFT,
)
