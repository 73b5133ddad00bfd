"""Sniffing: bytes decide, names and declared types are only compared, and what could trick a reader gets no preview."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.evidence.sniffing import DEMUXERS, IMAGE_READERS, Family, sniff

MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(100)
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj" + bytes(10)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "media_type", "family"),
    [
        (MP4, "a.mp4", "video/mp4", Family.VIDEO),
        (b"\0\0\0\x14ftypqt  " + bytes(50), "a.MOV", "video/quicktime", Family.VIDEO),
        (b"\0\0\0\x14ftyp3gp5" + bytes(50), "a.3gp", "video/3gpp", Family.VIDEO),
        (b"\0\0\0\x14ftypM4A " + bytes(50), "a.m4a", "audio/mp4", Family.AUDIO),
        (b"\0\0\0\x14ftypheic" + bytes(50), "a.heic", "image/heic", Family.IMAGE),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm", "a.webm", "video/webm", Family.VIDEO),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x88matroska", "a.mkv", "video/x-matroska", Family.VIDEO),
        (b"RIFF\0\0\0\0AVI LIST", "a.avi", "video/x-msvideo", Family.VIDEO),
        (b"RIFF\0\0\0\0WAVEfmt ", "a.wav", "audio/wav", Family.AUDIO),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", "image/webp", Family.IMAGE),
        ((b"G" + bytes(187)) * 4, "a.ts", "video/mp2t", Family.VIDEO),
        (b"OggS\0\2" + bytes(20) + b"OpusHead", "a.ogg", "audio/ogg", Family.AUDIO),
        (b"ID3\4\0\0" + bytes(20), "a.mp3", "audio/mpeg", Family.AUDIO),
        (b"\xff\xfb\x90\x64" + bytes(20), "a.mp3", "audio/mpeg", Family.AUDIO),
        (b"fLaC\0\0\0\x22", "a.flac", "audio/flac", Family.AUDIO),
        (JPEG, "a.jpeg", "image/jpeg", Family.IMAGE),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.png", "image/png", Family.IMAGE),
        (b"GIF89a" + bytes(20), "a.gif", "image/gif", Family.IMAGE),
        (b"II*\0" + bytes(20), "a.tif", "image/tiff", Family.IMAGE),
        (PDF, "звіт.pdf", "application/pdf", Family.PDF),
        (zipped("a.txt"), "a.zip", "application/zip", Family.ARCHIVE),
        (b"Rar!\x1a\x07\1\0" + bytes(9), "a.rar", "application/vnd.rar", Family.ARCHIVE),
        ("Рапорт командира\n".encode(), "a.txt", "text/plain", Family.TEXT),
        (b"\x00\x01\x02\xfe" * 20, "a.bin", "application/octet-stream", Family.OTHER),
    ],
)
def test_it_knows_the_kinds_that_the_office_receives(head: bytes, name: str, media_type: str, family: Family) -> None:
    sniffed = sniff(head, name)
    assert (sniffed.media_type, sniffed.family, sniffed.mismatch) == (media_type, family, False)
    readable = media_type in DEMUXERS or media_type in IMAGE_READERS or family is Family.PDF
    assert bool(sniffed.reader) is readable
    assert sniffed.previewable is (readable and family is not Family.AUDIO)


def test_it_knows_office_documents_from_other_archives() -> None:
    assert sniff(zipped("[Content_Types].xml", "word/document.xml"), "a.docx").media_type.endswith(
        "wordprocessingml.document"
    )
    assert sniff(zipped("[Content_Types].xml", "xl/workbook.xml"), "a.xlsx").family is Family.DOCUMENT


@pytest.mark.parametrize(
    "text",
    [
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"\xef\xbb\xbf#EXTM3U\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"file '/etc/passwd'\n",
        b"# a comment\nfile /etc/passwd\nfile b.mp4\n",
        b"stream\nfile x\n",
        b"[playlist]\nFile1=/etc/passwd\n",
        b'<?xml version="1.0"?>\n<MPD type="static">',
        b"<smil><body/></smil>",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  \n<html><body>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
@pytest.mark.parametrize("name", ["video.mp4", "photo.jpg", "report.pdf"])
def test_it_gives_no_preview_to_text_that_poses_as_media(text: bytes, name: str) -> None:
    sniffed = sniff(text, name, "video/mp4")
    assert not sniffed.previewable
    assert sniffed.reader == ""
    assert sniffed.mismatch
    assert sniffed.note
    assert sniffed.family is Family.TEXT
    assert sniffed.served_type == "application/octet-stream"


@pytest.mark.parametrize(
    "head",
    [
        PDF + b"<script>alert(1)</script>",
        JPEG + b"%PDF-1.4 ",
        b"GIF89a/*" + b"<!DOCTYPE html><svg onload=alert(1)>",
        MP4 + b"<html><body>",
    ],
)
def test_it_gives_no_preview_to_a_file_of_two_kinds(head: bytes) -> None:
    sniffed = sniff(head)
    assert not sniffed.previewable
    assert sniffed.reader == ""
    assert sniffed.mismatch
    assert sniffed.served_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "declared", "mismatch"),
    [
        ("a.mp4", "video/mp4", False),
        ("a.MOV", "video/quicktime; codecs=avc1", False),
        ("video", "", False),
        ("a.unknown", "application/octet-stream", False),
        ("a.jpg", "video/mp4", True),
        ("a.mp4", "image/jpeg", True),
        ("a.mp4.html", "", True),
        ("../../x.pdf\0.mp4", "", False),
    ],
)
def test_it_compares_the_claims_with_the_bytes(name: str, declared: str, mismatch: bool) -> None:
    sniffed = sniff(MP4, name, declared)
    assert sniffed.mismatch is mismatch
    assert sniffed.media_type == "video/mp4"
    assert sniffed.previewable
    assert sniffed.served_type == ("application/octet-stream" if mismatch else "video/mp4")


@given(st.binary(max_size=2000), st.text(max_size=300), st.text(max_size=60))
def test_it_judges_anything_at_all(head: bytes, name: str, declared: str) -> None:
    sniffed = sniff(head, name, declared)
    assert not (sniffed.previewable and not sniffed.reader)
    assert sniffed.family in Family
