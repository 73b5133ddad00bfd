"""How each platform names a post: every way of writing its address becomes one, with account and number read from it.

Names that a platform compares without regard to case are written in lower case; codes of posts keep theirs. Mirrors and
link shorteners stay what they are, for only a request could tell where they lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_DIGITS = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True)
class Parts:
    """An address in its normal spelling: host, path, parameters in order, and the fragment where it names a page."""

    host: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    fragment: str = ""

    @property
    def steps(self) -> list[str]:
        return [step for step in self.path.split("/") if step]

    def asked(self, name: str) -> str:
        """The value of a parameter; empty when it is not there."""
        return dict(self.query).get(name, "")


@dataclass(frozen=True)
class Address:
    """What an address names. `platform` is one of Post.Platform; `handle` as in the address, `post_id` the platform's
    number or code of the post; both empty when the address does not tell."""

    normal: str
    platform: str = "web"
    handle: str = ""
    post_id: str = ""


Reader = Callable[[Parts], Address | None]


def read_post(parts: Parts) -> Address:
    """The address as its platform writes it; of a web page when no platform knows it."""
    host = re.sub(r"^(?:www|m|mobile|web|mbasic|touch|music|old|l)\.", "", parts.host)
    for hosts, platform, reader in _PLATFORMS:
        if host in hosts or (platform == "telegram" and host.endswith(".t.me")):
            found = reader(parts)
            if found:
                return found
            named = Address(_page(parts, hosts[0]), platform)
            return named if host in hosts else _web(parts)
    return _web(parts)


def _web(parts: Parts) -> Address:
    return Address(_page(parts, parts.host.removeprefix("www.")))


def _page(parts: Parts, host: str) -> str:
    query = "&".join(f"{name}={value}" if value else name for name, value in parts.query)
    return (
        f"https://{host}{parts.path}"
        + (f"?{query}" if query else "")
        + (f"#{parts.fragment}" if parts.fragment else "")
    )


def _number(text: str) -> str:
    """Digits without zeros before them; empty for anything else."""
    return text.lstrip("0") or "0" if _DIGITS.fullmatch(text) else ""


# Telegram -------------------------------------------------------------------------------------------------------------

_TELEGRAM_NAME = re.compile(r"[a-z][a-z0-9_]{3,31}")
_TELEGRAM_OTHER = frozenset(
    {"joinchat", "addstickers", "addemoji", "addlist", "share", "proxy", "socks", "iv", "login", "setlanguage", "bg"}
)


def _telegram(parts: Parts) -> Address | None:
    """t.me/name/12, /s/name/12, name.t.me/12, /name/thread/12, /c/123/12 of a closed channel. A comment is a message of
    its own."""
    steps = parts.steps
    if parts.host.endswith(".t.me") and parts.host != "www.t.me":
        steps = [parts.host.removesuffix(".t.me"), *steps]
    if len(steps) > 1 and steps[0] == "s":
        steps = steps[1:]
    if not steps:
        return None
    if steps[0] == "c" and len(steps) > 1 and (channel := _number(steps[1])):
        return _telegram_message(f"c/{channel}", "", steps[2:], parts)
    name = steps[0].lower()
    if name in _TELEGRAM_OTHER or not _TELEGRAM_NAME.fullmatch(name):
        return None
    return _telegram_message(name, f"@{name}", steps[1:], parts)


def _telegram_message(where: str, handle: str, rest: list[str], parts: Parts) -> Address | None:
    if not rest:
        return Address(f"https://t.me/{where}", "telegram", handle)
    number = _number(rest[-1])
    if len(rest) > 2 or not number or not all(_number(step) for step in rest):
        return None
    comment = _number(parts.asked("comment"))
    ending = f"?comment={comment}" if comment else ""
    return Address(f"https://t.me/{where}/{number}{ending}", "telegram", handle, comment or number)


# VK -------------------------------------------------------------------------------------------------------------------

_VK_OBJECT = re.compile(r"(wall|video|photo|clip|topic|story|article)(-?[0-9]{1,20})_([0-9]{1,20})", re.IGNORECASE)
_VK_NAME = re.compile(r"[a-z0-9][a-z0-9_.]{1,60}", re.IGNORECASE)


def _vk(parts: Parts) -> Address | None:
    """vk.com/wall-1_2, also as the parameter w= or z= over another page. A reply is a post of its own."""
    steps = parts.steps
    for text in (parts.asked("w"), parts.asked("z"), steps[-1] if steps else ""):
        found = _VK_OBJECT.match(text.replace("%2F", "/"))
        if not found:
            continue
        kind, owner, number = found[1].lower(), found[2], found[3]
        reply = _number(parts.asked("reply")) if kind == "wall" else ""
        handle = f"club{owner[1:]}" if owner.startswith("-") else f"id{owner}"
        ending = f"?reply={reply}" if reply else ""
        return Address(f"https://vk.com/{kind}{owner}_{number}{ending}", "vk", handle, f"{owner}_{reply or number}")
    if len(steps) == 1 and _VK_NAME.fullmatch(steps[0]) and not parts.query:
        return Address(f"https://vk.com/{steps[0].lower()}", "vk", steps[0].lower())
    return None


# X --------------------------------------------------------------------------------------------------------------------

_X_NAME = re.compile(r"[a-z0-9_]{1,15}", re.IGNORECASE)
_X_OTHER = frozenset({"i", "home", "explore", "search", "hashtag", "intent", "share", "settings", "messages", "login"})


def _x(parts: Parts) -> Address | None:
    """x.com/name/status/12, whatever the name, /photo/1 behind it, and /i/web/status/12."""
    steps = parts.steps
    for place, step in enumerate(steps[:-1]):
        number = _number(steps[place + 1])
        if step.lower() in ("status", "statuses") and number and place >= 1:
            name = steps[0].lower()
            handle = f"@{name}" if place == 1 and name not in _X_OTHER and _X_NAME.fullmatch(name) else ""
            return Address(f"https://x.com/i/status/{number}", "x", handle, number)
    if len(steps) == 1 and _X_NAME.fullmatch(steps[0]) and steps[0].lower() not in _X_OTHER:
        return Address(f"https://x.com/{steps[0].lower()}", "x", f"@{steps[0].lower()}")
    return None


# YouTube --------------------------------------------------------------------------------------------------------------

_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_YOUTUBE_PLACES = frozenset({"shorts", "embed", "live", "v", "e", "watch"})


def _youtube(parts: Parts) -> Address | None:
    """watch?v=, youtu.be/, shorts/, embed/, live/; a comment (lc=) is a post of its own."""
    steps = parts.steps
    code = ""
    if parts.host.endswith("youtu.be"):
        code = steps[0] if steps else ""
    elif steps[:1] == ["watch"] and len(steps) == 1:
        code = parts.asked("v")
    elif len(steps) >= 2 and steps[0] in _YOUTUBE_PLACES:
        code = steps[1]
    if _YOUTUBE_ID.fullmatch(code):
        comment = parts.asked("lc")
        ending = f"&lc={comment}" if comment else ""
        return Address(f"https://www.youtube.com/watch?v={code}{ending}", "youtube", "", comment or code)
    if steps and steps[0].startswith("@"):
        return Address(f"https://www.youtube.com/{steps[0].lower()}", "youtube", steps[0].lower())
    if len(steps) >= 2 and steps[0] == "channel":
        return Address(f"https://www.youtube.com/channel/{steps[1]}", "youtube", steps[1])
    return None


# Facebook -------------------------------------------------------------------------------------------------------------

_FACEBOOK_ID = re.compile(r"[0-9]{5,25}|pfbid[A-Za-z0-9]{10,100}")
_FACEBOOK_PLACES = frozenset({"posts", "permalink", "videos", "reel", "reels", "photos", "watch"})
_FACEBOOK_BEFORE = frozenset({"groups", "pages", "watch", "reel", "reels", "photo", "photo.php", "story.php",
                              "permalink.php", "profile.php", "events", "sharer", "sharer.php", "login"})  # fmt: skip


def _facebook(parts: Parts) -> Address | None:
    """A post, video or photo by its number, whichever page, group or viewer the address names around it."""
    steps = parts.steps
    code = ""
    for name in ("story_fbid", "fbid", "v", "multi_permalinks"):
        if _FACEBOOK_ID.fullmatch(parts.asked(name)):
            code = parts.asked(name)
            break
    if not code and len(steps) >= 2 and _FACEBOOK_PLACES & set(steps[:-1]) and _FACEBOOK_ID.fullmatch(steps[-1]):
        code = steps[-1]
    if code:
        return Address(f"https://www.facebook.com/{code}", "facebook", _facebook_account(parts), code)
    if len(steps) == 1:
        return _facebook_page(steps[0], parts)
    return None


def _facebook_page(step: str, parts: Parts) -> Address | None:
    if step == "profile.php" and (number := _number(parts.asked("id"))):
        return Address(f"https://www.facebook.com/{number}", "facebook", number)
    if step in _FACEBOOK_BEFORE:
        return None
    if _FACEBOOK_ID.fullmatch(step):
        return Address(f"https://www.facebook.com/{step}", "facebook")
    return Address(f"https://www.facebook.com/{step.lower()}", "facebook", step.lower())


def _facebook_account(parts: Parts) -> str:
    steps = parts.steps
    if steps[:1] == ["groups"] and len(steps) > 1:
        return steps[1].lower()
    if steps and steps[0].lower() not in _FACEBOOK_BEFORE:
        return steps[0].lower()
    return _number(parts.asked("id"))


# Instagram, TikTok, Odnoklassniki, RuTube -----------------------------------------------------------------------------

_INSTAGRAM_CODE = re.compile(r"[A-Za-z0-9_-]{5,40}")
_INSTAGRAM_NAME = re.compile(r"[a-z0-9_.]{1,30}", re.IGNORECASE)
_INSTAGRAM_PLACES = frozenset({"p", "reel", "reels", "tv"})


def _instagram(parts: Parts) -> Address | None:
    """instagram.com/p/code, /reel/, /tv/, with or without the account before it."""
    steps = parts.steps
    for place in (0, 1):
        if len(steps) > place + 1 and steps[place] in _INSTAGRAM_PLACES and _INSTAGRAM_CODE.fullmatch(steps[place + 1]):
            handle = f"@{steps[0].lower()}" if place else ""
            return Address(f"https://www.instagram.com/p/{steps[place + 1]}", "instagram", handle, steps[place + 1])
    if len(steps) == 1 and _INSTAGRAM_NAME.fullmatch(steps[0]):
        return Address(f"https://www.instagram.com/{steps[0].lower()}", "instagram", f"@{steps[0].lower()}")
    return None


_TIKTOK = re.compile(
    r"/(?:(@[\w.]{1,40})/)?(?:video|photo|v|embed|embed/v2|player/v1|share/video)/([0-9]{6,25})(?:\.html)?", re.ASCII
)


def _tiktok(parts: Parts) -> Address | None:
    """tiktok.com/@name/video/12, the mobile site's /v/12.html, embedded players."""
    if found := _TIKTOK.fullmatch(parts.path):
        return Address(f"https://www.tiktok.com/v/{found[2]}", "tiktok", (found[1] or "").lower(), found[2])
    if re.fullmatch(r"/@[\w.]{1,40}", parts.path, re.ASCII):
        name = parts.path[1:].lower()
        return Address(f"https://www.tiktok.com/{name}", "tiktok", name)
    return None


