"""Text of documents and messages: DOCX, e-mail (.eml), Outlook messages (.msg), plain text; and their attachments."""

from __future__ import annotations

import contextlib
import email
import email.header
import email.message
import email.policy
import html.parser
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import defusedxml.common
import defusedxml.ElementTree
import olefile
import oxmsg

from casework.evidence import sandbox
from casework.evidence.media.common import Unreadable, said

MOST_TEXT = 2_000_000
MOST_ENTRIES, LARGEST_PART, LARGEST_WHOLE = 5000, 32 << 20, 96 << 20
MOST_PARTS, LARGEST_MESSAGE = 300, 512 << 20
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_BREAKS = {f"{_WORD}p": "\n", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}tab": "\t", f"{_WORD}tc": "\t"}


def read_text(source: io.FileIO, reader: str, stage: str, number: int) -> None:
    """The text and the list of attachments; at stage `part` the bytes of attachment `number`, from 1."""
    attachments: list[tuple[str, str, bytes]] = []
    if reader == "docx":
        text = docx_text(source)
    elif reader == "eml":
        text, attachments = eml_text(source)
    elif reader == "msg":
        text, attachments = msg_text(source)
    else:
        text = decoded(source.read(MOST_TEXT * 4), "")
    if stage == "part":
        if not 1 <= number <= len(attachments):
            raise Unreadable("there is no such attachment")
        sandbox.emit("part", attachments[number - 1][2])
        return
    listed = [{"name": name[:200], "type": kind[:80], "size": len(data)} for name, kind, data in attachments]
    sandbox.emit("facts", facts={"attachments": listed})
    sandbox.emit("text", text[:MOST_TEXT].encode("utf-8", "replace"))


# DOCX


