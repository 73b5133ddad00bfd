"""Malformed files, made from a seed: cut, changed, swollen, two-faced, or pointing elsewhere. Synthetic content."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from PIL import Image

from tests.evidence import samples

_HEADERS = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True)
class Malformed:
    """One file: the group that it is counted in, the name it is sent under, its bytes."""

    group: str
    name: str
    data: bytes


@cache
def whole() -> dict[str, bytes]:
    """Small sound files of every kind that is opened, by extension."""
    kinds = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "bmp": "BMP", "tif": "TIFF"}
    images = {name: samples.picture(kind) for name, kind in kinds.items()}
    moving = {
        "mp4": samples.video(seconds=1), "webm": samples.video("webm", "libvpx", seconds=1),
        "mkv": samples.video("matroska", "libx264", seconds=1), "avi": samples.video("avi", "mpeg4", seconds=1),
        "ts": samples.video("mpegts", "libx264", seconds=1), "mov": samples.video("mov", "libx264", seconds=1),
    }  # fmt: skip
    sounds = {kind: samples.sound(kind, 1) for kind in ("mp3", "wav", "ogg", "flac")}
    return {**moving, **images, **sounds, "pdf": samples.pdf(), "docx": docx("Words"), "eml": eml(), "msg": ole()}


def docx(text: str, head: str = "", parts: int = 0) -> bytes:
    """A document of one paragraph; `head` comes before its root element, `parts` are further empty entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        body = f"<?xml version='1.0'?>{head}<w:document {SPACE}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>"
        archive.writestr("word/document.xml", body)
        for number in range(parts):
            archive.writestr(f"word/header{number}.xml", "<a/>")
    return buffer.getvalue()


def eml(extra: bytes = b"words") -> bytes:
    """A message with one attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Words"
    message.set_content("Words of the message")
    message.add_attachment(extra, maintype="application", subtype="octet-stream", filename="../../a.bin")
    return message.as_bytes()


def ole() -> bytes:
    """The beginning of an Outlook message, with its directory and nothing in it."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIII", 1, 1, 0, 0x1000, 0xFFFFFFFE) + struct.pack("<IIII", 0, 0xFFFFFFFE, 0, 0)
    head += b"\xff" * (512 - len(head))
    name = "__properties_version1.0".encode("utf-16-le")
    entry = name + bytes(64 - len(name)) + struct.pack("<HBB", len(name) + 2, 2, 1) + b"\xff" * 12 + bytes(48)
    root = "Root Entry".encode("utf-16-le")
    first = root + bytes(64 - len(root)) + struct.pack("<HBB", 22, 5, 1) + b"\xff" * 12 + bytes(48)
    return head + (b"\xfd\xff\xff\xff" + b"\xfe\xff\xff\xff" + b"\xff" * 504) + first + entry + bytes(256)


def every(count: int, seed: int, elsewhere: Path, port: int) -> Iterator[Malformed]:
    """At least `count` files. Those that point elsewhere name the file `elsewhere` and the port of a listener."""
    fixed = [*bombs(), *floods(), *polyglots(), *pointers(elsewhere, port)]
    yield from fixed
    chance = random.Random(seed)
    kinds = sorted(whole())
    for number in range(max(0, count - len(fixed))):
        kind = kinds[number % len(kinds)]
        make = (truncated, mutated, mutated, swapped, spliced)[chance.randrange(5)]
        yield Malformed(make.__name__, f"file.{kind}", make(chance, whole()[kind]))


def truncated(chance: random.Random, data: bytes) -> bytes:
    """Cut anywhere."""
    return data[: chance.randrange(1, len(data))]


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Bytes and whole words changed, often to the values at which sizes overflow."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 50)):
        at = chance.randrange(len(changed))
        if chance.random() < 0.3:
            word = chance.choice((0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, chance.getrandbits(32)))
            changed[at : at + 4] = struct.pack(">I", word)
        else:
            changed[at] = chance.randrange(256)
    return bytes(changed)


