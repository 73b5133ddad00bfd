"""What can be looked at of a file besides its cover: contact sheet, sound, pages; and what the file says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.evidence.models import EvidenceFile, Preview
from casework.evidence.timecodes import asked_second, timecode

if TYPE_CHECKING:
    from collections.abc import Iterable

PREVIEW_NAME = re.compile(r"([a-z]{1,8})(?:-([1-9][0-9]{0,3}))?")
PARTS: dict[str, Any] = {
    "sheet": Preview.Kind.SHEET,
    "listen": Preview.Kind.AUDIO,
    "pages": Preview.Kind.PAGE,
}
"""By the word in the address, the kind of preview that is shown."""
CLAIMS: dict[str, Any] = {
    "created": gettext_lazy("Made, by its own clock"),
    "taken": gettext_lazy("Taken, by its own clock"),
    "taken_offset": gettext_lazy("Distance of that clock from UTC"),
    "modified": gettext_lazy("Changed, by its own clock"),
    "location": gettext_lazy("Place"),
    "altitude": gettext_lazy("Height"),
    "location_time": gettext_lazy("Time at that place, UTC"),
    "make": gettext_lazy("Maker of the device"),
    "model": gettext_lazy("Device"),
    "serial": gettext_lazy("Serial number"),
    "lens": gettext_lazy("Lens"),
    "software": gettext_lazy("Program"),
    "title": gettext_lazy("Title"),
    "subject": gettext_lazy("Subject"),
    "description": gettext_lazy("Description"),
    "comment": gettext_lazy("Comment"),
    "keywords": gettext_lazy("Keywords"),
    "artist": gettext_lazy("Author"),
    "copyright": gettext_lazy("Rights"),
}


@dataclass
class FileParts:
    """One file's parts: `shows` are (word, label, address to POST to); `notes` say what could not be made and why;
    `measures` and `claims` are label and value."""

    shows: list[tuple[str, Any, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    measures: list[tuple[Any, str]] = field(default_factory=list)
    claims: list[tuple[Any, str]] = field(default_factory=list)


def parts_of(file: EvidenceFile) -> FileParts:
    """Read from rows fetched by `with_files`."""
    previews = list(file.blob.previews.all())
    facts = facts_of(file)
    ready = {preview.kind for preview in previews if preview.state == Preview.State.READY}
    labels = {
        "sheet": _("Contact sheet"),
        "listen": _("Listen without looking"),
        "pages": _("Pages"),
    }
    if file.blob.media_type.startswith("audio/"):
        labels["listen"] = _("Listen")
    shows = [
        (word, labels[word], reverse("evidence:part", args=[file.pk, word]))
        for word, kind in PARTS.items()
        if kind in ready
    ]
    return FileParts(shows, list(_notes(previews, facts)), list(_measures(facts)), list(_claims(facts)))


@dataclass(frozen=True)
class Opening:
    """The moment that an address asks for: the file's key as text, seconds, and how they are written."""

    file: str
    seconds: str
    timecode: str


def opens_at(item: Any, asked: Any) -> Opening | None:
    """The moment of `?at=74&file=<key>`: of that file of the item, or of the first that has a length."""
    seconds = asked_second(asked.get("at", ""))
    if seconds is None:
        return None
    timed = [file for file in item.loaded_files if file.blob.media_type.startswith(("video/", "audio/"))]
    file = next((each for each in timed if str(each.pk) == asked.get("file", "")), timed[0] if timed else None)
    return Opening(str(file.pk), f"{seconds:f}", timecode(seconds)) if file else None


def facts_of(file: EvidenceFile) -> dict[str, Any]:
    """What was read from the bytes, or nothing."""
    known = getattr(file.blob, "facts", None)
    return known.facts if known is not None else {}


def _notes(previews: Iterable[Preview], facts: dict[str, Any]) -> Iterable[str]:
    words = {
        Preview.Kind.PLAY: _("The copy for playing"),
        Preview.Kind.AUDIO: _("The sound"),
        Preview.Kind.PAGE: _("The pages"),
    }
    for preview in previews:
        if preview.kind not in words:
            continue
        what = words[Preview.Kind(preview.kind)]
        if preview.state == Preview.State.WAITING:
            yield _("%(what)s: being made.") % {"what": what}
        elif preview.state == Preview.State.FAILED:
            yield _("%(what)s: could not be made (%(why)s). The original is kept as it is.") % {
                "what": what, "why": preview.note,
            }  # fmt: skip
    if facts.get("copied"):
        yield _("The copies end at %(at)s: the rest is in the original.") % {"at": timecode(facts["copied"])}


def _measures(facts: dict[str, Any]) -> Iterable[tuple[Any, str]]:
    if facts.get("duration"):
        yield _("Length"), timecode(facts["duration"])
    if facts.get("width") and not facts.get("streams"):
        yield _("Size"), f"{facts['width']} × {facts['height']}"
    if facts.get("pages"):
        pages = facts["pages"]
        yield _("Pages"), ngettext("%(number)s page", "%(number)s pages", pages) % {"number": pages}
    for stream in facts.get("streams", []):
        label = {"video": _("Picture"), "audio": _("Sound")}.get(stream.get("type", ""), _("Other track"))
        words = [stream.get("codec", "")]
        if stream.get("width"):
            words.append(f"{stream['width']} × {stream.get('height', '?')}")
        if stream.get("sample_rate"):
            words.append(f"{stream['sample_rate']} Hz")
        yield label, ", ".join(word for word in words if word) or "–"


def _claims(facts: dict[str, Any]) -> Iterable[tuple[Any, str]]:
    said = facts.get("said", {})
    return ((label, said[name]) for name, label in CLAIMS.items() if said.get(name))
