"""The end of a session while a page is open: by the person, by the clock of the page, or by a sign-in elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from casework.accounts.kept_forms import from_this_site, keep, mark, owner_of_form, page_of
from casework.core.http import csrf_failure, error_response, safe_next


def lock_session(request: HttpRequest) -> HttpResponse:
    """End the session; what the page's script found typed in a form is kept for the one who opened that page."""
    back = safe_next(request, "/")
    owner = request.user.pk if request.user.is_authenticated else owner_of_form(request)
    typed, action = request.POST.get("typed", ""), request.POST.get("typed_action", "")
    kept = False
    if owner and typed and len(typed) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE and action.startswith("/"):
        files = request.POST.getlist("typed_file")
        kept = keep(owner, back, action, QueryDict(typed), files)
    logout(request)
    answer = redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: back})}")
    if kept:
        mark(answer)
    return answer


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW. A form that was opened before the last sign-in in this browser comes back filled in; one that
    somebody else had opened is kept for them. Anything else is refused as before."""
    try:
        owner = owner_of_form(request) if request.method == "POST" and from_this_site(request) else None
    except (UnreadablePostError, RequestDataTooBig):
        owner = None
    if owner is None:
        return csrf_failure(request, reason)
    if request.path == reverse("accounts:lock"):
        return lock_session(request)
    page = page_of(request)
    files = [str(file.name) for name in request.FILES for file in request.FILES.getlist(name)]
    if not keep(owner, page, request.path, request.POST, files):
        return csrf_failure(request, reason)
    if owner == request.user.pk:
        request.kept_just_now = True  # type: ignore[attr-defined]
        answer: HttpResponse = redirect(page)
    else:
        message = _("Somebody else opened this form. Nothing was sent; it is kept for one hour for them to sign in.")
        answer = error_response(request, 403, message, kind="csrf_failed")
    mark(answer)
    return answer
