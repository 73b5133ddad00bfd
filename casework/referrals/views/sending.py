"""Recording that it was sent, or that nobody knows whether it arrived."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.accounts.step_up import step_up_required
from casework.audit import clock
from casework.cases.views.editing import CaseRequest
from casework.referrals import actions
from casework.referrals.forms import ReasonForm, SentForm
from casework.referrals.models import Referral
from casework.referrals.views.common import confirm_page, require_step, seen_referral


@require_http_methods(["GET", "POST"])
@step_up_required
def referral_sent(request: CaseRequest, pk: Any) -> HttpResponse:
    """Record the approved package as sent."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "record_sent")
    title = _("Record %(ref)s as sent to %(code)s") % {"ref": referral.reference, "code": referral.recipient.code}
    return _sent(request, referral, actions.record_sent, title)


@require_http_methods(["GET", "POST"])
@step_up_required
def referral_arrived(request: CaseRequest, pk: Any) -> HttpResponse:
    """A sending of unknown fate did arrive."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "resolve_sent")
    title = _("%(ref)s did arrive at %(code)s") % {"ref": referral.reference, "code": referral.recipient.code}
    return _sent(request, referral, actions.resolve_as_sent, title)


def _sent(request: CaseRequest, referral: Referral, act: Any, title: str) -> HttpResponse:
    recipient = referral.recipient
    today = clock.today()
    due = [date_format(today + datetime.timedelta(days=days), "j F Y")
           for days in (recipient.days_to_acknowledge, recipient.days_to_reply)]  # fmt: skip
    return confirm_page(
        request, referral, SentForm(request.POST or None, initial={"channel": recipient.channel}),
        lambda values: act(referral, actor=request.user, **values),
        title=title, submit_text=_("Record as sent to %(code)s") % {"code": recipient.code},
        consequences=[
            _("This system sends nothing by itself: you have sent the package to %(contact)s.")
            % {"contact": recipient.contact or recipient.name},
            _("The register of disclosures and the custody of each item say so from now on; neither can be undone."),
            _("Sent today, an acknowledgement is due by %(ack)s and a reply by %(reply)s.")
            % {"ack": due[0], "reply": due[1]},
        ],
        message=_("Recorded as sent to %(code)s.") % {"code": recipient.code}, package=referral.package,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_delivery_unknown(request: CaseRequest, pk: Any) -> HttpResponse:
    """It may or may not have left: somebody has to find out."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "delivery_unknown")
    return confirm_page(
        request, referral, ReasonForm(request.POST or None),
        lambda values: actions.record_delivery_unknown(referral, actor=request.user, **values),
        title=_("Delivery of %(ref)s is unknown") % {"ref": referral.reference},
        submit_text=_("Record that delivery is unknown"),
        consequences=[_("It is not sent again by itself, and cannot be recorded as sent by a second click."),
                      _("Ask %(name)s whether it arrived, then record which it was.")
                      % {"name": referral.recipient.name}],
        message=_("Recorded. Find out whether it arrived."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_not_arrived(request: CaseRequest, pk: Any) -> HttpResponse:
    """It did not arrive: the approval stands and it may be sent."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "resolve_not_sent")
    return confirm_page(
        request, referral, ReasonForm(request.POST or None),
        lambda values: actions.resolve_as_not_sent(referral, actor=request.user, **values),
        title=_("%(ref)s did not arrive") % {"ref": referral.reference}, submit_text=_("It did not arrive"),
        consequences=[_("It is approved as before and may be sent once more."),
                      _("Say below how you know that nothing arrived.")],
        message=_("Recorded. It may be sent."),
    )  # fmt: skip
