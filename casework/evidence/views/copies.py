"""Adding a working copy of a file; taking, or letting out, a file in which malware was found."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casework.core.access import require
from casework.core.errors import Conflict
from casework.evidence.access import can_add_file
from casework.evidence.actions import add_working_copy, clear_file, confirm_download
from casework.evidence.actions.files import require_download
from casework.evidence.forms.copies import MalwareReasonForm, WorkingCopyForm
from casework.evidence.malware import is_found, standing_of
from casework.evidence.malware_access import can_clear_malware, can_take_infected
from casework.evidence.models import EvidenceFile
from casework.evidence.quarantine import obstacle
from casework.evidence.uploads import receives_files
from casework.evidence.views.common import PersonsRequest, answer_form, seen_file


# The CSRF check is made by `receives_files`, after the right is known: the check reads the body.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def file_copy(request: PersonsRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Add a working copy of this file."""
    file = seen_file(request, pk)
    require(can_add_file, request.user, file.item)
    return _copy(request, file)


@receives_files
def _copy(request: PersonsRequest, parent: EvidenceFile) -> HttpResponse:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = WorkingCopyForm(data, files, user=request.user)

    def save() -> str:
        values = {name: form.cleaned_data[name] for name in ("operation", "tool", "made_by", "note")}
        add_working_copy(parent, actor=request.user, upload=form.given_files[0], **values)
        return _page(parent)

    context = {
        "item": parent.item,
        "parent": parent,
        "part_label": _("Add a working copy"),
        "cancel_url": _page(parent),
        "submit_text": _("Add the working copy"),
        "max_bytes": settings.CASEWORK_MAX_UPLOAD,
        "chunk_bytes": settings.CASEWORK_UPLOAD_CHUNK,
        "damage": "" if parent.blob.is_sound else obstacle(parent.item.reference, parent.name, parent.blob),
    }
    return answer_form(request, "evidence/file_copy.html", form, save, context, message=_("Received and sealed."))


@require_http_methods(["GET", "POST"])
def file_infected(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask why the person wants a file in which malware was found, then let the download begin."""
    file = seen_file(request, pk)
    require(can_take_infected, request.user, file.item)
    require_download(file, actor=request.user)
    _require_found(file)
    form = MalwareReasonForm(request.POST or None)

    def save() -> str:
        token = confirm_download(file, actor=request.user, reason=form.cleaned_data["reason"])
        return reverse("evidence:original", args=[file.pk], query={"confirmed": token})

    lines = [
        _("Opening it may harm the computer it is opened on. Take it to a machine that is apart from everything else."),
        _("Your reason and the download are put on record."),
        _("The evidence itself stays as it is: nothing is removed from it."),
    ]
    return _ask(request, file, form, save, part=_("Download a file with malware"), submit=_("Download it all the same"),
                lines=lines)  # fmt: skip


@require_http_methods(["GET", "POST"])
def file_clear(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a file in which malware was found go to recipients, with the reason."""
    file = seen_file(request, pk)
    require(can_clear_malware, request.user, file.item)
    _require_found(file)
    form = MalwareReasonForm(request.POST or None)

    def save() -> str:
        clear_file(file, actor=request.user, reason=form.cleaned_data["reason"])
        return _page(file)

    lines = [
        _("Packages for recipients may hold copies of this file from now on."),
        _("Tell the recipient beforehand: the package itself carries no warning."),
        _("If the scanner finds something else in it later, this release does not cover that."),
    ]
    return _ask(request, file, form, save, part=_("Release in spite of malware"), submit=_("Release the file"),
                lines=lines)  # fmt: skip


def _require_found(file: EvidenceFile) -> None:
    if not is_found(file.blob):
        raise Conflict(_("Nothing is found in this file now. Reload the page."))


def _ask(
    request: PersonsRequest,
    file: EvidenceFile,
    form: MalwareReasonForm,
    save: object,
    *,
    part: str,
    submit: str,
    lines: list[str],
) -> HttpResponse:
    context = {"item": file.item, "file": file, "malware": standing_of(file.blob), "part_label": part,
               "submit_text": submit, "cancel_url": _page(file), "consequences": lines}  # fmt: skip
    return answer_form(request, "evidence/item_form.html", form, save, context)  # type: ignore[arg-type]


def _page(file: EvidenceFile) -> str:
    return reverse("evidence:detail", args=[file.item_id])
