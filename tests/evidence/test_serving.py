"""Serving: exactly the bytes asked for, never a damaged file, never anything a browser would run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from casework.core.errors import IntegrityFailure, NotFound
from casework.evidence import serving, store
from casework.evidence.serving import Span, Unsatisfiable, read_range

DATA = bytes(range(256)) * 3000
# The end of an answer looks at the connection that an earlier test of the same process may have left open.
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings: object, tmp_path: Path) -> None:
    settings.CASEWORK_STORE, settings.CASEWORK_MAX_UPLOAD = tmp_path, 1 << 30  # type: ignore[attr-defined]


@pytest.fixture
def sha256(own_store: None) -> str:
    return store.keep(store.receive([DATA]))


def serve(
    sha256: str, *, method: str = "GET", name: str = "video.mp4", size: int = len(DATA), **headers: str
) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/", **{f"HTTP_{key.upper()}": value for key, value in headers.items()})
    return serving.original_response(request, sha256, size, name, "video/mp4")


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined,arg-type]


def damage(area: store.Area, sha256: str) -> None:
    path = area._path(sha256)
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@given(st.integers(0, 5000), st.integers(0, 6000), st.integers(0, 6000))
def test_it_reads_a_closed_range_as_slicing_does(size: int, first: int, last: int) -> None:
    whole = bytes(size)
    try:
        span = read_range(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if span is None:
        assert last < first
        return
    assert span.length == len(whole[first : last + 1]) > 0
    assert (span.start, span.stop) == (first, min(last + 1, size))


@given(st.integers(0, 5000), st.integers(0, 6000))
def test_it_reads_open_and_suffix_ranges_as_slicing_does(size: int, number: int) -> None:
    for header, wanted in (
        (f"bytes={number}-", range(size)[number:]),
        (f"bytes=-{number}", range(size)[-number or size :]),
    ):
        try:
            span = read_range(header, size)
        except Unsatisfiable:
            assert len(wanted) == 0
            continue
        assert span == Span(wanted.start, wanted.stop)


@given(st.text(max_size=40))
def test_it_ignores_or_satisfies_whatever_is_asked(header: str) -> None:
    try:
        span = read_range(header, 100)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.stop <= 100


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=5-1", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=1", "bytes=٣-٤"]
)
def test_it_ignores_ranges_it_does_not_know(header: str) -> None:
    assert read_range(header, 100) is None


def test_it_serves_the_whole_as_an_attachment_that_cannot_run(sha256: str) -> None:
    response = serve(sha256, name="звіт <b>.html")
    assert response.status_code == 200
    assert body(response) == DATA
    assert response["Content-Length"] == str(len(DATA))
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%B7")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "video/mp4"


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "text/plain", "application/xhtml+xml", ""])
def test_it_serves_every_other_type_as_octet_stream(sha256: str, media_type: str) -> None:
    response = serving.original_response(RequestFactory().get("/"), sha256, len(DATA), "x", media_type)
    assert response["Content-Type"] == "application/octet-stream"
    response.close()


def test_it_serves_one_part(sha256: str) -> None:
    response = serve(sha256, range="bytes=1000-300000")
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes 1000-300000/{len(DATA)}"
    assert response["Content-Length"] == "299001"
    assert body(response) == DATA[1000:300001]


def test_it_serves_a_part_only_of_the_same_bytes(sha256: str) -> None:
    assert serve(sha256, range="bytes=0-0", if_range=f'"{sha256}"').status_code == 206
    for other in ('"something else"', f'W/"{sha256}"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        response = serve(sha256, range="bytes=0-0", if_range=other)
        assert response.status_code == 200
        assert body(response) == DATA


def test_it_refuses_a_part_beyond_the_end(sha256: str) -> None:
    response = serve(sha256, range=f"bytes={len(DATA)}-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(DATA)}"
    assert body(response) == b""


def test_it_answers_head_without_a_body(sha256: str) -> None:
    response = serve(sha256, method="HEAD", range="bytes=0-0")
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(DATA))
    assert body(response) == b""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nSet-Cookie: x=1.mp4", "aSet-Cookie_ x=1.mp4"),
        ('quote".mp4', "quote_.mp4"),
        ("photo\u202egpj.exe", "photo gpj.exe"),
        ("", "unnamed file"),
        ("...", "evidence"),
    ],
)
def test_it_offers_a_harmless_name(sha256: str, name: str, shown: str) -> None:
    response = serve(sha256, name=name)
    assert response["Content-Disposition"] == f'attachment; filename="{shown}"'
    response.close()


def test_it_does_not_serve_a_flipped_bit(sha256: str) -> None:
    damage(store.originals(), sha256)
    for headers in ({}, {"range": "bytes=0-9"}):
        with pytest.raises(IntegrityFailure):
            serve(sha256, **headers)


def test_it_breaks_off_a_large_damaged_file_before_its_end(sha256: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CHECKED_FIRST", 1000)
    damage(store.originals(), sha256)
    sent: list[bytes] = []
    with pytest.raises(IntegrityFailure):
        sent.extend(serve(sha256))  # type: ignore[arg-type]
    assert sent
    assert sum(map(len, sent)) < len(DATA)


def test_it_serves_a_large_sound_file_whole(sha256: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CHECKED_FIRST", 1000)
    assert body(serve(sha256)) == DATA


def test_it_does_not_serve_a_file_of_another_size_or_none(sha256: str) -> None:
    with pytest.raises(IntegrityFailure):
        serve(sha256, size=len(DATA) + 1)
    with pytest.raises(IntegrityFailure):
        serve("0" * 64)


def test_it_closes_the_file_when_the_receiver_goes_away(sha256: str) -> None:
    before = len(os.listdir("/proc/self/fd"))
    response = serve(sha256)
    next(iter(response))
    response.close()
    serve(sha256).close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_it_shows_previews_inline_with_the_type_of_their_kind() -> None:
    area = store.derived()
    preview = area.keep(area.receive([b"\xff\xd8\xffpicture"], limit=100))
    response = serving.derived_response(RequestFactory().get("/"), preview, "poster")
    assert (response["Content-Type"], response["Content-Disposition"]) == ("image/jpeg", "inline")
    assert response["Cache-Control"] == "private, no-store"
    assert body(response) == b"\xff\xd8\xffpicture"
    part = serving.derived_response(RequestFactory().get("/", HTTP_RANGE="bytes=3-"), preview, "clip")
    assert (part.status_code, part["Content-Type"], body(part)) == (206, "video/webm", b"picture")


def test_it_shows_neither_originals_nor_damaged_previews_inline(sha256: str) -> None:
    area = store.derived()
    preview = area.keep(area.receive([b"picture"], limit=100))
    damage(area, preview)
    for address, kind in ((sha256, "poster"), (preview, "poster"), (preview, "text/html")):
        with pytest.raises(NotFound):
            serving.derived_response(RequestFactory().get("/"), address, kind)
