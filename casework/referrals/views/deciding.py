"""Submitting, approving, returning, withdrawing: each asked again with what follows from it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework.accounts.step_up import step_up_required
from casework.cases.views.editing import CaseRequest
from casework.referrals import actions
from casework.referrals.disclosure import compute_disclosure
from casework.referrals.forms import HashForm, NothingForm, ReasonForm
from casework.referrals.models import Referral
from casework.referrals.packages import bound_package
from casework.referrals.soundness import obstacles_of
from casework.referrals.views.common import confirm_page, require_step, seen_referral
from casework.referrals.views.reading import shown_dossier


@require_http_methods(["GET", "POST"])
def referral_submit(request: CaseRequest, pk: Any) -> HttpResponse:
    """Freeze the package and ask for approval."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "submit")
    now = compute_disclosure(referral)
    copies = ngettext("%(count)d copy of evidence", "%(count)d copies of evidence", len(now.files))
    lines = [
        _("The dossier and %(copies)s are frozen under one hash.") % {"copies": copies % {"count": len(now.files)}},
        _("Another referral officer or a reviewer is asked to approve exactly that."),
        _("Nothing can be changed until it is returned, and then a new package is needed."),
    ]
    lines += [_("%(case)s goes along as preliminary: no finding is in force.") % {"case": case}
              for case, finding in now.findings.items() if finding is None]  # fmt: skip
    return confirm_page(
        request, referral, NothingForm(request.POST if request.method == "POST" else None),
        lambda values: actions.submit_referral(referral, actor=request.user),
        title=_("Submit %(ref)s for approval") % {"ref": referral.reference}, submit_text=_("Freeze and submit"),
        consequences=lines, message=_("Submitted. Somebody else has to approve it."),
        blocked=[*now.blocked, *obstacles_of(now)] if request.method == "GET" else [],
        withheld=now.withheld, cautions=now.cautions,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@step_up_required
def referral_approve(request: CaseRequest, pk: Any) -> HttpResponse:
    """Approve the frozen package, which is shown whole with its hash."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "approve")
    package = bound_package(referral)
    shown = shown_dossier(referral)
    form = HashForm(request.POST or None, initial={"sha256": package.sha256})
    files = package.manifest["files"]
    lines = [
        _("%(recipient)s may be sent this dossier with its %(count)d copies, and nothing else.")
        % {"recipient": referral.recipient.name, "count": len(files)},
        _("Your approval is bound to the hash shown here; any change voids it."),
        _("The register of disclosures will say that it was on your approval."),
    ]
    return confirm_page(
        request, referral, form,
        lambda values: actions.approve_referral(referral, actor=request.user, **values),
        title=_("Approve %(ref)s") % {"ref": referral.reference},
        submit_text=_("Approve for %(code)s") % {"code": referral.recipient.code},
        consequences=lines, message=_("Approved. A referral officer can send it now."),
        package=package, blocked=[*shown["changed"], *shown["damaged"]] if request.method == "GET" else [],
        dossier=shown["dossier"], withheld=shown["withheld"],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_return(request: CaseRequest, pk: Any) -> HttpResponse:
    """Return it for changes, which voids approval and package."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "return")
    lines = [_("It can be changed and submitted again; that freezes a new package.")]
    if referral.state == Referral.State.APPROVED:
        lines.insert(0, _("The approval of %(name)s is void.") % {"name": referral.approved_by})
    return confirm_page(
        request, referral, ReasonForm(request.POST or None),
        lambda values: actions.return_referral(referral, actor=request.user, **values),
        title=_("Return %(ref)s for changes") % {"ref": referral.reference}, submit_text=_("Return for changes"),
        consequences=lines, message=_("Returned for changes."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_withdraw(request: CaseRequest, pk: Any) -> HttpResponse:
    """Give it up before it is sent."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "withdraw")
    return confirm_page(
        request, referral, ReasonForm(request.POST or None),
        lambda values: actions.withdraw_referral(referral, actor=request.user, **values),
        title=_("Withdraw %(ref)s") % {"ref": referral.reference}, submit_text=_("Withdraw"), tone="bad",
        consequences=[_("It will never be sent. It stays readable, with your reason."),
                      _("To refer the cases after all, a new referral has to be prepared.")],
        message=_("Withdrawn."),
    )  # fmt: skip
