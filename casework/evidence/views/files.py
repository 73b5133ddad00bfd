"""Files of items: covered previews, reveal, originals, checks."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from casework.audit import clock
from casework.care.actions import end_look
from casework.care.reading import preference_of
from casework.core.errors import IntegrityFailure, NotFound
from casework.evidence.actions import check_file, note_download, reveal_file
from casework.evidence.actions.checking import recheck
from casework.evidence.actions.files import require_download
from casework.evidence.actions.malware import was_confirmed
from casework.evidence.known import known_of
from casework.evidence.looking import Shown, cover_of, media_of, seen_token, was_revealed
from casework.evidence.malware import is_found
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, FileFacts, Preview
from casework.evidence.parts import PARTS, PREVIEW_NAME
from casework.evidence.serving import derived_response, original_response
from casework.evidence.timecodes import timecode
from casework.evidence.views.common import PersonsRequest, seen_file

ONE_DOWNLOAD = datetime.timedelta(hours=12)
"""Later parts of a download that was begun, and logged, within this time are not logged again."""
_LATER_PART = re.compile(r"bytes=[1-9]\d*-\d*")


@require_GET
def file_preview(request: PersonsRequest, pk: uuid.UUID, kind: str) -> HttpResponseBase:
    """A copy made by the server: the blurred one for whoever sees the item, the others only after a reveal."""
    file = seen_file(request, pk)
    if kind != Preview.Kind.POSTER and not was_revealed(request.GET.get("seen", ""), file, request.user, kind):
        raise NotFound(_("There is no preview at the moment."))
    name = PREVIEW_NAME.fullmatch(kind)
    wanted = {"kind": name[1], "number": int(name[2] or 0)} if name else {"kind": ""}
    ready = Preview.objects.filter(blob=file.blob_id, state=Preview.State.READY, **wanted).first()
    if ready is None:
        raise NotFound(_("There is no preview at the moment."))
    return derived_response(request, ready.derived, ready.kind)


@require_POST
def file_part(request: PersonsRequest, pk: uuid.UUID, part: str) -> HttpResponse:
    """Show contact sheet or pages in grey, or let the sound be heard: each a step of its own, on record."""
    file = seen_file(request, pk)
    ready = Preview.objects.filter(blob=file.blob_id, kind=PARTS.get(part, ""), state=Preview.State.READY)
    made = list(ready.order_by("number"))
    if not made:
        raise NotFound(_("There is no preview at the moment."))
    shown = Shown(sound=part == "listen")
    look = reveal_file(file, actor=request.user, shown=shown)
    token = seen_token(file, request.user, shown)
    facts = FileFacts.objects.filter(blob=file.blob_id).values_list("facts", flat=True).first() or {}
    context = {
        "item": file.item,
        "file": file,
        "part": part,
        "look": look,
        "shown": [(preview.number, _preview(file, preview.name, token)) for preview in made],
        "scenes": [{**scene, "timecode": timecode(scene["at"])} for scene in facts.get("scenes", [])],
        "sheet": facts.get("sheet"),
        "cover_url": reverse("evidence:cover", args=[file.pk]),
    }
    return _answer(request, "evidence/parts/_part.html", "evidence/file_part.html", context)


@require_GET
def file_look(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """What is known already, before anything opens: a fragment for the script, else a page. Nothing is shown yet."""
    file = seen_file(request, pk)
    context = {
        "item": file.item,
        "file": file,
        "cover": cover_of(file.item, [file]),
        "known": known_of(file.item, request.user),
        "preference": preference_of(request.user),
    }
    return _answer(request, "evidence/parts/_asked.html", "evidence/file_asked.html", context)


@require_POST
def file_reveal(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Show covered material as closely as was chosen, on record: a fragment for the script, else a page."""
    file = seen_file(request, pk)
    made = dict(Preview.objects.filter(blob=file.blob_id, state=Preview.State.READY).values_list("kind", "derived"))
    if Preview.Kind.STILL not in made:
        raise NotFound(_("There is no preview at the moment."))
    preference = preference_of(request.user)
    asked = Shown.chosen(request.POST)
    asked.refuse(preference)
    media = media_of(file, made, asked, preference)
    look = reveal_file(file, actor=request.user, shown=media.shown, follows=request.POST.get("look", ""))
    token = seen_token(file, request.user, media.shown)
    context = {
        "item": file.item,
        "file": file,
        "cover": cover_of(file.item, [file]),
        "media": media,
        "look": look,
        "still_url": _preview(file, "still", token),
        "media_url": _preview(file, media.kind, token),
        "cover_url": reverse("evidence:cover", args=[file.pk]),
    }
    return _answer(request, "evidence/parts/_revealed.html", "evidence/file_revealed.html", context)


@require_POST
def file_cover(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Go back to where the material is covered."""
    file = seen_file(request, pk)
    if end_look(request.POST.get("look", ""), actor=request.user):
        messages.info(request, _("You have looked at hard material for a while. A break loses nothing."))
    return HttpResponseRedirect(reverse("evidence:detail", args=[file.item_id]))


def _answer(request: PersonsRequest, fragment: str, page: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, fragment if request.htmx else page, context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def file_original(request: PersonsRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The evidentiary copy as an attachment, in parts if asked. A download is logged once, at its beginning."""
    file = seen_file(request, pk)
    require_download(file, actor=request.user)
    confirmed = was_confirmed(request.GET.get("confirmed", ""), file, request.user)
    if is_found(file.blob) and not confirmed:
        return HttpResponseRedirect(reverse("evidence:infected", args=[file.pk]))
    try:
        response = original_response(request, file.blob_id, file.blob.size, file.name, file.blob.media_type)
    except IntegrityFailure:
        # Into quarantine at once, with everything that follows from it.
        recheck(file.blob)
        raise
    if request.method == "GET" and not _goes_on(request, file):
        try:
            note_download(file, actor=request.user, confirmed=confirmed)
        except BaseException:
            response.close()
            raise
    return response


@require_POST
def file_check(request: PersonsRequest, pk: uuid.UUID) -> HttpResponse:
    """Hash the stored bytes again, now."""
    file = seen_file(request, pk)
    found = check_file(file, actor=request.user)
    if found == Blob.Check.MATCHES:
        messages.success(request, _("The stored file is unchanged: its hash matches."))
    else:
        text = _("The stored file is damaged or missing. It is no longer given out. Below it says what to do.")
        messages.error(request, text)
    return HttpResponseRedirect(reverse("evidence:detail", args=[file.item_id]))


def _goes_on(request: PersonsRequest, file: EvidenceFile) -> bool:
    """Whether this is a later part of a download that is on record."""
    if not _LATER_PART.fullmatch(request.headers.get("Range", "").strip()):
        return False
    begun = CustodyEvent.objects.filter(
        item=file.item_id,
        act=CustodyEvent.Act.DOWNLOADED,
        actor_id=request.user.pk,
        detail__file=str(file.pk),
        at__gte=clock.now() - ONE_DOWNLOAD,
    )
    return begun.exists()


def _preview(file: EvidenceFile, kind: str, token: str) -> str:
    return reverse("evidence:preview", args=[file.pk, kind], query={"seen": token})
