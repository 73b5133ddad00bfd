"""What arrives and has no record yet: whether it is known already, and its covered picture."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.core.access import require, visible_or_404
from casework.core.errors import NotFound
from casework.evidence.access import can_upload
from casework.evidence.arrivals import Arrival, Hint, recognise
from casework.evidence.models import EvidenceFile, Preview, Upload
from casework.evidence.serving import derived_response
from casework.evidence.views.common import PersonsRequest

MOST_UPLOADS, MOST_ADDRESSES, LONGEST_ADDRESS = 200, 20, 2000
ADDRESS_FIELDS = ("url", "reposts")


@dataclass(frozen=True)
class Shown:
    """A hint as the page draws it: the covered picture of what arrives, beside those of what is known."""

    hint: Hint
    arriving: Upload | None
    poster_url: str
    known: list[tuple[EvidenceFile, str]]


# By POST, so that the addresses of posts stay out of the logs of proxies.
@require_POST
def arrivals(request: PersonsRequest) -> HttpResponse:
    """What is known already of the files and addresses of a form that is being filled in. Changes nothing."""
    require(can_upload, request.user, None)
    uploads = _uploads(request)
    addresses = [request.POST.get(name, "").strip()[:LONGEST_ADDRESS] for name in ADDRESS_FIELDS]
    arrival = Arrival([each.sha256 for each in uploads], [each for each in addresses if each])
    found = recognise(arrival, request.user)
    by_hash = {each.sha256: each for each in uploads}
    posters = _with_poster([*by_hash, *(file.blob_id for hint in found.hints for file in hint.pair)])
    context = {
        "shown": [_shown(hint, by_hash, posters) for hint in found.hints],
        "still_looking": found.still_looking,
        "asked": bool(arrival.sha256s or arrival.addresses),
    }
    return render(request, "evidence/parts/_arrivals.html", context)


@require_GET
def upload_poster(request: PersonsRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The blurred, grey picture of what arrived, for the person who sent it."""
    upload = visible_or_404(Upload.objects.complete(), request.user, pk=pk)
    ready = Preview.objects.filter(blob=upload.blob_id, kind=Preview.Kind.POSTER, state=Preview.State.READY).first()
    if ready is None:
        raise NotFound(_("There is no preview at the moment."))
    return derived_response(request, ready.derived, Preview.Kind.POSTER)


def _uploads(request: PersonsRequest) -> list[Upload]:
    keys = []
    for text in request.POST.getlist("uploads")[:MOST_UPLOADS]:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(Upload.objects.visible_to(request.user).complete().filter(pk__in=keys))


def _shown(hint: Hint, by_hash: dict[str, Upload], posters: set[str]) -> Shown:
    arriving = by_hash.get(str(hint.detail.get("sha256", "")))
    known = [(file, _poster(file, posters)) for file in hint.pair]
    own = reverse("evidence:upload_poster", args=[arriving.pk]) if arriving and arriving.sha256 in posters else ""
    return Shown(hint, arriving, own, known)


def _poster(file: EvidenceFile, posters: set[str]) -> str:
    return reverse("evidence:preview", args=[file.pk, Preview.Kind.POSTER]) if file.blob_id in posters else ""


def _with_poster(hashes: Sequence[str]) -> set[str]:
    """Those of which the covered picture is made; one query."""
    ready = Preview.objects.filter(blob__in=hashes, kind=Preview.Kind.POSTER, state=Preview.State.READY)
    return set(ready.values_list("blob_id", flat=True))