def docx_text(source: io.FileIO) -> str:
    """Body, headers, footers and notes in order. A part that defines entities is refused before it is read further."""
    with zipfile.ZipFile(io.BufferedReader(source)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Unreadable("the document has too many parts")
        names = [entry.filename for entry in entries if _TEXT_PARTS.fullmatch(entry.filename)]
        if "word/document.xml" not in names:
            raise Unreadable("the document has no text part")
        names.sort(key=lambda name: (name != "word/document.xml", name))
        read, pieces = 0, []
        for name in names:
            data = entry_bytes(archive, name)
            read += len(data)
            if read > LARGEST_WHOLE:
                raise Unreadable("the document unpacks to too much")
            pieces.append(xml_text(data))
        with contextlib.suppress(KeyError, Unreadable):
            core = parsed(entry_bytes(archive, "docProps/core.xml"))
            sandbox.emit("facts", facts={"said": said((each.tag.rpartition("}")[2], each.text or "") for each in core)})
    return "\n".join(piece for piece in pieces if piece.strip())


def entry_bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """One entry, read no further than the limit whatever its head says of its size."""
    with archive.open(name) as entry:
        data = entry.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise Unreadable("the document unpacks to too much")
    return data


def parsed(data: bytes) -> Any:
    """XML without any declaration of entities or of a document type."""
    try:
        return defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except defusedxml.common.DefusedXmlException as error:
        raise Unreadable("the document declares entities and is not opened") from error


def xml_text(data: bytes) -> str:
    """The words of one part, paragraphs on lines of their own."""
    pieces: list[str] = []
    # Without recursion: a document may be nested as deeply as it likes.
    waiting: list[Any] = [parsed(data)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        if node.tag == f"{_WORD}t" and node.text:
            pieces.append(node.text)
        if node.tag in _BREAKS:
            waiting.append(_BREAKS[node.tag])
        waiting.extend(reversed(node))
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip("\n")


# Messages


def eml_text(source: io.FileIO) -> tuple[str, list[tuple[str, str, bytes]]]:
    """Head, body and attachments of an e-mail."""
    data = source.read(LARGEST_MESSAGE)
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    head = [f"{name}: {header(message, name)}" for name in ("From", "To", "Cc", "Date", "Subject") if message[name]]
    plain, marked, attachments = [], [], []
    for number, part in enumerate(walked(message)):
        if number > MOST_PARTS:
            break
        name = part.get_filename()
        if name is None and not part.is_multipart() and part.get_content_type() == "text/plain":
            plain.append(body_of(part))
        elif name is None and not part.is_multipart() and part.get_content_type() == "text/html":
            marked.append(stripped(body_of(part)))
        elif name is not None or part.get_content_type() == "message/rfc822" or not part.is_multipart():
            attachments.append(attachment(part, name))
    body = plain or marked
    return "\n".join(head) + "\n\n" + "\n".join(body), [each for each in attachments if each[2]]


def walked(message: email.message.Message) -> Iterator[email.message.Message]:
    """The parts of a message, not those of a message attached to it."""
    waiting: list[Any] = [message]
    while waiting:
        part = waiting.pop()
        yield part
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(inside))


def attachment(part: email.message.Message, name: str | None) -> tuple[str, str, bytes]:
    """Name, claimed type and bytes of one attachment."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inside = part.get_payload()
        first = inside[0] if isinstance(inside, list) and inside else None
        data = first.as_bytes() if isinstance(first, email.message.Message) else b""
        return decoded_header(name) if name else "message.eml", kind, data
    payload = part.get_payload(decode=True)
    return decoded_header(name or "attachment"), kind, payload if isinstance(payload, bytes) else b""


def body_of(part: email.message.Message) -> str:
    """The text of one part in the character set that it names, else in one that fits."""
    payload = part.get_payload(decode=True)
    return decoded(payload if isinstance(payload, bytes) else b"", str(part.get_content_charset("") or ""))


def header(message: email.message.Message, name: str) -> str:
    """One header in plain words."""
    return decoded_header(str(message[name]))


def decoded_header(text: Any) -> str:
    """Encoded words decoded; what cannot be stays as it is."""
    try:
        pieces = email.header.decode_header(str(text))
    except (email.errors.HeaderParseError, ValueError, LookupError):
        return str(text)
    words = (decoded(word, charset or "") if isinstance(word, bytes) else word for word, charset in pieces)
    return " ".join("".join(words).split())[:1000]


def decoded(data: bytes, charset: str) -> str:
    """Text in the named character set, else UTF-8, UTF-16 with its mark, or the Windows code page of Cyrillic."""
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    for name in (charset, marks.get(data[:2], ""), "utf-8"):
        if name:
            with contextlib.suppress(UnicodeDecodeError, LookupError, ValueError, OSError):
                return data.decode(name).lstrip("\ufeff")
    return data.decode("cp1251", "replace")


def msg_text(source: io.FileIO) -> tuple[str, list[tuple[str, str, bytes]]]:
    """Head, body and attachments of an Outlook message."""
    message = oxmsg.Message.load(io.BytesIO(source.read(LARGEST_MESSAGE)))
    sent = message.sent_date
    to = ", ".join(f"{each.name} <{each.email_address}>" for each in list(message.recipients)[:50])
    head = {
        "From": message.sender, "To": to, "Date": sent.isoformat() if sent else "", "Subject": message.subject,
    }  # fmt: skip
    body = message.body or stripped(message.html_body or "")
    attachments = [
        (each.file_name or "attachment", each.mime_type or "", each.file_bytes or b"")
        for each in list(message.attachments)[:MOST_PARTS]
    ]
    lines = [f"{name}: {value}" for name, value in head.items() if value]
    return "\n".join(lines) + "\n\n" + body, [each for each in attachments if each[2]]


class _Words(html.parser.HTMLParser):
    """The words of a page, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.silent += tag in {"script", "style"}
        if tag in {"br", "p", "div", "tr", "li", "h1", "h2", "h3"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style"} and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)


def stripped(page: str) -> str:
    """The words of an HTML body."""
    words = _Words()
    words.feed(page[: MOST_TEXT * 2])
    lines = (" ".join(line.split()) for line in "".join(words.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


__all__ = ["olefile", "read_text"]
