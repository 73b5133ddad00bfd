"""The files of an item as a tree: each evidentiary copy, and under it the working copies made from it, drawn on the
server as SVG and listed in words. Sizes are in the units of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casework.evidence.models import EvidenceFile

WIDTH, HEIGHT, GAP, INDENT, EDGE = 300, 110, 20, 36, 2
LONGEST = 30
"""Letters of a line that fit into a box; the list below the drawing has the whole."""


@dataclass(frozen=True)
class Node:
    """One file: where its box stands, and how the line from its parent runs (empty for none)."""

    file: EvidenceFile
    depth: int
    x: int
    y: int
    edge: str
    name: str
    parent_name: str = ""

    @property
    def text_x(self) -> int:
        return self.x + 16

    @property
    def lines(self) -> tuple[int, ...]:
        """The base lines of its five lines of text."""
        return tuple(self.y + 24 + 18 * number for number in range(5))


@dataclass(frozen=True)
class Lineage:
    """The drawing of an item's files, parents before what was made from them."""

    nodes: list[Node]
    width: int
    height: int

    @property
    def has_copies(self) -> bool:
        return any(node.depth for node in self.nodes)


def lineage_of(files: Sequence[EvidenceFile]) -> Lineage:
    """The tree of files read by `reading.with_files`: those that stand alone are left out. No query."""
    children: dict[object, list[EvidenceFile]] = {}
    for file in files:
        children.setdefault(file.parent_id, []).append(file)
    nodes: list[Node] = []
    alone = [file for file in children.get(None, []) if file.pk not in children]
    waiting: list[tuple[EvidenceFile, EvidenceFile | None]] = [
        (file, None) for file in reversed(children.get(None, [])) if file not in alone
    ]
    placed: dict[object, Node] = {}
    while waiting:
        file, parent = waiting.pop()
        node = _node(file, placed[parent.pk] if parent else None, len(nodes))
        placed[file.pk] = node
        nodes.append(node)
        waiting += [(copy, file) for copy in reversed(children.get(file.pk, []))]
    deepest = max((node.depth for node in nodes), default=0)
    return Lineage(nodes, WIDTH + deepest * INDENT + 2 * EDGE, max(0, len(nodes) * (HEIGHT + GAP) - GAP) + 2 * EDGE)


def _node(file: EvidenceFile, parent: Node | None, row: int) -> Node:
    depth = parent.depth + 1 if parent else 0
    x, y = EDGE + depth * INDENT, EDGE + row * (HEIGHT + GAP)
    edge = ""
    if parent is not None:
        start = parent.x + INDENT // 2
        edge = f"M{start} {parent.y + HEIGHT}V{y + HEIGHT // 2}H{x}"
    name = file.name if len(file.name) <= LONGEST else file.name[: LONGEST - 1] + "…"
    return Node(file, depth, x, y, edge, name, parent.file.name if parent else "")
