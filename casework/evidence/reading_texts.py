"""What the page of an item shows of the words of its files, and what those suggest for its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Left

from casework.core.access import visible
from casework.evidence.access import can_change_item, hidden_details
from casework.evidence.models import EvidenceFile, FileText, Item, ItemOrigin
from casework.evidence.models.items import Kind
from casework.evidence.suggestions import Suggestion, suggestions
from casework.evidence.witnesses import withholds_words

if TYPE_CHECKING:
    from casework.accounts.models import User

SHOWN = 20_000
"""Characters of a text on the page; search and download of the original reach the rest."""


@dataclass
class Attachment:
    """One attachment of a message, and the item that it became, as far as the person sees it."""

    number: int
    name: str
    type: str
    size: int
    item: Item | None = None


@dataclass
class Words:
    """The words of one file. `cut`: the page shows only their beginning."""

    file: EvidenceFile
    row: FileText
    shown: str = ""
    cut: bool = False
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class ItemTexts:
    """Everything read from an item's files, for one person; `withheld` when they may not know who the witness is."""

    words: list[Words] = field(default_factory=list)
    suggested: list[Suggestion] = field(default_factory=list)
    withheld: bool = False
    origin: ItemOrigin | None = None
    may_register: bool = False


def item_texts(item: Any, user: User) -> ItemTexts:
    """The texts of an item read by `with_files`. What a witness said is shown to those who may know who they are."""
    found = ItemTexts(origin=_origin(item, user))
    read = texts_of([file.blob_id for file in item.loaded_files])
    rows = [(file, read[file.blob_id]) for file in item.loaded_files if file.blob_id in read]
    if not rows:
        return found
    if withholds_words(user, item):
        found.withheld = True
        return found
    found.may_register = can_change_item(user, item)
    for file, row in rows:
        found.words.append(Words(file, row, row.beginning[:SHOWN], len(row.beginning) > SHOWN, _attachments(row)))
    _name_items(found.words, item, user)
    if item.kind == Kind.UNIT_REPORT and found.may_register:
        found.suggested = suggested_for(item, user, [row for _file, row in rows])
    return found


def texts_of(hashes: list[str]) -> dict[str, Any]:
    """The words of files by their hash, each with its `beginning` instead of the whole text."""
    rows = FileText.objects.filter(pk__in=hashes).defer("text").annotate(beginning=Left("text", SHOWN + 1))
    return {row.pk: row for row in rows}


def suggested_for(item: Item, user: User, rows: list[Any]) -> list[Suggestion]:
    """What the texts suggest for fields of a unit report that say nothing, or something else."""
    report = getattr(item, "unit_report", None)
    text = "\n".join(row.beginning for row in rows if row.state == FileText.State.READ)
    hidden = hidden_details(user, item)
    return [
        each
        for each in suggestions(text)
        if report is not None and each.field not in hidden and getattr(report, each.field) != each.value
    ]


def _attachments(row: FileText) -> list[Attachment]:
    return [
        Attachment(number, str(each.get("name", "")), str(each.get("type", "")), int(each.get("size", 0)))
        for number, each in enumerate(row.attachments, 1)
    ]


def _name_items(words: list[Words], item: Item, user: User) -> None:
    """Which attachments became items, in one query when there are attachments."""
    if not any(each.attachments for each in words):
        return
    rows = ItemOrigin.objects.filter(parent=item, item__in=visible(Item, user)).select_related("item")
    known = {(row.parent_sha256, row.number): row.item for row in rows}
    for each in words:
        for attachment in each.attachments:
            attachment.item = known.get((each.file.blob_id, attachment.number))


def _origin(item: Item, user: User) -> ItemOrigin | None:
    return ItemOrigin.objects.filter(item=item, parent__in=visible(Item, user)).select_related("parent").first()
