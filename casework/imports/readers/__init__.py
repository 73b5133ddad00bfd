"""Readers of what other programs export, by the kind of import. Each yields rows and never writes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from casework.imports.files import Files
from casework.imports.models import Import
from casework.imports.readers import archiver, table, telegram, web_archive
from casework.imports.rows import Reading, Row

Reader = Callable[[Files, Reading], Iterator[Row]]
READERS: dict[str, Reader] = {
    Import.Kind.TELEGRAM: telegram.read,
    Import.Kind.TABLE: table.read,
    Import.Kind.ARCHIVER: archiver.read,
    Import.Kind.WEB_ARCHIVE: web_archive.read,
}
