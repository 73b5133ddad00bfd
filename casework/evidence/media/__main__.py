"""The one way into the reader: limits, confinement, then the task. Whatever a library needs is imported before."""

from __future__ import annotations

import codecs
import contextlib
import encodings
import io
import json
import pkgutil
import struct
import sys
import xml.etree.ElementTree
import zipfile
import zlib
from typing import Any

import av
import av.audio.codeccontext
import av.audio.fifo
import av.audio.frame
import av.audio.layout
import av.audio.resampler
import av.audio.stream
import av.container.output
import av.filter
import av.sidedata.encparams
import av.sidedata.motionvectors
import av.subtitles.codeccontext
import av.subtitles.stream
import av.subtitles.subtitle
import olefile
import pypdfium2
from PIL import Image

from casework.evidence import sandbox
from casework.evidence.media.common import MAX_PIXELS, Unreadable
from casework.evidence.media.copies import read_copies
from casework.evidence.media.images import read_image
from casework.evidence.media.pdfs import read_pdf
from casework.evidence.media.texts import read_text
from casework.evidence.media.video import read_covers

# The libraries load some of their modules on first use, when no file can be opened any more: named above, and here.
_ODD_CODECS = {"mbcs", "oem", "__init__", "aliases"}


def load_codecs(*, every: bool) -> None:
    """The character sets that PDF metadata needs; of messages, which may name any, all that there are."""
    names = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1251"]
    if every:
        names += [each.name for each in pkgutil.iter_modules(encodings.__path__) if each.name not in _ODD_CODECS]
    for name in names:
        with contextlib.suppress(LookupError):
            codecs.lookup(name)


def main() -> None:
    """Do the task given as JSON in the first argument; what was handed over before a failure stays valid."""
    task = json.loads(sys.argv[1])
    sandbox.limit_resources(task["limits"])
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.init()
    load_codecs(every=task["stage"] in {"text", "part"})
    sandbox.emit("isolation", b"", **sandbox.confine())
    try:
        with io.FileIO(0, "rb", closefd=False) as source:
            do(source, task)
    except Unreadable as error:
        sandbox.emit("failed", reason=str(error))
    except MemoryError:
        sandbox.emit("failed", reason="needs too much memory")
    except (av.FFmpegError, OSError, ValueError, ArithmeticError, LookupError, TypeError, SyntaxError):
        # What the libraries are known to raise on malformed input; anything else ends the process and is reported too.
        sandbox.emit("failed", reason="the file is damaged or not what it seems")
    except (pypdfium2.PdfiumError, Image.DecompressionBombError, EOFError, RuntimeError, AttributeError):
        sandbox.emit("failed", reason="the file is damaged or not what it seems")
    except (zipfile.BadZipFile, zlib.error, struct.error, olefile.OleFileError, xml.etree.ElementTree.ParseError):
        sandbox.emit("failed", reason="the file is damaged or not what it seems")


def do(source: io.FileIO, task: dict[str, Any]) -> None:
    """Give the source to the reader of its family."""
    stage, reader = str(task["stage"]), str(task["reader"])
    media = read_copies if stage == "copies" else read_covers
    work = {"image": read_image, "pdf": read_pdf, "video": media, "audio": media}
    if task["family"] in work:
        work[task["family"]](source, reader, stage)
    else:
        read_text(source, reader, stage, int(task.get("number", 0)))


if __name__ == "__main__":
    main()