_OK_VIDEO = re.compile(r"/(?:video|videoembed|live|web-api/video/moviePlayer)/([0-9]{4,25})")
_OK_TOPIC = re.compile(r"/(?:(?:group|profile)/)?([\w.-]{1,60})/(?:topic|statuses)/([0-9]{4,25})(?:/.*)?", re.ASCII)


def _ok(parts: Parts) -> Address | None:
    """ok.ru/video/12, /group/1/topic/12, /profile/1/statuses/12."""
    if found := _OK_VIDEO.fullmatch(parts.path):
        return Address(f"https://ok.ru/video/{found[1]}", "ok", "", found[1])
    if found := _OK_TOPIC.fullmatch(parts.path):
        return Address(f"https://ok.ru/topic/{found[2]}", "ok", found[1], found[2])
    if found := re.fullmatch(r"/topic/([0-9]{4,25})", parts.path):
        return Address(f"https://ok.ru/topic/{found[1]}", "ok", "", found[1])
    return None


_RUTUBE = re.compile(r"/(?:video/private|video|play/embed|shorts|live/video)/([0-9a-f]{32})", re.IGNORECASE)


def _rutube(parts: Parts) -> Address | None:
    """rutube.ru/video/code, shorts, embedded players, private videos with their key."""
    if found := _RUTUBE.fullmatch(parts.path):
        code = found[1].lower()
        return Address(f"https://rutube.ru/video/{code}", "rutube", "", code)
    if found := re.fullmatch(r"/channel/([0-9]{1,20})(?:/.*)?", parts.path):
        return Address(f"https://rutube.ru/channel/{found[1]}", "rutube", found[1])
    return None


# The first host of each is the one that an address without a known form is written with.
_PLATFORMS: tuple[tuple[tuple[str, ...], str, Reader], ...] = (
    (("t.me", "telegram.me", "telegram.dog"), "telegram", _telegram),
    (("vk.com", "vk.ru", "vkontakte.ru", "vkvideo.ru"), "vk", _vk),
    (("x.com", "twitter.com"), "x", _x),
    (("youtube.com", "youtu.be", "youtube-nocookie.com"), "youtube", _youtube),
    (("facebook.com", "fb.com"), "facebook", _facebook),
    (("instagram.com", "instagr.am"), "instagram", _instagram),
    (("tiktok.com",), "tiktok", _tiktok),
    (("ok.ru", "odnoklassniki.ru"), "ok", _ok),
    (("rutube.ru",), "rutube", _rutube),
)
