"""Readers of what other programs export, by the kind of import. Each yields rows and never writes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from casework.imports.files import Files
from casework.imports.models import Import
from casework.imports.readers import table, telegram
from casework.imports.rows import Reading, Row

Reader = Callable[[Files, Reading], Iterator[Row]]
READERS: dict[str, Reader] = {
    Import.Kind.TELEGRAM: telegram.read,
    Import.Kind.TABLE: table.read,
}
