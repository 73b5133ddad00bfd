"""Uploads: what arrives is what is kept, nothing of a refused or forgotten file stays, strangers store nothing."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from blake3 import blake3
from django import forms
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from casework.core.errors import Invalid, TooLarge
from casework.evidence import store
from casework.evidence.uploads import StoredUpload, StoreUploadHandler, clean_name, receive_body, receives_files

DATA = os.urandom(3_000_000)


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.CASEWORK_STORE, settings.CASEWORK_MAX_UPLOAD = tmp_path, 8 << 20  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_HANDLERS = ["casework.evidence.uploads.StoreUploadHandler"]  # type: ignore[attr-defined]
    return tmp_path


def stored(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and p.name != ".lock"]


class UploadForm(forms.Form):
    file = forms.FileField()


def post(
    view: Callable[[HttpRequest], HttpResponse], *files: bytes, signed_in: bool = True, name: str = "video.mp4"
) -> HttpResponse:
    data = {"file": [SimpleUploadedFile(name, content, "video/mp4") for content in files], "title": "x"}
    request = RequestFactory().post("/", data)
    request.user = SimpleNamespace(is_authenticated=signed_in)  # type: ignore[assignment]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    try:
        return view(request)
    finally:
        request.close()


def octets(data: bytes, length: int | None = None, **headers: str) -> HttpRequest:
    request = RequestFactory().post("/", b"", content_type="application/octet-stream", **headers)
    request.META["CONTENT_LENGTH"] = str(len(data) if length is None else length)
    request._stream = io.BytesIO(data)  # type: ignore[attr-defined]
    return request


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(reason, status=403)


def test_it_streams_a_form_file_into_the_store(folder: Path) -> None:
    seen: list[StoredUpload] = []

    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        assert form.is_valid(), form.errors
        upload = form.cleaned_data["file"]
        seen.append(upload)
        assert request.POST["title"] == "x"
        return HttpResponse(store.keep(upload.received))

    answer = post(view, DATA)
    sha256 = hashlib.sha256(DATA).hexdigest()
    assert answer.content.decode() == sha256
    assert (seen[0].sha256, seen[0].size, seen[0].name, seen[0].content_type) == (
        sha256,
        len(DATA),
        "video.mp4",
        "video/mp4",
    )
    assert seen[0].blake3 == blake3(DATA).hexdigest()
    assert stored(folder) == [sha256]


def test_it_removes_what_the_view_did_not_keep(folder: Path) -> None:
    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        assert len(request.FILES.getlist("file")) == 2
        assert len(stored(folder)) == 2
        return HttpResponse()

    post(view, b"one", b"two")
    assert stored(folder) == []


def test_it_removes_everything_when_the_view_fails(folder: Path) -> None:
    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        raise Invalid(str(len(request.FILES)))

    with pytest.raises(Invalid):
        post(view, b"one")
    assert stored(folder) == []


@pytest.mark.parametrize(("limit", "size"), [(2_000_000, 2_000_001), (10_000_000, 15_000_000)])
def test_it_refuses_a_file_over_the_limit_and_keeps_none_of_the_form(
    folder: Path, settings: object, limit: int, size: int
) -> None:
    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(len(request.FILES)))

    settings.CASEWORK_MAX_UPLOAD = limit  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        post(view, b"small", bytes(size))
    assert stored(folder) == []


def test_it_leaves_an_empty_file_to_the_form(folder: Path) -> None:
    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(UploadForm(request.POST, request.FILES).errors))

    assert b"empty" in post(view, b"").content
    assert stored(folder) == []


def test_it_stores_nothing_for_a_stranger(folder: Path) -> None:
    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        assert not request.FILES
        assert stored(folder) == []
        return HttpResponse(request.POST["title"])

    assert post(view, DATA, signed_in=False).content == b"x"


def test_it_takes_little_where_no_files_are_expected(folder: Path) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(len(request.FILES)))

    assert post(view, b"small").content == b"1"
    assert stored(folder) == []
    with pytest.raises(RequestDataTooBig):
        post(view, bytes(15 << 20))
    assert stored(folder) == []


def test_it_checks_the_csrf_token_before_the_view(folder: Path, settings: object) -> None:
    settings.CSRF_FAILURE_VIEW = "tests.evidence.test_uploads.refused"  # type: ignore[attr-defined]

    @receives_files
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError("the view is not reached")

    request = RequestFactory(enforce_csrf_checks=True).post("/", {"file": SimpleUploadedFile("a", b"data")})
    request.user = SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    assert view(request).status_code == 403
    assert stored(folder) == []


def test_it_removes_a_file_that_broke_off(folder: Path) -> None:
    handler = StoreUploadHandler(HttpRequest())
    handler.request.user = SimpleNamespace(is_authenticated=True)  # type: ignore[union-attr]
    handler.new_file("file", "a.mp4", "video/mp4", None)
    handler.receive_data_chunk(b"half", 0)
    assert len(stored(folder)) == 1
    handler.upload_interrupted()
    assert stored(folder) == []


def test_it_receives_a_bare_body(folder: Path) -> None:
    with receive_body(octets(DATA), name="a/b.mp4") as upload:
        assert (upload.size, upload.name) == (len(DATA), "a/b.mp4")
        sha256 = store.keep(upload.received)  # type: ignore[arg-type]
    assert sha256 == hashlib.sha256(DATA).hexdigest()
    assert stored(folder) == [sha256]


@pytest.mark.parametrize(
    ("data", "length", "error", "status"),
    [(b"12345", 6, Invalid, 400), (b"", 0, Invalid, 422), (b"1", (8 << 20) + 1, TooLarge, 413)],
)
def test_it_refuses_a_body_of_another_length(
    folder: Path, data: bytes, length: int, error: type[Exception], status: int
) -> None:
    with pytest.raises(error) as refusal:
        receive_body(octets(data, length))
    assert refusal.value.status == status  # type: ignore[attr-defined]
    assert stored(folder) == []


@pytest.mark.parametrize("length", ["", "abc", "-1", "1" * 30, "٣"])
def test_it_refuses_a_body_without_a_length(length: str) -> None:
    request = octets(b"data")
    request.META["CONTENT_LENGTH"] = length
    with pytest.raises(Invalid):
        receive_body(request)


def digests(data: bytes) -> list[dict[str, str]]:
    digest = hashlib.sha256(data)
    coded = base64.b64encode(digest.digest()).decode()
    return [
        {"HTTP_X_CONTENT_SHA256": digest.hexdigest().upper()},
        {"HTTP_DIGEST": f"md5=x, SHA-256={coded}"},
        {"HTTP_CONTENT_DIGEST": f"sha-256=:{coded}:"},
    ]


@pytest.mark.parametrize("number", range(3))
def test_it_compares_an_announced_digest(folder: Path, number: int) -> None:
    receive_body(octets(b"data", **digests(b"data")[number])).abort()
    with pytest.raises(Invalid) as refusal:
        receive_body(octets(b"dat4", **digests(b"data")[number]))
    assert refusal.value.code == "digest_mismatch"
    assert stored(folder) == []


@pytest.mark.parametrize("headers", [{"HTTP_X_CONTENT_SHA256": "zz"}, {"HTTP_DIGEST": "sha-256=!"}])
def test_it_refuses_a_digest_it_cannot_read(folder: Path, headers: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        receive_body(octets(b"data", **headers))
    assert stored(folder) == []


@pytest.mark.parametrize(
    ("given_name", "label"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("a\0b\r\nc\x1b[31m.mp4", "abc[31m.mp4"),
        ("photo\u202egpj.exe", "photo\u202egpj.exe"),
        ("\ud800x", "x"),
        (" \n", "unnamed file"),
        ("x" * 4096 + ".mp4", "x" * 250 + "….mp4"),
    ],
)
def test_it_keeps_names_as_labels(given_name: str, label: str) -> None:
    assert clean_name(given_name) == label


@given(st.text(max_size=600))
def test_it_makes_every_name_storable(name: str) -> None:
    label = clean_name(name)
    assert 1 <= len(label) <= 255
    assert "\0" not in label
    label.encode()
    assert clean_name(label) == label
