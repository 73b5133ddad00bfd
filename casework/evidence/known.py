"""What is known of an item without looking at it: told before anything opens, so that often nobody need look.

Rooms above add what they read from it; each registers, when it is ready, a function that gives its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from casework.evidence.judging import assessments_of, graphic_marks
from casework.evidence.models import FileText
from casework.evidence.models.judgements import Aspect
from casework.evidence.moments import marks_of
from casework.evidence.reading import visible_links
from casework.evidence.witnesses import withholds_words

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import Item

LONGEST = 600


@dataclass(frozen=True)
class Known:
    """One thing that is known, and what it rests on."""

    label: Any
    text: str


Provider = Callable[["Item", "User"], Iterable[Known]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Let a room tell what it knows of an item; called from an AppConfig's `ready`. It should cost one query."""
    _providers[room] = provider


def known_of(item: Item, user: User) -> list[Known]:
    """What this person may know of the item from words alone, the most telling first."""
    found = [Known(_("What it shows"), item.description)] if item.description else []
    post = getattr(item, "post", None)
    if post is not None:
        found += [
            Known(label, text)
            for label, text in ((_("Text of the post"), post.text), (_("Translation"), post.translation))
            if text
        ]
    found += _words(item, user)
    if marks := marks_of(item, user):
        found.append(Known(_("Marked moments"), "\n".join(f"{mark.span} {mark.text}" for mark in marks)))
    found += [
        Known(_("Assessment of the content"), aspect.words)
        for aspect in assessments_of(item, user)
        if aspect.aspect == Aspect.CONTENT and aspect.current
    ]
    if notes := [mark.note for mark in graphic_marks(item, user) if mark.note]:
        found.append(Known(_("What makes it hard to look at"), "; ".join(notes)))
    facts = sorted({fact for link in visible_links(item, user) for fact in link.facts})
    if facts:
        found.append(Known(_("Already established from it"), ", ".join(facts)))
    found += [known for provider in _providers.values() for known in provider(item, user)]
    return [Known(known.label, _cut(known.text)) for known in found]


def _words(item: Item, user: User) -> list[Known]:
    """The text that was read from the item's files, a line each; what a witness said for those alone who may know who
    they are."""
    if withholds_words(user, item):
        return []
    texts = FileText.objects.filter(blob__in=item.files.values("blob"), state=FileText.State.READ)
    # As much as is shown, and one letter that tells that there is more: a text may be long.
    begun = texts.annotate(beginning=Left("text", LONGEST + 1)).values_list("beginning", flat=True)
    return [Known(_("Text of the file"), text) for text in begun if text.strip()]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + "…"
