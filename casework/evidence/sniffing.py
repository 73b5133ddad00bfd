"""What a file is, judged from its first bytes; names and declared types are claims to compare with, never trusted.

The answer decides one thing only: whether a preview may be attempted, and with which reader. Whatever is not on the
allow-list below, or looks like two kinds at once, is kept like any other evidence and served as a bare attachment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

import puremagic
from django.utils.translation import gettext as _

OCTET_STREAM = "application/octet-stream"
HEAD = 64 * 1024


class Family(StrEnum):
    """The kinds that the office handles differently."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    PDF = "pdf"
    DOCUMENT = "document"
    TEXT = "text"
    ARCHIVE = "archive"
    OTHER = "other"


# Media type -> the one demuxer that may read it. A text playlist opens other files when the reader may guess.
DEMUXERS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/x-matroska": "matroska",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
    "video/mp2t": "mpegts",
    "video/mpeg": "mpeg",
    "video/ogg": "ogg",
    "audio/mp4": "mp4",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/flac": "flac",
}
IMAGE_READERS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
PDF = "application/pdf"
SERVED_TYPES = frozenset({*DEMUXERS, *IMAGE_READERS, PDF})

_PLAYLIST = "application/vnd.apple.mpegurl"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ODT = "application/vnd.oasis.opendocument.text"
MESSAGE, OUTLOOK, OLE = "message/rfc822", "application/vnd.ms-outlook", "application/x-ole-storage"
# Media type -> the reader of its words. What is drawn (PDF, images) has its words read by its own reader.
TEXT_READERS = {_DOCX: "docx", MESSAGE: "eml", OUTLOOK: "msg", OLE: "msg", "text/plain": "txt", PDF: "pdf"}
_DOCUMENTS = frozenset(
    {_DOCX, _XLSX, _ODT, MESSAGE, OUTLOOK, OLE, "application/msword", "application/rtf", "application/vnd.ms-excel"}
)
_ARCHIVES = frozenset({"application/zip", "application/gzip", "application/x-7z-compressed", "application/vnd.rar"})

_EXTENSIONS = {
    "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "qt": "video/quicktime", "3gp": "video/3gpp",
    "mkv": "video/x-matroska", "webm": "video/webm", "avi": "video/x-msvideo", "ts": "video/mp2t",
    "mpg": "video/mpeg", "mpeg": "video/mpeg", "ogv": "video/ogg", "m4a": "audio/mp4", "mp3": "audio/mpeg",
    "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "flac": "audio/flac", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "pdf": PDF,
    "docx": _DOCX, "xlsx": _XLSX, "odt": _ODT, "zip": "application/zip", "txt": "text/plain", "csv": "text/csv",
    "htm": "text/html", "html": "text/html", "svg": "image/svg+xml", "xml": "text/xml", "m3u8": _PLAYLIST,
    "json": "application/json", "doc": "application/msword", "rtf": "application/rtf",
    "7z": "application/x-7z-compressed", "rar": "application/vnd.rar", "gz": "application/gzip",
    "heic": "image/heic", "avif": "image/avif", "eml": MESSAGE, "msg": OUTLOOK,
}  # fmt: skip

# Types that mean the same bytes, by what people and browsers call them.
_ALIASES = {
    "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav", "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4", "audio/x-flac": "audio/flac", "audio/opus": "audio/ogg", "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg", "image/x-ms-bmp": "image/bmp", "application/x-pdf": PDF,
    "video/avi": "video/x-msvideo",
    "video/x-m4v": "video/mp4", "application/ogg": "audio/ogg", "application/x-zip-compressed": "application/zip",
    "application/x-mpegurl": _PLAYLIST, "audio/x-mpegurl": _PLAYLIST, "application/xml": "text/xml",
    "video/matroska": "video/x-matroska", "application/x-rar-compressed": "application/vnd.rar",
}  # fmt: skip

