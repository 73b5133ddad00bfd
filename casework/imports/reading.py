"""What pages show of an import: a few rows and problems of its preview, and on an item's page whence it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casework.evidence.item_rooms import Panel, register
from casework.evidence.models.items import Kind
from casework.imports.models import Import, Imported, ImportProblem, ImportRow

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item

SHOWN = 12
SHORT = 160


@dataclass(frozen=True)
class Preview:
    """What would come in: counts, a few rows, the first problems."""

    figures: Mapping[str, Any]
    kinds: list[tuple[Any, int]]
    rows: list[dict[str, Any]]
    problems: list[ImportProblem]
    more_problems: bool


def preview_of(batch: Import) -> Preview:
    """The preview of an import, in a fixed number of queries."""
    kinds = dict(Kind.choices)
    rows = [_sample(row) for row in ImportRow.objects.filter(batch=batch)[:SHOWN]]
    problems = list(ImportProblem.objects.filter(batch=batch).order_by("weight", "id")[: SHOWN + 1])
    counted = [(kinds[kind], count) for kind, count in batch.figures.get("kinds", {}).items()]
    return Preview(batch.figures, counted, rows, problems[:SHOWN], len(problems) > SHOWN)


def _sample(row: ImportRow) -> dict[str, Any]:
    text = " ".join(str(row.details.get("text") or row.values.get("description") or "").split())
    return {
        "row": row,
        "title": row.values.get("title", ""),
        "text": text if len(text) <= SHORT else text[:SHORT].rsplit(" ", 1)[0] + "…",
        "published": str(row.values.get("published_at") or "")[:16].replace("T", " "),
        "kind": dict(Kind.choices).get(row.kind, row.kind),
        "files": len(row.media),
    }


def came_with(item: Item, user: User) -> Mapping[str, Any] | None:
    """The import that an item came with, as far as the person sees it; one query."""
    found = Imported.objects.visible_to(user).filter(item=item).select_related("batch__created_by").first()
    return {"imported": found, "batch": found.batch} if found else None


def register_panel() -> None:
    """Say on the page of an item which import it came with."""
    register(Panel("imports", 70, "imports/_item_panel.html", came_with, aside=True))
