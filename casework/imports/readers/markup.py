"""Tags and words of a page that anybody may have written, in time that grows with its length alone.

The parser of the standard library looks for the end of each unfinished comment or tag through all that follows, which
takes hours for some megabytes of "<!". Here what has no end ends the reading, as it does in a browser.
"""

from __future__ import annotations

import re
from typing import Protocol

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,60}+)")
# Values in quotes may hold ">". Nothing is given back once it is taken, so nothing is tried twice.
_REST = re.compile(r"""[^>=]*+(?:=\s*+(?:"[^"]*+"|'[^']*+')?+[^>=]*+)*+>""")
_CODE = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style")}


class Listener(Protocol):
    """Who is told of tags, in lower case, and of the text between them."""

    def tag(self, name: str, *, closes: bool) -> None: ...
    def say(self, text: str) -> None: ...


def read_markup(html: str, listener: Listener) -> None:
    """Go through a page once. What stands in scripts, styles and comments is passed over."""
    at = 0
    while at >= 0:
        begins = html.find("<", at)
        listener.say(html[at : begins if begins >= 0 else len(html)])
        at = _markup(html, begins, listener) if begins >= 0 else -1


def _markup(html: str, at: int, listener: Listener) -> int:
    """Pass what begins with the "<" here; where it ends, -1 when it does not end."""
    if html.startswith("<!--", at):
        return _behind(html, "-->", at + 2)
    if found := _TAG.match(html, at):
        return _tag(html, found, listener)
    if html.startswith(("<!", "<?", "</"), at):
        return _behind(html, ">", at)
    listener.say("<")
    return at + 1


def _tag(html: str, found: re.Match[str], listener: Listener) -> int:
    name, closes = found[2].lower(), bool(found[1])
    rest = _REST.match(html, found.end())
    ends = rest.end() if rest else _behind(html, ">", found.end())
    if ends < 0:
        return -1
    listener.tag(name, closes=closes)
    if html[ends - 2] == "/" and not closes:
        listener.tag(name, closes=True)
    elif name in _CODE and not closes:
        code = _CODE[name].search(html, ends)
        return code.start() if code else -1
    return ends


def _behind(html: str, sign: str, at: int) -> int:
    place = html.find(sign, at)
    return place + len(sign) if place >= 0 else -1
