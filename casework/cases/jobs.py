"""What follows a break-glass access outside the request: the lead and the auditors are told by mail."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from casework.accounts.models import Role, User
from casework.cases.models import CaseGrant


@app.task(name="cases.tell_of_break_glass", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def tell_of_break_glass(grant_id: str) -> None:
    """Write to the case's lead and to every auditor but the person themselves.

    The mail says that a case was opened, not which: mail is read on other machines.
    """
    grant = CaseGrant.objects.select_related("case").filter(pk=grant_id, break_glass=True).first()
    if grant is None:
        return
    told = set(User.objects.with_role(Role.AUDITOR).exclude(pk=grant.user_id).values_list("email", flat=True))
    leads = grant.case.assignments.filter(ended_at=None, part="lead", user__is_active=True)
    told |= set(leads.values_list("user__email", flat=True))
    for address in sorted(told):
        send_mail(
            subject=_("Break-glass access was opened"),
            message=_(
                "Somebody opened a case by break-glass, for at most one hour. "
                "Sign in to see who, which case and why: "
                "your tasks if you lead the case, the audit log if you audit.\n\n"
                "%(address)s"
            )
            % {"address": settings.CASEWORK_BASE_URL},
            from_email=None,
            recipient_list=[address],
        )
