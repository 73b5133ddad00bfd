"""The JSON that Telegram Desktop exports: one chat, or the chats of a whole account, with or without the media.

What was learned of the format from its writer: `date_unixtime` is UTC while `date` is the exporter's local time;
files that were not exported are named by a sentence in parentheses; control characters are written as \\x0B, which is
no JSON; an album is several messages of one second; a forward names the account it comes from and not the message; the
public name of a channel is nowhere in it. Of an account's own data (contacts, sessions, the owner) nothing is read.
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from casework.core import json
from casework.core.errors import DomainError
from casework.evidence.models.items import Kind
from casework.imports.archives import Refused
from casework.imports.files import Files, index_file, read_whole
from casework.imports.rows import Group, Media, Reading, Row

LARGEST_JSON = 128 << 20
LONGEST_TEXT, LONGEST_TITLE = 50_000, 200
_HEX_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")
_ABSENT = re.compile(r"\((?:File|Photo) (?:not included|unavailable|exceeds maximum size)")
_NUMBERED = {
    "public_channel": "channel", "private_channel": "channel", "public_supergroup": "channel",
    "private_supergroup": "channel", "private_group": "chat",
}  # fmt: skip
_CHANNELS = frozenset({"public_channel", "private_channel"})
_TO_ALL = frozenset({"public_channel", "private_channel", "public_supergroup"})
_IN_ALBUMS = frozenset({"photo", "video_file", "audio_file", "animation", "file"})


def read(files: Files, reading: Reading) -> Iterator[Row]:
    """Every message as a post, an album as one; what else happened in the chat is only counted."""
    path = index_file(files, "result.json")
    if not path:
        raise Refused(
            _("There is no result.json. In Telegram Desktop choose “Machine-readable JSON” and send the whole folder.")
        )
    reading.claimed.add(path)
    chats = _chats(_load(files, path))
    if reading.channel and len(chats) > 1:
        reading.tell("warn", _("The public name was not used: the export holds more than one chat."))
    for chat in chats:
        yield from _Chat(chat, files, posixpath.dirname(path), reading, alone=len(chats) == 1).rows()


def _load(files: Files, path: str) -> Any:
    data = _HEX_ESCAPE.sub(rb"\1\\u00\2", read_whole(files, path, LARGEST_JSON))
    try:
        return json.parse(data, max_bytes=2 * LARGEST_JSON)
    except DomainError as error:
        raise Refused(_("result.json cannot be read: %(reason)s") % {"reason": error.message}) from error


def _chats(whole: Any) -> list[dict[str, Any]]:
    """The chats of an export; one of a single chat is that chat itself."""
    if isinstance(whole, dict) and isinstance(whole.get("messages"), list):
        return [whole]
    found = []
    for part in ("chats", "left_chats"):
        listed = whole.get(part) if isinstance(whole, dict) else None
        chats = listed.get("list") if isinstance(listed, dict) else None
        found += [
            chat
            for chat in (chats if isinstance(chats, list) else [])
            if isinstance(chat, dict) and isinstance(chat.get("messages"), list)
        ]
    if not found:
        raise Refused(_("result.json holds no chat with messages. Was it exported by Telegram Desktop?"))
    return found


class _Chat:
    """One chat on its way to rows."""

    def __init__(self, chat: dict[str, Any], files: Files, folder: str, reading: Reading, *, alone: bool) -> None:
        self.files, self.folder, self.reading = files, folder, reading
        self.type = str(chat.get("type") or "")
        self.number = f"{_NUMBERED.get(self.type, 'user')}{chat.get('id', '')}"
        self.name = _text(chat.get("name"))[:160] or _("Telegram chat %(number)s") % {"number": self.number}
        self.public = reading.channel if alone else ""
        self.messages: list[Any] = chat["messages"]
        self.group = f"{self.number}: {self.name}"[:200]
        # An account's private chats come in only when somebody says so.
        reading.groups[self.group] = Group(self.group, self.name, alone or self.type in _TO_ALL)

    def rows(self) -> Iterator[Row]:
        passed_over = 0
        for album in self._albums():
            if not isinstance(album[0], dict) or album[0].get("type") != "message":
                passed_over += 1
                continue
            row = self._row(album)
            if row is not None:
                yield row
            else:
                passed_over += 1
        if passed_over:
            told = _("%(name)s: %(count)s entries without content (who joined, what was pinned) were passed over.")
            self.reading.tell("info", told % {"name": self.name, "count": passed_over})

    def _albums(self) -> Iterator[list[Any]]:
        """Messages in order, those of one album together."""
        gathered: list[Any] = []
        for message in self.messages:
            if gathered and _goes_on(gathered, message):
                gathered.append(message)
                continue
            if gathered:
                yield gathered
            gathered = [message]
        if gathered:
            yield gathered

    def _row(self, album: list[dict[str, Any]]) -> Row | None:
        first = album[0]
        place = _("message %(id)s") % {"id": _text(first.get("id"))}
        told = next((message for message in album if _plain(message.get("text"))), first)
        if not isinstance(first.get("id"), int) or isinstance(first.get("id"), bool):
            row = Row(place, Kind.POST, {"title": self.name}, group=self.group)
            row.wrong("id", _("The message has no number."))
            return row
        words = _plain(told.get("text"))
        row = Row(place, Kind.POST, self._values(first, album), self._details(first, words), group=self.group)
        row.keys = [f"telegram:{self.number}:{message['id']}" for message in album if "id" in message]
        for message in album:
            self._take_media(row, message)
        if not (words or row.media or row.values["description"] or row.problems):
            return None
        self._date(row, first)
        if edited := _moment(told.get("edited_unixtime")):
            note = _("The export says that the message was edited at %(time)s UTC.") % {"time": f"{edited:%H:%M:%S}"}
            row.observations.append({"found": "changed", "seen_on": edited.date().isoformat(), "note": note})
        return row

    def _values(self, first: dict[str, Any], album: list[dict[str, Any]]) -> dict[str, Any]:
        form = _("%(name)s, post %(id)s") if self.type in _CHANNELS else _("%(name)s, message %(id)s")
        # The name gives way, not the number.
        name = self.name[: LONGEST_TITLE - 40]
        extras = [line for message in album for line in _extras(message)]
        return {
            "title": form % {"name": name, "id": first["id"]},
            "description": "\n".join(extras),
            "collected_by": self.reading.taken_by,
        }

    def _details(self, first: dict[str, Any], words: str) -> dict[str, Any]:
        replied = first.get("reply_to_message_id")
        elsewhere = _text(first.get("reply_to_peer_id")) not in ("", self.number)
        return {
            "platform": "telegram",
            "handle": f"@{self.public}" if self.public and self.type in _CHANNELS else "",
            "display_name": (self.name if self.type in _CHANNELS else _text(first.get("from")))[:160],
            "account": (self.number if self.type in _CHANNELS else _text(first.get("from_id")))[:60],
            "url": self._address(first["id"]),
            "post_id": str(first["id"]),
            "text": words[:LONGEST_TEXT],
            "published_shown": _text(first.get("date"))[:80],
            "forwarded_from": _text(first.get("forwarded_from") or first.get("saved_from"))[:160],
            "forwarded_account": _text(first.get("forwarded_from_id"))[:60],
            "replies_to": self._address(replied) if isinstance(replied, int) and not elsewhere else "",
            "capture_method": _("Telegram Desktop, export as JSON"),
            "captured_by": self.reading.taken_by,
        }

    def _address(self, number: int) -> str:
        """The public address of a message, or the one that members of a closed channel or large group use."""
        if self.public:
            return f"https://t.me/{self.public}/{number}"
        if self.number.startswith("channel"):
            return f"https://t.me/c/{self.number.removeprefix('channel')}/{number}"
        return ""

    def _take_media(self, row: Row, message: dict[str, Any]) -> None:
        for column in ("photo", "file", "contact_vcard"):
            said = message.get(column)
            if not isinstance(said, str) or not said:
                continue
            path = "" if _ABSENT.search(said) else self.files.find(posixpath.join(self.folder, said))
            if path:
                name = _text(message.get("file_name")) or posixpath.basename(said)
                row.media.append(Media(path, name))
                self.reading.claimed.add(path)
            elif message.get("media_type") != "sticker":
                row.missing += 1
                absent = (
                    _("A file was not exported: %(name)s") if _ABSENT.search(said) else _("A file is missing: %(name)s")
                )
                row.note(column, absent % {"name": said[:200]})

    def _date(self, row: Row, first: dict[str, Any]) -> None:
        published = _moment(first.get("date_unixtime"))
        if published is None:
            row.wrong(
                "date_unixtime", _("The message has no time that can be read. Export with a newer Telegram Desktop.")
            )
        else:
            row.values["published_at"] = published


def _goes_on(album: list[Any], message: Any) -> bool:
    """Whether a message belongs to the album before it. The export does not say which do: sent by one person within a
    second, one number after the other, each with media, and one of them at most with words."""
    before = album[-1]
    if not (isinstance(before, dict) and isinstance(message, dict)):
        return False
    if before.get("grouped_id") or message.get("grouped_id"):
        return bool(before.get("grouped_id") == message.get("grouped_id"))
    same = ("type", "from_id", "forwarded_from", "reply_to_message_id", "via_bot")
    if any(before.get(name) != message.get(name) for name in same) or len(album) >= 10:
        return False
    numbers = [number for number in (before.get("id"), message.get("id")) if isinstance(number, int)]
    if len(numbers) != 2 or numbers[1] != numbers[0] + 1:
        return False
    first, second = _moment(before.get("date_unixtime")), _moment(message.get("date_unixtime"))
    if first is None or second is None or not 0 <= (second - first).total_seconds() <= 1:
        return False
    with_words = sum(1 for each in (*album, message) if _plain(each.get("text")))
    return _album_media(before) and _album_media(message) and with_words <= 1


def _album_media(message: dict[str, Any]) -> bool:
    return "photo" in message or ("file" in message and str(message.get("media_type") or "file") in _IN_ALBUMS)


def _plain(text: Any) -> str:
    """The words of a message; a link under other words follows them in parentheses."""
    parts = []
    for part in text if isinstance(text, list) else [text]:
        if isinstance(part, dict):
            words, href = part.get("text"), _text(part.get("href"))
            words = words if isinstance(words, str) else ""
            parts.append(f"{words} ({href})" if href and href != words else words)
        elif isinstance(part, str):
            parts.append(part)
    return "".join(parts).strip()


def _extras(message: dict[str, Any]) -> Iterator[str]:
    """What a message holds besides words and files: a place, a poll, a contact."""
    place = message.get("location_information")
    if isinstance(place, dict):
        named = ", ".join(_text(message.get(name)) for name in ("place_name", "address") if message.get(name))
        where = f"{_text(place.get('latitude'))}, {_text(place.get('longitude'))}"
        yield _("Place sent: %(place)s") % {"place": f"{named} ({where})" if named else where}
    poll = message.get("poll")
    if isinstance(poll, dict):
        answers = poll.get("answers")
        listed = answers if isinstance(answers, list) else []
        said = "; ".join(_text(answer.get("text")) for answer in listed if isinstance(answer, dict))
        yield _("Poll: %(question)s (%(answers)s)") % {"question": _text(poll.get("question")), "answers": said}
    contact = message.get("contact_information")
    if isinstance(contact, dict):
        yield _("Contact sent: %(contact)s") % {"contact": " ".join(_text(value) for value in contact.values())}


def _moment(unixtime: Any) -> datetime.datetime | None:
    """Seconds since 1970 as a moment; None for what is none, or lies before Telegram existed."""
    try:
        moment = datetime.datetime.fromtimestamp(int(str(unixtime)), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if 2013 <= moment.year <= 2100 else None


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()