# ISO base media is one container: a phone's .mov or .3gp is often branded mp4 and the other way round.
_SAME_CONTAINER = (
    frozenset({"video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"}),
    frozenset({"video/webm", "video/x-matroska"}),
    frozenset({"audio/ogg", "video/ogg"}),
    frozenset({"text/plain", "text/csv", "application/json", "text/xml", "text/html", "text/markdown", MESSAGE}),
    frozenset({OUTLOOK, OLE, "application/msword", "application/vnd.ms-excel"}),
    frozenset({"application/zip", _DOCX, _XLSX, _ODT}),
)

_ACTIVE = re.compile(rb"<\s*(?:!doctype\s+html|html|script|svg|body|iframe)[\s>/]", re.IGNORECASE)
_PLAYLISTS = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:#EXTM3U|#EXT-X-|ffconcat\s|\[playlist\]|\[reference\]|v=0\r?\n|<(?:\?xml[^>]*>\s*<)?"
    rb"(?:MPD|SmoothStreamingMedia|asx|smil)\b|(?:(?:#[^\n]*|stream|duration[^\n]*)\r?\n\s*)*file\s+\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sniffed:
    """What the bytes say. `mismatch`: name, declared type and bytes disagree; `note` says how, in words to show.

    `previewable`: a preview may be attempted; `reader` names the demuxer or image reader that may then be used.
    """

    media_type: str
    family: Family
    mismatch: bool = False
    note: str = ""
    previewable: bool = False
    reader: str = ""

    @property
    def text_reader(self) -> str:
        """The reader of its words; empty for what has none or may not be opened."""
        return TEXT_READERS.get(self.media_type, "") if self.family is not Family.PDF or self.reader else ""

    @property
    def served_type(self) -> str:
        """The type to serve the original with: its own when on the allow-list and undisputed, else octet-stream."""
        return self.media_type if self.media_type in SERVED_TYPES and not self.mismatch else OCTET_STREAM


def sniff(head: bytes, name: str = "", declared: str = "") -> Sniffed:
    """Judge a file by its first bytes (64 KiB are enough); `name` and `declared` are the sender's claims."""
    media_type = _media_type(head[:HEAD])
    family = _family(media_type)
    notes = []
    polyglot = _polyglot(head, family)
    if polyglot:
        notes.append(_("The file can be read as two kinds at once."))
    extension = PurePosixPath(name.replace("\\", "/").replace("\0", "")).suffix.lstrip(".").lower()
    claims = [_EXTENSIONS.get(extension, ""), _normal(declared)]
    if any(claim and claim != OCTET_STREAM and not _agree(claim, media_type) for claim in claims):
        notes.append(_("The name or the declared type says something else than the content (%s).") % media_type)
    reader = DEMUXERS.get(media_type) or IMAGE_READERS.get(media_type) or ("pdf" if media_type == PDF else "")
    previewable = bool(reader) and not polyglot and family is not Family.AUDIO
    return Sniffed(media_type, family, bool(notes), " ".join(notes), previewable, "" if polyglot else reader)


def _normal(declared: str) -> str:
    plain = declared.partition(";")[0].strip().lower()
    return _ALIASES.get(plain, plain)


def _agree(claim: str, found: str) -> bool:
    return claim == found or any(claim in same and found in same for same in _SAME_CONTAINER)


def _family(media_type: str) -> Family:
    kind = media_type.partition("/")[0]
    if media_type == PDF:
        return Family.PDF
    if media_type in _DOCUMENTS:
        return Family.DOCUMENT
    if media_type in _ARCHIVES:
        return Family.ARCHIVE
    if kind == "text" or media_type in {"image/svg+xml", _PLAYLIST, "application/json"}:
        return Family.TEXT
    return Family(kind) if kind in {"video", "audio", "image"} else Family.OTHER


def _polyglot(head: bytes, family: Family) -> bool:
    if family not in {Family.VIDEO, Family.AUDIO, Family.IMAGE, Family.PDF}:
        return False
    start = head[:1024]
    other_pdf = b"%PDF-" in start and family is not Family.PDF
    return other_pdf or bool(_ACTIVE.search(start))


