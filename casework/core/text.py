"""Text as people and other systems send it: shown honestly, compared across scripts, sorted, and kept out of logs.

Nothing here changes what is stored. Invisible characters are shown with a marker, names get a comparison key, titles a
sort key, because the embedded database has no ICU collations.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_LOG_TEXT = 500

# Control characters but tab and line breaks; direction overrides and isolates; zero-width and other format characters;
# fillers and blanks that look like nothing; lone surrogates; tags.
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ZERO_WIDTH_JOINER = "\u200d"


class UnstorableText(ValueError):
    """The text holds characters that the database cannot keep: NUL or half of a surrogate pair."""


def refuse_unstorable(text: str) -> str:
    """Return the text, or raise UnstorableText for NUL characters and lone surrogates."""
    if "\x00" in text:
        raise UnstorableText("The text contains a NUL character.")
    if _SURROGATE.search(text):
        raise UnstorableText("The text contains half of a surrogate pair.")
    return text


def mark_invisible(value: str) -> list[tuple[str, bool]]:
    """Cut text into segments; True marks the name ('U+202E') of a character that would not be seen or would mislead.

    A zero-width joiner inside an emoji is left alone, as it is what makes the emoji.
    """
    segments: list[tuple[str, bool]] = []
    start = 0
    for match in _INVISIBLE.finditer(value):
        position = match.start()
        if match.group() == _ZERO_WIDTH_JOINER and _joins_emoji(value, position):
            continue
        if position > start:
            segments.append((value[start:position], False))
        segments.append((f"U+{ord(match.group()):04X}", True))
        start = position + 1
    if start < len(value):
        segments.append((value[start:], False))
    return segments


def _joins_emoji(value: str, position: int) -> bool:
    before = value[:position].rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")[-1:]
    after = value[position + 1 : position + 2]
    return bool(before and after) and unicodedata.category(before) == unicodedata.category(after) == "So"


def log_safe(text: object) -> str:
    """One line of plain text for logs: control, format and direction characters escaped, at most 500 characters."""
    cleaned = []
    for character in str(text)[:LONGEST_LOG_TEXT]:
        if character == "\\":
            cleaned.append("\\\\")
        elif unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            cleaned.append(f"\\u{ord(character):04x}")
        else:
            cleaned.append(character)
    return "".join(cleaned) + ("…" if len(str(text)) > LONGEST_LOG_TEXT else "")


_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "e", "є": "e", "ж": "zh", "з": "z", "и": "i",
        "і": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e",
        "ю": "iu", "я": "ia", "ў": "u", "ј": "i", "љ": "li", "њ": "ni", "ћ": "ch", "ђ": "d", "џ": "dzh",
        "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "t", "ð": "d",
        "y": "i", "j": "i", "w": "v", "x": "ks", "q": "k", "g": "h",
    }
)  # fmt: skip
_APOSTROPHES = re.compile("['’ʼ‘`´ʹʺ\"“”«»]")
_NOT_NAME = re.compile(r"[\W_]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_SPELLINGS = ((re.compile("s(?:h(?:ch)+|ch)"), "sh"), (re.compile("kh|hh+"), "h"), (re.compile("t[sz]"), "c"),
              (re.compile("i+e"), "e"))  # fmt: skip


def skeleton(name: str) -> str:
    """A key under which spellings of one name in Ukrainian, Russian and Latin letters meet.

    'Lubinets', 'Лубінець' and 'Лубинец' all give 'lubinec'. Different names may meet too: it is a key for finding
    candidates, not for proving identity. The key of a key is itself.
    """
    key = name
    while True:
        following = _skeleton_once(key)
        if following == key:
            return key
        key = following


def _skeleton_once(name: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)).casefold())
    plain = "".join(character for character in folded if not unicodedata.category(character).startswith(("M", "C")))
    words = _NOT_NAME.sub(" ", plain.translate(_LATIN)).strip()
    key = _DOUBLED.sub(r"\1", words)
    for spelling, replacement in _SPELLINGS:
        key = spelling.sub(replacement, key)
    return _DOUBLED.sub(r"\1", key)


# Ukrainian and Russian letters in one order that is right for each language alone.
_CYRILLIC_ORDER = "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюя"
_FIRST_CYRILLIC_KEY = 0x0430
_ORDER = {letter: chr(_FIRST_CYRILLIC_KEY + place) for place, letter in enumerate(_CYRILLIC_ORDER)} | {
    "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d",
}  # fmt: skip


@lru_cache(maxsize=1024)
def _order_of(character: str) -> str:
    if character in _ORDER:
        return _ORDER[character]
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.category(part).startswith("M")
    )
    return "".join(_ORDER.get(letter, letter) for letter in plain)


def sort_key(text: str) -> str:
    """A key whose code-point order is the alphabet's: digits, Latin, then Ukrainian and Russian; words before endings.

    Case, accents of Latin letters, apostrophes and punctuation do not count, so different texts can share a key.
    """
    folded = unicodedata.normalize("NFC", _APOSTROPHES.sub("", text).casefold())
    letters = "".join(_order_of(character) for character in folded)
    return " ".join(_NOT_NAME.sub(" ", letters).split())
