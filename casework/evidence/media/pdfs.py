"""PDF: number of pages, pages in grey, the text layer, and pages drawn large for text recognition."""

from __future__ import annotations

import io

import pypdfium2

from casework.evidence import sandbox
from casework.evidence.media.common import STILL_SIDE, Unreadable, emit_stills, jpeg, said
from casework.evidence.media.images import png

MOST_PAGES, MOST_SCANNED, MOST_READ = 40, 20, 2000
MOST_TEXT = 2_000_000
PAGE_SIDE, SCAN_SIDE = 1100, 3000


def read_pdf(source: io.FileIO, _reader: str, stage: str) -> None:
    """What the stage asks for; of a PDF damaged further on, the pages before are handed over."""
    document = pypdfium2.PdfDocument(io.BufferedReader(source))
    sandbox.emit("facts", facts={"pages": len(document), "container": "pdf"})
    if stage == "covers":
        sandbox.emit("facts", facts={"said": said(document.get_metadata_dict(skip_empty=True).items())})
        emit_stills(drawn(document, 0, STILL_SIDE).convert("RGB"))
    elif stage == "copies":
        for number in range(min(len(document), MOST_PAGES)):
            sandbox.emit(f"page-{number + 1}", jpeg(drawn(document, number, PAGE_SIDE)))
    elif stage == "scan":
        for number in range(min(len(document), MOST_SCANNED)):
            sandbox.emit(f"scan-{number + 1}", png(drawn(document, number, SCAN_SIDE)))
    elif stage == "text":
        sandbox.emit("text", text_of(document).encode("utf-8", "replace"))


def drawn(document: pypdfium2.PdfDocument, number: int, side: int):  # type: ignore[no-untyped-def]
    """One page in grey, its longer side `side` pixels."""
    page = document[number]
    try:
        width, height = page.get_size()
        if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
            raise Unreadable("a page has no usable size")
        return page.render(scale=side / max(width, height), grayscale=True).to_pil()
    finally:
        page.close()


def text_of(document: pypdfium2.PdfDocument) -> str:
    """The text layer, pages parted by form feeds."""
    pages, left = [], MOST_TEXT
    for number in range(min(len(document), MOST_READ)):
        page = document[number]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded()[:left]
        text_page.close()
        page.close()
        pages.append(text.replace("\r\n", "\n"))
        left -= len(text)
        if left <= 0:
            break
    return "\f".join(pages)
