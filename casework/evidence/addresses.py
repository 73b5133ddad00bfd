"""Addresses of posts and pages in one normal form, so that the same post meets its record under whatever address.

Pure text: nothing is fetched, redirects of link shorteners are unknown here. A normal form is a key for comparing, made
to be readable: the scheme is always https, hosts are in ASCII, what only follows readers around is gone, and each
platform's ways of naming one post become one (platforms.py). `normal_form(normal_form(x)) == normal_form(x)`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import string
import unicodedata
from encodings.idna import ToASCII
from urllib.parse import unquote_to_bytes

from casework.evidence.platforms import Address, Parts, read_post

__all__ = ["LONGEST_STORED", "Address", "normal_form", "read_address", "stored_form"]

LONGEST_TYPED = 4000
LONGEST_STORED = 1000
"""Characters of a stored normal form; a longer one is kept as its SHA-256."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):", re.ASCII)
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))+", re.ASCII)
_PLAIN = frozenset((string.ascii_letters + string.digits + "-._~").encode())
_IN_PATH = frozenset(b"!$&'()*+,;=:@/")
_IN_QUERY = frozenset(b"!$'()*,;:@/?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_TRACKING = re.compile(
    r"utm_[a-z_]*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|yclid|ysclid|msclkid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid"
    r"|_openstat|ref_src|ref_url|mkt_tok|vero_id|_hsenc|_hsmi|__tn__|__cft__(\[\d+\])?|mibextid|share_id",
    re.IGNORECASE,
)


def read_address(text: str) -> Address | None:
    """What an address names, or None when the text is no address of the web or of Telegram."""
    parts = _split(unicodedata.normalize("NFC", text.strip()))
    return read_post(parts) if parts else None


def normal_form(text: str) -> str:
    """The normal form; empty when the text is no address."""
    found = read_address(text)
    return found.normal if found else ""


def stored_form(text: str) -> str:
    """The normal form as a column holds it: a very long one is replaced by its digest."""
    normal = normal_form(text)
    if len(normal) <= LONGEST_STORED:
        return normal
    return f"sha256:{hashlib.sha256(normal.encode()).hexdigest()}"


def _split(text: str) -> Parts | None:
    """The parts of an address in their normal spelling. A missing scheme is taken for https."""
    if not text or len(text) > LONGEST_TYPED or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text):
        return None
    scheme, rest = _scheme(text)
    if scheme == "tg":
        return _application(rest)
    if scheme not in ("http", "https"):
        return None
    rest = rest.lstrip("/\\")
    end = re.search(r"[/?#\\]", rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    host = _host(authority)
    if not host:
        return None
    tail, _hash, fragment = tail.partition("#")
    path, _mark, query = tail.partition("?")
    return Parts(host, _path(path), _query(query), _fragment(fragment))


def _scheme(text: str) -> tuple[str, str]:
    """The scheme and what follows; a host with a port but without a scheme is told from one."""
    found = _SCHEME.match(text)
    if not found or ("." in found[1] and re.match(r"\d{1,5}(?:[/?#]|$)", text[found.end() :])):
        return "https", text
    return found[1].lower(), text[found.end() :]


def _application(rest: str) -> Parts | None:
    """tg:resolve?domain=name&post=1, as Telegram's programs write addresses for each other."""
    name, _mark, query = rest.lstrip("/").partition("?")
    asked = dict(_query(query))
    if name.rstrip("/").lower() == "resolve":
        steps = [asked.get("domain", ""), *([asked["post"]] if asked.get("post") else [])]
    elif name.rstrip("/").lower() == "privatepost":
        steps = ["c", asked.get("channel", ""), *([asked["post"]] if asked.get("post") else [])]
    else:
        return None
    if not all(re.fullmatch(r"\w{1,40}", step, re.ASCII) for step in steps):
        return None
    kept = [(key, value) for key, value in asked.items() if key in ("comment", "single", "thread")]
    return Parts("t.me", "/" + "/".join(steps), kept, "")


def _host(authority: str) -> str:
    """The host in lower-case ASCII, without credentials, with an unusual port; empty when it is none."""
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return _ipv6(host)
    host, _colon, port = host.partition(":")
    if not re.fullmatch(r"[0-9]{0,5}", port):
        return ""
    try:
        labels = [ToASCII(label).decode() for label in host.translate(_DOTS).rstrip(".").split(".")]
    except UnicodeError:
        return ""
    name = ".".join(labels).lower()
    if not _HOST.fullmatch(name) or len(name) > 253:
        return ""
    return name + _port(port)


def _port(port: str) -> str:
    number = port.lstrip("0")
    return "" if number in ("", "80", "443") else f":{number}"


def _ipv6(host: str) -> str:
    address, bracket, port = host[1:].partition("]")
    if not bracket or not re.fullmatch(r"(?::[0-9]{0,5})?", port):
        return ""
    try:
        return f"[{ipaddress.IPv6Address(address)}]{_port(port[1:])}"
    except ValueError:
        return ""


def _path(path: str) -> str:
    """Dot segments resolved, escapes in their one spelling, no slash at the end but the first."""
    kept: list[str] = []
    for step in _spelled(path.replace("\\", "/"), _IN_PATH).split("/")[1:]:
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    return "/" + "/".join(kept).rstrip("/")


def _query(query: str) -> list[tuple[str, str]]:
    """The parameters in order of their names, without those that only follow readers around."""
    pairs = []
    for part in query.split("&"):
        if part:
            name, _equals, value = part.partition("=")
            pairs.append((_spelled(name, _IN_QUERY), _spelled(value, _IN_QUERY)))
    return sorted((pair for pair in pairs if not _TRACKING.fullmatch(pair[0])), key=lambda pair: pair[0])


def _fragment(fragment: str) -> str:
    """Kept only where it names a page of its own, as in #!/page; elsewhere it names a place in the page."""
    return _spelled(fragment, _IN_PATH | _IN_QUERY) if fragment.startswith(("!", "/")) else ""


def _spelled(text: str, allowed: frozenset[int]) -> str:
    """Escapes only where needed, in upper case, of UTF-8 in normal form C; a lone percent sign is escaped itself."""
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    try:
        # Letters that were escaped in another normalization are the same letters.
        decoded = _ESCAPE.sub(lambda found: found[0] if int(found[1], 16) < 0x80 else f"%{found[1]}", escaped)
        whole = unquote_to_bytes(re.sub(r"%([0-7][0-9A-Fa-f])", r"%25\1", decoded)).decode()
        escaped = unicodedata.normalize("NFC", whole)
    except UnicodeDecodeError:
        pass
    spelled = []
    position = 0
    data = escaped.encode()
    while position < len(data):
        byte = data[position]
        if byte == 0x25 and re.fullmatch(rb"[0-9A-Fa-f]{2}", data[position + 1 : position + 3]):
            value = int(data[position + 1 : position + 3], 16)
            spelled.append(chr(value) if value in _PLAIN else f"%{value:02X}")
            position += 3
            continue
        spelled.append(chr(byte) if byte in _PLAIN or byte in allowed else f"%{byte:02X}")
        position += 1
    return "".join(spelled)
