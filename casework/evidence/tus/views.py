"""The two addresses of the protocol: where uploads are begun, and where each goes on.

A browser comes with its session and the CSRF token, a program with an API token that may write. Whose upload it is is
asked at each request; somebody else's is answered like none, before anything else is said of the request.
"""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.core.access import require
from casework.core.errors import NotFound
from casework.evidence import store
from casework.evidence.access import can_upload
from casework.evidence.actions import uploads
from casework.evidence.actions.uploads import ChecksumMismatch, WrongOffset
from casework.evidence.models import Upload
from casework.evidence.store.resuming import Busy
from casework.evidence.tus import headers
from casework.evidence.tus.body import pieces

_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


class _Unread(BaseParser):
    """Leaves the body where it is: it is read as it comes, by the view."""

    media_type = headers.CONTENT_TYPE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> QueryDict:
        return QueryDict()


class TusView(APIView):
    """What both addresses ask before anything else, and the headers of every answer."""

    parser_classes = (_Unread,)
    # The protocol is described elsewhere (https://tus.io), and is none of the API's.
    schema = None
    upload: Upload | None = None

    @property
    def person(self) -> Any:
        return self.request.user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require(can_upload, self.person, None)
        method = str(request.method)
        if not hasattr(self, method.lower()) or any(name in request.headers for name in _OVERRIDES):
            raise MethodNotAllowed(method)
        if "pk" in kwargs and method != "OPTIONS":
            self.upload = uploads.find_upload(kwargs["pk"], actor=self.person)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UnsupportedMediaType(request.headers["Content-Encoding"])
        if method not in ("GET", "OPTIONS"):
            headers.require_version(request.headers)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """What this server offers."""
        offered = {
            "Tus-Version": headers.VERSION,
            "Tus-Extension": headers.EXTENSIONS,
            "Tus-Max-Size": str(settings.CASEWORK_MAX_UPLOAD),
            "Tus-Checksum-Algorithm": ",".join(headers.ALGORITHMS),
        }
        return Response(status=204, headers=offered)

    def handle_exception(self, exc: Exception) -> Response:
        """The house's errors, with where the upload stands where that is what was wrong."""
        if isinstance(exc, ChecksumMismatch):
            body: dict[str, Any] = {"type": exc.code, "title": "Checksum Mismatch", "detail": exc.message, "fields": {},
                    "request_id": getattr(self.request._request, "request_id", "")}  # fmt: skip
            response = Response(body, status=exc.status)
            response.exception = True
        else:
            response = super().handle_exception(exc)
        if isinstance(exc, WrongOffset):
            response["Upload-Offset"] = str(exc.offset)
        elif isinstance(exc, Busy) and self.upload:
            response["Upload-Offset"], response["Retry-After"] = str(self.upload.offset), "1"
        elif isinstance(exc, headers.WrongVersion):
            response["Tus-Version"] = headers.VERSION
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = headers.VERSION
        answer["Cache-Control"] = "no-store"
        if self.upload is not None and "Location" not in answer and request.method == "POST":
            answer["Location"] = address(self.upload)
        return answer

    def receive(self, upload: Upload, offset: int) -> Upload:
        """Take the body as the piece that begins at `offset`."""
        given = self.request.headers
        if given.get("Content-Type", "").partition(";")[0].strip().lower() != headers.CONTENT_TYPE:
            raise UnsupportedMediaType(given.get("Content-Type", ""))
        length = headers.number(given, "Content-Length")
        return uploads.receive_piece(
            upload, actor=self.person, offset=offset, length=length,
            pieces=pieces(self.request._request, length), checksum=headers.checksum(given.get("Upload-Checksum")),
        )  # fmt: skip


class UploadsView(TusView):
    """Where an upload is begun, and where the person's own are listed."""

    def get(self, request: Request) -> Response:
        """The person's uploads that are in no record yet, oldest first."""
        waiting = Upload.objects.visible_to(self.person).waiting()
        return Response({"uploads": [described(each) for each in waiting]})

    def post(self, request: Request) -> Response:
        """Begin an upload; a body is its first piece."""
        size = headers.upload_length(request.headers)
        text = request.headers.get("Upload-Metadata", "")
        given = headers.metadata(text)
        self.upload = uploads.begin_upload(
            actor=self.person, size=size, name=given.get("filename") or given.get("name") or "",
            declared_type=given.get("filetype") or given.get("type") or "", fingerprint=headers.fingerprint(given),
            metadata=text,
        )  # fmt: skip
        if int(request.headers.get("Content-Length") or 0):
            self.upload = self.receive(self.upload, 0)
        return Response(status=201, headers={"Location": address(self.upload), **standing(self.upload)})


class UploadView(TusView):
    """One upload: how far it is, its next piece, its end."""

    upload: Upload

    def head(self, request: Request, pk: uuid.UUID) -> Response:
        """How far the upload is. One that was interrupted at its very end is finished first."""
        upload = uploads.finish_upload(self.upload, actor=self.person)
        known = {"Upload-Length": str(upload.size)}
        if upload.metadata:
            known["Upload-Metadata"] = upload.metadata
        return Response(headers={**known, **standing(upload)})

    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Take the next piece."""
        offset = headers.number(request.headers, "Upload-Offset")
        if self.upload.state == Upload.State.RECEIVING and self.upload.offset < self.upload.size:
            return Response(status=204, headers=standing(self.receive(self.upload, offset)))
        self.upload = uploads.finish_upload(self.upload, actor=self.person)
        if offset != self.upload.size:
            raise WrongOffset(self.upload.size)
        return Response(status=204, headers=standing(self.receive_nothing()))

    def receive_nothing(self) -> Upload:
        """A whole upload takes an empty piece, and no other."""
        if int(self.request.headers.get("Content-Length") or 0):
            raise store.too_large(self.upload.size)
        return self.upload

    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Let go of the upload and its bytes."""
        if self.upload.state == Upload.State.TAKEN:
            raise NotFound(_("There is no such upload, or it is not yours."))
        uploads.drop_upload(self.upload, actor=self.person)
        return Response(status=204)


def address(upload: Upload) -> str:
    """Where an upload goes on."""
    return reverse("evidence:upload", args=[upload.pk])


def standing(upload: Upload) -> dict[str, str]:
    """How far an upload is, and until when it is kept."""
    told = {"Upload-Offset": str(upload.offset)}
    if upload.state != Upload.State.TAKEN:
        told["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return told


def described(upload: Upload) -> dict[str, Any]:
    """An upload as its owner's browser or program lists it."""
    return {
        "id": str(upload.pk), "url": address(upload), "name": upload.name, "size": upload.size,
        "offset": upload.offset, "state": upload.state, "fingerprint": upload.fingerprint, "sha256": upload.sha256,
        "expires_at": upload.expires_at.astimezone(UTC).isoformat(),
    }  # fmt: skip
