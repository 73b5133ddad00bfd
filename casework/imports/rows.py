"""What a reader yields: one row for one item, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from casework.evidence.models import EvidenceFile
from casework.imports.models import ImportProblem

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ERROR, NOTE = ImportProblem.Weight.ERROR, ImportProblem.Weight.NOTE


def storable(text: str) -> str:
    """What a source calls something, as the database can hold it: zeros and lone halves of pairs become marks."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass
class Media:
    """A file of a row: its path among the import's files, its name as a label, the hashes that the source states."""

    path: str
    name: str
    part: str = EvidenceFile.Part.ORIGINAL
    stated: dict[str, str] = field(default_factory=dict)


@dataclass
class Problem:
    """Something wrong (ERROR: the row does not come in) or worth knowing (NOTE), with the source's column."""

    field: str
    text: str
    weight: str = ERROR


@dataclass
class Row:
    """One item as the source tells it. `place` is where it stands there. `keys` name it for good, its own first; when
    they are left empty, its address, its files or its words name it.

    `values` and `details` are columns of Item and of the kind's own table, `observations` what the source tells of a
    post's later fate. `group` is what a person can leave out as a whole: a chat, a page. `missing` counts files that
    the source does not hold.
    """

    place: str
    kind: str
    values: dict[str, Any]
    details: dict[str, Any] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    observations: list[dict[str, str]] = field(default_factory=list)
    group: str = ""
    missing: int = 0

    def wrong(self, column: str, text: str) -> None:
        """The row cannot come in."""
        self.problems.append(Problem(column, text))

    def note(self, column: str, text: str) -> None:
        """The row comes in, and whoever confirms should know this."""
        self.problems.append(Problem(column, text, NOTE))


@dataclass
class Group:
    """A part of the material that can be left out; `chosen` says whether it comes in unless somebody says otherwise."""

    key: str
    label: str
    chosen: bool = True


@dataclass
class Reading:
    """What the reader knows besides the rows, filled while they are yielded. `told` are statements on the whole, each
    with a tone: good, bad, warn or info. `claimed` are files that belong to no row but are no strangers."""

    channel: str = ""
    taken_by: str = ""
    groups: dict[str, Group] = field(default_factory=dict)
    told: list[dict[str, str]] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)

    def tell(self, tone: str, text: str) -> None:
        self.told.append({"tone": tone, "text": storable(str(text))})
