"""What comes back from the recipient, and the end of a referral."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casework.cases.views.editing import CaseRequest, answer_form
from casework.core.access import require
from casework.core.errors import Conflict
from casework.evidence.uploads import receives_files
from casework.referrals import actions
from casework.referrals.access import can_record_correspondence
from casework.referrals.forms import AcknowledgementForm, CloseForm, CorrespondenceForm, LetterForm, ReplyForm
from casework.referrals.models import Referral
from casework.referrals.views.common import confirm_page, detail_url, require_step, seen_referral

# The CSRF check is made by `receives_files`, after the right is known: the check reads the body.


@csrf_exempt
@require_http_methods(["GET", "POST"])
def referral_acknowledge(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """The recipient confirmed receipt."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "acknowledge")
    return _letter_page(request, referral, AcknowledgementForm, actions.acknowledge_referral, {},
                        _("Record the acknowledgement of %(code)s"), _("Acknowledgement recorded."))  # fmt: skip


@csrf_exempt
@require_http_methods(["GET", "POST"])
def referral_reply(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """The recipient replied; confidential by default where the recipient's replies are."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "reply")
    return _letter_page(request, referral, ReplyForm, actions.record_reply,
                        {"confidential": referral.recipient.confidential_replies},
                        _("Record the reply of %(code)s"), _("Reply recorded."))  # fmt: skip


@csrf_exempt
@require_http_methods(["GET", "POST"])
def referral_letter(request: CaseRequest, pk: Any) -> HttpResponseBase:
    """Another letter, message or call, in or out."""
    referral = seen_referral(request, pk)
    require(can_record_correspondence, request.user, referral)
    if not referral.is_sent and referral.state != Referral.State.DELIVERY_UNKNOWN:
        raise Conflict(_("This was not sent yet, so there is no correspondence about it."))
    initial = {"confidential": referral.recipient.confidential_replies, "direction": "out", "kind": "reminder"}
    return _letter_page(request, referral, CorrespondenceForm, actions.record_correspondence, initial,
                        _("Record correspondence with %(code)s"), _("Recorded."))  # fmt: skip


@require_http_methods(["GET", "POST"])
def referral_close(request: CaseRequest, pk: Any) -> HttpResponse:
    """Close it with an outcome."""
    referral = seen_referral(request, pk)
    require_step(request, referral, "close")
    return confirm_page(
        request, referral, CloseForm(request.POST or None),
        lambda values: actions.close_referral(referral, actor=request.user, **values),
        title=_("Close %(ref)s") % {"ref": referral.reference}, submit_text=_("Close with this outcome"),
        consequences=[_("No further answer is expected, and no deadline runs."),
                      _("Later letters can still be recorded."),
                      _("“No public accusation” is an outcome of its own: they answered, but not in public."),
                      _("Do not quote a confidential reply in the reason.")],
        message=_("Closed."),
    )  # fmt: skip


def _letter_page(
    request: CaseRequest,
    referral: Referral,
    form_class: type[LetterForm],
    act: Any,
    initial: dict[str, Any],
    title: str,
    message: str,
) -> HttpResponseBase:
    @receives_files
    def page(request: CaseRequest) -> HttpResponse:
        bound = request.method == "POST"
        form = form_class(request.POST if bound else None, request.FILES if bound else None, initial=initial)
        code = referral.recipient.code
        context = {"referral": referral, "page": title % {"code": code}, "submit_text": _("Record"),
                   "cancel_url": detail_url(referral)}  # fmt: skip
        return answer_form(
            request, "referrals/letter_form.html", form,
            lambda values: act(referral, actor=request.user, **values),
            success_url=detail_url(referral), context=context, message=message,
        )  # fmt: skip

    return page(request)
