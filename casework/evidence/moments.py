"""Moments of recordings: how they are cited, and where a citation leads.

`E-00012@01:14` cites second 74 of the first recording of item E-00012, `E-00012/2@01:14` of its second one. It names
the second, not a mark, so that it stays good when a mark is changed or taken away; it may stand in a note, on a
timeline, in the reasons of a finding. It leads to the item's page, covered, with the player ready at that second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from casework.evidence.access import can_change_item
from casework.evidence.models import EvidenceFile, Mark

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item

MENTION = r"\bE-(?P<item>\d{1,9})(?:/(?P<file>\d{1,2}))?@(?P<at>(?:\d{1,2}:)?\d{1,3}:\d{2}(?:\.\d{1,3})?)\b"
TIMED = Q(blob__media_type__startswith="video/") | Q(blob__media_type__startswith="audio/")


def can_mark_item(user: User, item: Item) -> bool:
    """Whether the person may mark moments of the item's recordings."""
    return can_change_item(user, item)


def mention_url(match: re.Match[str]) -> str:
    """Where a mention in a text leads, whether or not there is such a record."""
    reference = f"E-{int(match['item']):05d}"
    number = f"-{int(match['file'])}" if match["file"] else ""
    return reverse("evidence:moment", args=[f"{reference}{number}", match["at"]])


def recordings(item: Item) -> list[EvidenceFile]:
    """The files of an item that have a length, in the order in which they are numbered."""
    return list(EvidenceFile.objects.filter(TIMED, item=item).select_related("blob").order_by("added_at", "id"))


def mention_of(mark: Mark, files: list[EvidenceFile]) -> str:
    """How a mark's moment is cited; `files` are the item's recordings."""
    place = next((number for number, file in enumerate(files, 1) if file.pk == mark.file_id), 1)
    return f"{mark.item.reference}{f'/{place}' if place > 1 else ''}@{mark.span.partition('–')[0]}"


def marks_of(item: Item, user: User) -> list[Any]:
    """The marks of an item in order of time, each with `mention`, and `scene`, the file's name when there are several
    recordings."""
    marks = list(
        Mark.objects.visible_to(user).filter(item=item, removed_at=None).select_related("file", "made_by", "item")
    )
    files = recordings(item) if marks else []
    for mark in marks:
        mark.mention = mention_of(mark, files)  # type: ignore[attr-defined]
        mark.of_several = len(files) > 1  # type: ignore[attr-defined]
    return marks
