"""A referral as a page, the dossier as the recipient sees it, and what may be downloaded."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from casework.cases.views.editing import CaseRequest
from casework.core.access import require, visible_or_404
from casework.core.errors import Blocked
from casework.evidence.malware import is_found
from casework.evidence.quarantine import require_served
from casework.evidence.serving import original_response
from casework.referrals import access, actions
from casework.referrals.disclosure import compute_disclosure, dossier_from
from casework.referrals.dossier import render_dossier
from casework.referrals.models import CorrespondenceFile, Referral
from casework.referrals.packages import archive, changes_since_frozen
from casework.referrals.queries import letters_of, may_know_outcome, outdated_holdings
from casework.referrals.soundness import cautions_of, obstacles_of, obstacles_of_package
from casework.referrals.views.common import seen_referral
from casework.referrals.workflow import REFERRAL_WORKFLOW

OPEN_STATES = (Referral.State.AWAITING_APPROVAL, Referral.State.APPROVED)


@require_GET
def referral_detail(request: CaseRequest, pk: Any) -> HttpResponse:
    """Where the referral stands, what the recipient sees, what stays behind, and what came back."""
    referral = seen_referral(request, pk)
    user = request.user
    steps = REFERRAL_WORKFLOW.available(referral, user)
    context = {
        "referral": referral,
        "rows": referral.cases.select_related("case", "finding").order_by("case__reference"),
        "buttons": [(step, reverse(f"referrals:{step.name}", args=[referral.pk])) for step in steps],
        "may_edit": access.can_edit_referral(user, referral),
        "may_write": access.can_record_correspondence(user, referral)
        and (referral.is_sent or referral.state == Referral.State.DELIVERY_UNKNOWN),
        "may_download": access.can_download_package(user, referral),
        "may_open": access.can_open_dossier(user, referral),
        "wrote_it": user.pk in referral.drafters,
        "letters": letters_of(referral, user) if referral.is_sent else [],
        "knows_outcome": may_know_outcome(user, referral),
        "outdated": outdated_holdings(user).filter(referral=referral) if referral.is_sent else [],
        "damaged_findings": cautions_of(referral),
        **shown_dossier(referral),
    }
    return render(request, "referrals/referral_detail.html", context)


def shown_dossier(referral: Referral) -> dict[str, Any]:
    """The dossier to show: the frozen one where there is a package, else as it would be now; with what stays behind."""
    package = referral.package
    if package is None:
        now = compute_disclosure(referral)
        return {
            "dossier": now.dossier, "files": now.files, "withheld": now.withheld, "cautions": now.cautions,
            "blocked": [*now.blocked, *obstacles_of(now)],
        }  # fmt: skip
    changed = changes_since_frozen(referral, package) if referral.state in OPEN_STATES else []
    return {
        "dossier": dossier_from(package.content), "files": package.manifest["files"], "withheld": package.withheld,
        "changed": changed, "damaged": obstacles_of_package(package) if referral.state in OPEN_STATES else [],
    }  # fmt: skip


@require_GET
def referral_dossier(request: CaseRequest, pk: Any) -> HttpResponse:
    """The dossier alone, word for word as the recipient reads it."""
    referral = seen_referral(request, pk)
    return render(
        request, "referrals/referral_dossier.html",
        {"referral": referral, "may_open": access.can_open_dossier(request.user, referral), **shown_dossier(referral)},
    )  # fmt: skip


@require_safe
def dossier_pdf(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """The dossier as the document that is sent: the frozen one, or of a draft as it would be now."""
    referral = seen_referral(request, pk)
    require(access.can_open_dossier, request.user, referral)
    actions.note_dossier_opened(referral, actor=request.user)
    name = f"{referral.reference}.pdf"
    if referral.package is not None:
        blob = referral.package.dossier
        require_served(blob)
        return original_response(request, blob.sha256, blob.size, name, "application/pdf")
    response = HttpResponse(render_dossier(compute_disclosure(referral).dossier), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="draft-{name}"'
    return _private(response)


@require_GET
def package_zip(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """The whole package, streamed; every byte is checked against its hash first and again on its way."""
    referral = seen_referral(request, pk)
    package = actions.note_package_download(referral, actor=request.user)
    response = StreamingHttpResponse(archive(package), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{referral.reference}-v{package.version}.zip"'
    return _private(response)


@require_safe
def letter_file(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """A letter's file as an attachment."""
    rows = CorrespondenceFile.objects.select_related("blob__scan", "letter__referral")
    file = visible_or_404(rows, request.user, pk=pk)
    actions.note_letter_file(file, actor=request.user)
    require_served(file.blob)
    if is_found(file.blob):
        raise Blocked(
            _("The scanner found malware in this letter's file. It is kept and not given out. Tell the administrator."),
            code="malware",
        )
    return original_response(request, file.blob_id, file.blob.size, file.name or _("letter"), file.blob.media_type)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
