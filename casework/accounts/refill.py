"""Puts what was kept back into the form of a page, on the server, so that it works without JavaScript.

The page is made by its view as always; only the values of controls in one form are replaced, escaped, and a notice is
put above. Values without a control any more are shown in the notice, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.template.loader import render_to_string

from casework.accounts.kept_forms import SECRET, Kept

MAIN = re.compile(r"<main\b[^>]*>")
UNTOUCHED = frozenset({"file", "submit", "button", "image", "reset", "password"})
Attributes = Iterable[tuple[str, str | None]]


def refill(html: str, kept: Kept, request: HttpRequest) -> str:
    """The page with its form filled in."""
    forms = _Forms(kept, request.path)
    forms.feed(html)
    writer = _Writer(kept, forms.best)
    writer.feed(html)
    writer.close()
    rest = {name: values for name, values in kept.fields.items() if name not in forms.names and any(values)}
    context = {"kept": kept, "rest": rest, "found": forms.best is not None}
    notice = render_to_string("accounts/_kept_form.html", context, request)
    page = "".join(writer.out)
    if _Writer.PLACE not in page:
        return MAIN.sub(lambda found: found[0] + notice, page, count=1)
    return page.replace(_Writer.PLACE, notice, 1)


class _Forms(HTMLParser):
    """Finds the form that the kept one was: of those that go to the same address, the one most like it."""

    def __init__(self, kept: Kept, page: str) -> None:
        super().__init__()
        self.kept, self.page = kept, page
        self.number, self.score = -1, -1
        self.best: int | None = None
        self.best_score = 0
        self.names: set[str] = set()
        self._names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.number += 1
            goes_to = urlsplit(told.get("action") or self.page).path
            same = (told.get("method") or "").lower() == "post" and goes_to == self.kept.action
            self.score, self._names = (0 if same else -1), set()
        elif self.score >= 0 and (name := told.get("name")):
            self._names.add(name)
            values = self.kept.fields.get(name)
            if values is not None:
                self.score += 2 if told.get("type") == "hidden" and told.get("value") in values else 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self.score > self.best_score:
                self.best, self.best_score, self.names = self.number, self.score, self._names
            self.score = -1


class _Writer(HTMLParser):
    """Writes the page out again as it came, but for the controls of one form."""

    PLACE = "<!-- kept form -->"

    def __init__(self, kept: Kept, chosen: int | None) -> None:
        super().__init__(convert_charrefs=False)
        self.kept, self.chosen = kept, chosen
        self.out: list[str] = []
        self.number, self.inside = -1, False
        self.details: list[int] = []
        self.select: str | None = None
        self.silent = False
        self.used: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told, text = dict(attrs), self.get_starttag_text() or ""
        if tag == "div" and (told.get("class") or "").split(" ")[0] == "columns":
            text = self.PLACE + text
        if tag == "details":
            self.details.append(len(self.out))
        if tag == "form":
            self.number += 1
            self.inside = self.number == self.chosen
            if self.inside:
                for place in self.details:
                    self.out[place] = self.out[place].replace("<details", "<details open", 1)
        elif self.inside:
            text = self._control(tag, attrs, told, text)
        self.out.append(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.silent = False
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.inside = False
        elif tag == "details" and self.details:
            self.details.pop()
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def _control(self, tag: str, attrs: Attributes, told: dict[str, str | None], text: str) -> str:
        name, kind = told.get("name") or "", (told.get("type") or "text").lower()
        if tag == "option" and self.select is not None:
            return _tag(tag, attrs, "selected", (told.get("value") or "") in self.kept.fields.get(self.select, []))
        if not name or SECRET.search(name) or kind in UNTOUCHED:
            return text
        if tag == "select" and (name in self.kept.fields or "multiple" in told):
            self.select = name
        elif tag == "input" and kind in {"checkbox", "radio"}:
            return _tag(tag, attrs, "checked", (told.get("value") or "on") in self.kept.fields.get(name, []))
        elif tag in {"input", "textarea"} and (value := self._next(name)) is not None:
            if tag == "input":
                return _tag(tag, [one for one in attrs if one[0] != "value"] + [("value", value)])
            self.silent = True
            return f"{text}\n{escape(value)}"
        return text

    def _next(self, name: str) -> str | None:
        """The next of the values of this name: controls of one name come in the order in which they were sent."""
        place = self.used.get(name, 0)
        self.used[name] = place + 1
        values = self.kept.fields.get(name, [])
        return values[place] if place < len(values) else None


def _tag(tag: str, attrs: Attributes, switch: str = "", on: bool = False) -> str:
    """A start tag of these attributes, with `switch` on or off."""
    kept = [(name, value) for name, value in attrs if name != switch]
    if on:
        kept.append((switch, None))
    told = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in kept)
    return f"<{tag}{told}>"
