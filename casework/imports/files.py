"""What a reader may touch: the files of an import by path, whether they came in one archive or each by itself."""

from __future__ import annotations

import io
import posixpath
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Protocol

from django.utils.translation import gettext as _

from casework.evidence import store
from casework.imports.archives import Archive, Refused
from casework.imports.models import Import

PIECE = 1 << 20


class Files(Protocol):
    """Paths and sizes are known at once; bytes are read as a stream."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every path with its size in bytes."""

    def find(self, path: str) -> str:
        """The path as it is spelled here; empty when there is no such file."""

    def open(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes of a file, as a context."""

    def close(self) -> None:
        """Let go of what is held open."""


class LooseFiles:
    """Files that were uploaded one by one. A browser may have kept their folders in the names or not."""

    def __init__(self, files: list[tuple[str, str, int]]) -> None:
        self._digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        named: dict[str, list[str]] = {}
        for name, sha256, size in files:
            path = unicodedata.normalize("NFC", name.replace("\\", "/"))
            if path in self.sizes:
                raise Refused(_("Two files are named “%(name)s”. Send the folder as one ZIP.") % {"name": path[:200]})
            self._digests[path], self.sizes[path] = sha256, size
            named.setdefault(posixpath.basename(path), []).append(path)
        self._by_name = {name: paths[0] for name, paths in named.items() if len(paths) == 1}

    def find(self, path: str) -> str:
        wanted = unicodedata.normalize("NFC", path.replace("\\", "/")).removeprefix("./")
        return wanted if wanted in self.sizes else self._by_name.get(posixpath.basename(wanted), "")

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        with store.open_blob(self._digests[path]) as raw, io.BufferedReader(raw, PIECE) as stream:
            yield stream

    def close(self) -> None:
        """Nothing is held open."""


class ZipFiles(Archive):
    """The members of an uploaded archive."""

    def __init__(self, sha256: str) -> None:
        self._raw = io.BufferedReader(store.open_blob(sha256), PIECE)
        try:
            super().__init__(self._raw)
        except BaseException:
            self._raw.close()
            raise

    def close(self) -> None:
        super().close()
        self._raw.close()


@contextmanager
def opened(batch: Import) -> Iterator[Files]:
    """The files of an import; of one ZIP its members, except where the archive itself is the evidence."""
    rows = list(batch.files.select_related("blob"))
    whole = batch.kind == Import.Kind.WEB_ARCHIVE
    files: Files
    if len(rows) == 1 and not whole and store.head(rows[0].blob_id, 4) in (b"PK\x03\x04", b"PK\x05\x06"):
        # A workbook is a ZIP too, and is read as a table.
        files = ZipFiles(rows[0].blob_id) if not rows[0].name.lower().endswith(".xlsx") else _loose(rows)
    else:
        files = _loose(rows)
    try:
        yield files
    finally:
        files.close()


def _loose(rows: list) -> LooseFiles:
    return LooseFiles([(row.name, row.blob_id, row.blob.size) for row in rows])


def read_whole(files: Files, path: str, limit: int) -> bytes:
    """All bytes of a file that is read at once. Raises Refused when they are more than `limit`."""
    too_large = Refused(
        _("“%(name)s” is larger than %(most)s bytes, too large to be read at once. Export it in parts.")
        % {"name": path[-200:], "most": limit}
    )
    if files.sizes[path] > limit:
        raise too_large
    with files.open(path) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise too_large
    return data


def index_file(files: Files, *names: str) -> str:
    """The file that tells what the others are, by its usual names, the one nearest to the root; empty when none."""
    found = [path for path in files.sizes if posixpath.basename(path).lower() in names]
    return min(found, key=lambda path: (path.count("/"), path), default="")