def _media_type(head: bytes) -> str:
    for judge in (_text_kind, _iso_media, _riff, _signature, _zip_kind, _ole, _streams, _message):
        if found := judge(head):
            return found
    return _by_magic(head)


def _text_kind(head: bytes) -> str:
    if _PLAYLISTS.match(head[:4096]):
        return _PLAYLIST
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!--")) and b"<svg" in start):
        return "image/svg+xml"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe")):
        return "text/html"
    return "text/xml" if start.startswith(b"<?xml") else ""


def _iso_media(head: bytes) -> str:
    kind, brand = head[4:8], head[8:12]
    if kind in {b"moov", b"mdat", b"wide", b"free", b"skip"} and len(head) > 8:
        return "video/quicktime"
    if kind != b"ftyp":
        return ""
    if brand in {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"}:
        return "image/heic"
    if brand in {b"avif", b"avis"}:
        return "image/avif"
    if brand in {b"M4A ", b"M4B "}:
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    return "video/3gpp" if brand[:2] == b"3g" else "video/mp4"


def _riff(head: bytes) -> str:
    if head[:4] != b"RIFF":
        return ""
    return {b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(head[8:12], "")


_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"), (b"%PDF-", PDF),
    (b"fLaC", "audio/flac"), (b"ID3", "audio/mpeg"), (b"\0\0\1\xba", "video/mpeg"), (b"\0\0\1\xb3", "video/mpeg"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"), (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"), (b"{\\rtf", "application/rtf"),
)  # fmt: skip


def _signature(head: bytes) -> str:
    if head[:2] == b"BM" and len(head) > 26 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return next((found for start, found in _SIGNATURES if head.startswith(start)), "")


def _zip_kind(head: bytes) -> str:
    if head[:4] != b"PK\x03\x04":
        return ""
    if head[30:38] == b"mimetype" and b"opendocument.text" in head[:100]:
        return _ODT
    if b"[Content_Types].xml" in head:
        return _XLSX if b"xl/" in head else _DOCX if b"word/" in head else "application/zip"
    return "application/zip"


def _ole(head: bytes) -> str:
    """Outlook messages and old Word documents are small file systems; their directory names what they are, when it
    lies within the head."""
    if head[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or len(head) < 512:
        return ""
    if "__properties_version1.0".encode("utf-16-le") in head:
        return OUTLOOK
    if "WordDocument".encode("utf-16-le") in head:
        return "application/msword"
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    directory = (int.from_bytes(head[48:52], "little") + 1) * sector
    return OLE if directory + 512 > len(head) else ""


_HEADERS = frozenset({b"from", b"to", b"date", b"subject", b"received", b"return-path", b"message-id", b"mime-version",
                      b"delivered-to", b"dkim-signature", b"reply-to", b"content-type"})  # fmt: skip


def _message(head: bytes) -> str:
    """An e-mail begins with header lines, a sender among them."""
    met: set[bytes] = set()
    for line in head[:16_384].splitlines()[:80]:
        if line.startswith((b" ", b"\t")) and met:
            continue
        name = line.partition(b":")[0].lower()
        if not re.fullmatch(rb"[a-z][a-z0-9-]{1,60}", name) or b":" not in line:
            break
        met.add(name)
    known = met & _HEADERS
    return MESSAGE if len(known) >= 3 and known & {b"from", b"received", b"return-path"} else ""


def _streams(head: bytes) -> str:
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head[:256] else "audio/ogg"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "video/mp2t"
    if len(head) > 4 and head[0] == 0xFF and head[1] in {0xF1, 0xF9}:
        return "audio/aac"
    if len(head) > 4 and head[0] == 0xFF and head[1] in {0xFB, 0xFA, 0xF3, 0xF2}:
        return "audio/mpeg"
    return ""


def _by_magic(head: bytes) -> str:
    """puremagic for what is only recorded, never previewed: it knows many more kinds than the readers above."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut by the end of the head is still text.
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else ""
    if text and "\0" not in text:
        return "text/plain"
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return OCTET_STREAM
    found = _normal(found or "")
    return OCTET_STREAM if found in SERVED_TYPES or "/" not in found else found
