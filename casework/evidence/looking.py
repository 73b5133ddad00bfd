"""Covered material: what a cover says, what opens by which choice, and for how long it stays open.

Everything begins covered. The first step is grey, small and silent; larger, colour and sound are choices of their own,
in any order: nobody has to see in colour what they only need to hear.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.care.models import Ask, Graphic, Preference, Step
from casework.care.reading import preference_of
from casework.core.errors import Conflict, Invalid
from casework.evidence.caveats import limit_of
from casework.evidence.models import CustodyEvent, EvidenceFile, Item, Preview

SEEN_SECONDS = 15 * 60
"""How long a page may show what was revealed before it has to be revealed, and logged, anew."""
_SEEN_SALT = "evidence.seen"
_SHORT = 240
KINDS: dict[str, frozenset[str]] = {
    Step.GREY: frozenset({"still", "clip", "sheet", "page"}),
    Step.LARGE: frozenset({"still", "clip", "sheet", "page"}),
    Step.COLOUR: frozenset({"copy", "play"}),
    Step.SOUND: frozenset({"play", "audio"}),
}
"""The derived copies that each step may fetch."""
CHOICES = (Step.LARGE, Step.COLOUR, Step.SOUND)
"""What can be chosen beyond the first step."""


@dataclass(frozen=True)
class Shown:
    """What a person chose to see or hear of one file, beyond grey, small and silent."""

    large: bool = False
    colour: bool = False
    sound: bool = False

    @classmethod
    def chosen(cls, data: QueryDict) -> Shown:
        """What a form asks for. Raises Invalid for a step that does not exist."""
        names = set(data.getlist("shown"))
        if names - set(CHOICES):
            raise Invalid(_("There is no such step."))
        return cls(**{str(step.value): step in names for step in CHOICES})

    @property
    def steps(self) -> list[str]:
        """The steps in the order of how much they open; the last is what the ledger counts."""
        more = [str(step.value) for step in CHOICES if getattr(self, step.value)]
        return more or [Step.GREY.value]

    def toggled(self, step: str) -> list[str]:
        """What to send so that this one step changes and the others stay."""
        return sorted(set(self.steps) - {Step.GREY.value} ^ {step})

    @property
    def kinds(self) -> frozenset[str]:
        """The derived copies that may be fetched now."""
        return frozenset().union(*(KINDS[step] for step in self.steps))

    def refuse(self, preference: Preference) -> None:
        """Raise Conflict for what the person chose never to be shown."""
        if refused := preference.refused & set(self.steps):
            words = ", ".join(str(Step(step).label).lower() for step in sorted(refused))
            message = _("You chose never to be offered this (%(steps)s). Change it under “What I have watched” first.")
            raise Conflict(message % {"steps": words}, code="not_wished")


@dataclass(frozen=True)
class Choice:
    """One button under what is shown: turns a step on or off and leaves the others as they are."""

    step: str
    label: Any
    icon: str
    pressed: bool
    sends: list[str]


_ICONS = {Step.LARGE: "maximize-2", Step.COLOUR: "palette", Step.SOUND: "volume-2"}


@dataclass(frozen=True)
class Media:
    """What the page draws: which derived copy, as a picture, a video or sound; and what else can be chosen."""

    element: str
    kind: str
    shown: Shown
    choices: list[Choice]
    lacking: str


def media_of(file: EvidenceFile, made: Collection[str], shown: Shown, preference: Preference) -> Media:
    """How this file is shown by these choices, with the copies that were `made` of it. What there is no copy for falls
    back to the step before, and `lacking` says so."""
    able = _able(file, made)
    shown = Shown(**{step.value: getattr(shown, step.value) and step in able for step in CHOICES})
    choices = [
        Choice(step, step.label, _ICONS[step], getattr(shown, step.value), shown.toggled(step))
        for step in CHOICES
        if step in able and step not in preference.refused
    ]
    element, kind = _drawn(file, made, shown)
    return Media(element, kind, shown, choices, _lacking(file, able))


def _able(file: EvidenceFile, made: Collection[str]) -> frozenset[str]:
    able = {Step.LARGE} if {"still", "clip"} & set(made) else set()
    if {"copy", "play"} & set(made):
        able.add(Step.COLOUR)
    # The sound is made apart whenever there is any: without it, "with sound" would promise what nobody can hear.
    if "audio" in made:
        able.add(Step.SOUND)
    return frozenset(able)


def _drawn(file: EvidenceFile, made: Collection[str], shown: Shown) -> tuple[str, str]:
    if not file.is_moving:
        return "picture", "copy" if shown.colour and "copy" in made else "still"
    if shown.sound and "play" not in made:
        return "sound", "audio"
    if (shown.colour or shown.sound) and "play" in made:
        return "video", "play"
    return ("video", "clip") if "clip" in made else ("picture", "still")


def _lacking(file: EvidenceFile, able: frozenset[str]) -> str:
    if file.is_moving and Step.COLOUR not in able:
        return _("No copy in colour or with sound was made of this.")
    return ""


@dataclass(frozen=True)
class Cover:
    """One item as a covered card: words first, a blurred grey picture behind them. `asks`: what is known is told before
    anything opens."""

    item: Any
    file: EvidenceFile | None
    title: str
    note: str
    text: str
    poster_url: str
    look_url: str
    reveal_url: str
    state: str
    asks: bool = True

    @property
    def held_back(self) -> str:
        """What keeps it from every recipient, or from all but some, in words; empty when nothing does."""
        return str(limit_of(self.item))

    @property
    def sealed(self) -> bool:
        """Whether every file matched its hash when it was last looked at."""
        return all(file.blob.check_result == "matches" for file in self.item.loaded_files)


def covers(items: Iterable[Any], user: User) -> list[Cover]:
    """Cards for items read by `with_files`, in the way that this person wishes to meet them."""
    items = list(items)
    asked = asked_first(user, [file for item in items for file in item.loaded_files if file.is_covered])
    return [cover_of(item, item.loaded_files, asked) for item in items]


def asked_first(user: User, files: Sequence[EvidenceFile]) -> frozenset[Any]:
    """The files of which this person is told what is known before they open."""
    keys = {file.pk for file in files}
    if not keys or preference_of(user).ask == Ask.ALWAYS:
        return frozenset(keys)
    looks = CustodyEvent.objects.filter(
        item_id__in={file.item_id for file in files}, act=CustodyEvent.Act.REVEALED, actor_id=user.pk
    )
    opened = set(looks.values_list("detail__file", flat=True))
    return frozenset(key for key in keys if str(key) not in opened)


def cover_of(item: Item, files: Sequence[EvidenceFile], asked: Collection[Any] | None = None) -> Cover:
    """The card of an item by the first of `files` that has something to show; `asked` as from `asked_first`."""
    file = next((each for each in files if each.is_covered), None)
    state, note = _preview_state(file)
    post = getattr(item, "post", None)
    text = item.description or (post.text if post else "")
    urls = dict.fromkeys(("poster_url", "look_url", "reveal_url"), "")
    if file and state == "ready":
        urls = {
            "poster_url": reverse("evidence:preview", args=[file.pk, "poster"]),
            "look_url": reverse("evidence:look", args=[file.pk]),
            "reveal_url": reverse("evidence:reveal", args=[file.pk]),
        }
    return Cover(
        item=item,
        file=file,
        title=_shortened(text) or (str(Graphic(item.graphic).label) if item.graphic else item.title),
        note=note or (f"{Graphic(item.graphic).label}, {item.get_graphic_standing_display()}" if item.graphic else ""),
        text=_shortened(text),
        state=state,
        asks=asked is None or file is None or file.pk in asked,
        **urls,
    )


def _preview_state(file: EvidenceFile | None) -> tuple[str, str]:
    if file is None:
        return "none", ""
    previews = {preview.kind: preview for preview in file.blob.previews.all()}
    poster = previews.get(Preview.Kind.POSTER)
    if poster is None or poster.state == Preview.State.FAILED:
        return "failed", _("No preview could be made.")
    return str(poster.state), "" if poster.state == Preview.State.READY else _("The preview is being made.")


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[:_SHORT].rsplit(" ", 1)[0] + "…"


def seen_token(file: EvidenceFile, user: User, shown: Shown | None = None) -> str:
    """Lets what was revealed be fetched for a while, by this person alone, and no more of it than was chosen."""
    kinds = sorted((shown or Shown()).kinds)
    return signing.dumps([str(file.pk), str(user.pk), kinds], salt=_SEEN_SALT)


def was_revealed(token: str, file: EvidenceFile, user: User, kind: str = Preview.Kind.STILL) -> bool:
    """Whether the person revealed this file a short while ago, so far that this copy of it may be fetched."""
    try:
        said = signing.loads(token, salt=_SEEN_SALT, max_age=SEEN_SECONDS)
    except signing.BadSignature:
        return False
    return isinstance(said, list) and said[:2] == [str(file.pk), str(user.pk)] and kind.partition("-")[0] in said[2]