def swapped(chance: random.Random, data: bytes) -> bytes:
    """Two pieces in each other's place."""
    first, second, third = sorted(chance.randrange(len(data)) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def spliced(chance: random.Random, data: bytes) -> bytes:
    """The beginning of one kind, the end of another."""
    other = whole()[chance.choice(sorted(whole()))]
    return data[: chance.randrange(1, len(data))] + other[chance.randrange(len(other)) :]


def png(width: int, height: int, packed: bytes, extra: bytes = b"") -> bytes:
    """A PNG that says this size, with these packed pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def floods() -> Iterator[Malformed]:
    """Pictures and videos of more pixels than can be held."""
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (30_000, 30_000), (0, 5)):
        yield Malformed("pixel flood", "a.png", png(width, height, zlib.compress(bytes(1 << 20))))
        yield Malformed(
            "pixel flood", "a.gif", b"GIF89a" + struct.pack("<HH", width & 0xFFFF, height & 0xFFFF) + bytes(20)
        )
        yield Malformed(
            "pixel flood", "a.bmp", b"BM" + struct.pack("<IIIIii", 99, 0, 54, 40, width, height) + bytes(40)
        )
    data = bytearray(samples.video(seconds=1))
    at = data.index(b"avc1")
    data[at + 28 : at + 32] = b"\xff\xff\xff\xff"
    yield Malformed("pixel flood", "a.mp4", bytes(data))
    frames = [Image.new("P", (4, 4), shade % 250) for shade in range(400)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    yield Malformed("pixel flood", "many.gif", buffer.getvalue())


def bombs() -> Iterator[Malformed]:
    """What unpacks to far more than it is."""
    zeros = zlib.compress(bytes(200 << 20), 9)
    text = b"Comment\0\0" + zeros
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    yield Malformed("bomb", "text.png", png(10, 10, zlib.compress(bytes(310)), chunk))
    yield Malformed("bomb", "pixels.png", png(9_000, 9_000, zeros))
    yield Malformed("bomb", "large.docx", docx("A" * (60 << 20)))
    yield Malformed("bomb", "parts.docx", docx("A", parts=6000))
    yield Malformed("bomb", "deep.docx", docx("<w:r>" * 50_000 + "</w:r>" * 50_000))
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))
    yield Malformed("entity expansion", "laughs.docx", docx("&a9;", f"<!DOCTYPE w [{entities}]>"))
    long = f'<!DOCTYPE w [<!ENTITY a "{"A" * 60_000}">]>'
    yield Malformed("entity expansion", "quadratic.docx", docx("&a;" * 30_000, long))
    yield Malformed(
        "bomb", "page.pdf", pdf(b"<< /Length 10 /Filter [/FlateDecode /FlateDecode] >>", zlib.compress(zeros))
    )
    yield Malformed("bomb", "nested.eml", nested(3000))
    mixed = _HEADERS + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    yield Malformed("bomb", "parts.eml", mixed + b"--b\r\n\r\nx\r\n" * 60_000 + b"--b--\r\n")


def nested(depth: int) -> bytes:
    """A message in a message in a message."""
    head = _HEADERS + b"Content-Type: message/rfc822\r\n\r\n"
    return head * depth + b"From: a@b.example\r\n\r\nwords"


def pdf(stream_head: bytes, stream: bytes, catalog: bytes = b"") -> bytes:
    """A PDF of one page with this stream as its content."""
    return (
        b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R " + catalog + b">> endobj\n"
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >> endobj\n"
        b"4 0 obj " + stream_head + b" stream\n" + stream + b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n%%EOF"
    )


def polyglots() -> Iterator[Malformed]:
    """Files of two kinds at once."""
    parts = whole()
    script = b"<html><script>fetch('http://127.0.0.1/')</script>"
    for kind in ("jpg", "png", "gif", "mp4", "webm", "pdf", "wav"):
        yield Malformed("polyglot", f"a.{kind}", parts[kind] + parts["pdf"])
        yield Malformed("polyglot", f"b.{kind}", parts[kind] + parts["docx"])
        yield Malformed("polyglot", f"c.{kind}", parts[kind][:64] + script + parts[kind][64:])
    yield Malformed("polyglot", "d.gif", b"GIF89a/*" + parts["mp4"] + b"*/=1;")
    yield Malformed("polyglot", "e.docx", parts["pdf"] + parts["docx"])


def pointers(elsewhere: Path, port: int) -> Iterator[Malformed]:
    """Playlists and documents that name another file or an address."""
    address = f"http://127.0.0.1:{port}/a"
    for target in (
        f"file://{elsewhere}",
        str(elsewhere),
        address,
        f"concat:{elsewhere}|{elsewhere}",
        f"tcp://127.0.0.1:{port}",
    ):
        hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{target}\n#EXT-X-ENDLIST\n"
        texts = (
            hls, "\ufeff" + hls, "\n" + hls, f"ffconcat version 1.0\nfile '{target}'\n", f"file '{target}'\n",
            f"[playlist]\nFile1={target}\n", f"<?xml version='1.0'?><MPD><BaseURL>{target}</BaseURL></MPD>",
            f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video {port} RTP/AVP 96\r\nc=IN IP4 127.0.0.1\r\n",
            f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>',
        )  # fmt: skip
        for number, text in enumerate(texts):
            for name in ("mp4", "mkv", "ts"):
                yield Malformed("playlist", f"{number}.{name}", text.encode())
        entity = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{target}">]>'
        yield Malformed("entity expansion", "outside.docx", docx("&x;", entity))
        launch = f"/OpenAction << /S /URI /URI ({target}) >> /AF [<< /Type /Filespec /F ({target}) >>] ".encode()
        yield Malformed("playlist", "launch.pdf", pdf(b"<< /Length 0 >>", b"", launch))
        yield Malformed("playlist", "external.pdf", pdf(f"<< /Length 0 /F ({target}) >>".encode(), b""))
        yield Malformed("playlist", "reference.mov", reference(target))


def reference(target: str) -> bytes:
    """A QuickTime file whose data lies, by its own word, at another address."""
    data = bytearray(samples.video("mov", "libx264", seconds=1))
    at = data.find(b"url \0\0\0\1")
    if at > 0:
        data[at + 4 : at + 8] = b"\0\0\0\0"
        data[at + 8 : at + 8] = target.encode()[:80] + b"\0"
    return bytes(data)
