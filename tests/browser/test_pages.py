"""Every page, for everyone who may open it, wide and narrow, light and dark: no fault that a machine can find."""

from __future__ import annotations

from html.parser import HTMLParser
from http import HTTPStatus
from types import SimpleNamespace

from django.test import Client
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, WIDE, Desk, axe_violations, sideways
from tests.browser.inventory import addresses, names, routes
from tests.helpers import stepped_up

CONTRAST = ("color-contrast",)
# Everyone who sees pages in a way of their own, whoever logs cases first.
ROLES = ("investigator", "reviewer", "officer", "admin", "auditor", "viewer", "reviewer2", "officer2", "nobody")
# The same as a colleague before them; they open what only they can.
OWN_PAGES_ONLY = frozenset({"reviewer2", "officer2", "nobody"})


class Shape(HTMLParser):
    """The elements inside elements of the page's main part, whatever they say and however often they come."""

    VOID = frozenset({"input", "link", "meta", "img", "br", "hr", "source", "path", "circle", "line", "rect"})
    TELLING = ("class", "role", "type", "hidden", "disabled", "checked", "open")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.way: list[str] = []
        self.found: set[str] = set()
        self.feed(html[html.find("<main") : html.find("</main")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = ",".join(f"{key}={value}" for key, value in attrs if key in self.TELLING)
        self.found.add(">".join([*self.way, f"{tag}[{told}]"]))
        if tag not in self.VOID:
            self.way.append(f"{tag}[{told}]")

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.way) - 1, -1, -1):
            if self.way[place].startswith(f"{tag}["):
                del self.way[place:]
                return


def look(page: Page, *, again: bool = False) -> list[str]:
    """Faults of the open page: in the light at both widths, then in the dark. Structure does not depend on the scheme
    nor colours on the width, so neither is asked twice. Of elements that were all examined before on other pages, only
    what they are together is asked `again`."""
    found = []
    for scheme, (width, height), rules, without in (
        ("light", WIDE, (), ()),
        ("light", NARROW, None if again else (), CONTRAST),
        ("dark", NARROW, None if again else CONTRAST, ()),
        ("dark", WIDE, None, ()),
    ):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("Promise.allSettled(document.getAnimations().map(change => change.finished))")
        lines = [] if rules is None else axe_violations(page, rules=rules, without=without)
        if over := sideways(page):
            lines.append(f"scrolls sideways by {over} px")
        found += [f"{page.url} {width} {scheme}: {line}" for line in lines]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


def glance(page: Page) -> list[str]:
    """Of a page built like one examined before: whether what it says fits."""
    found = []
    for width, height in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        if over := sideways(page):
            found.append(f"{page.url} {width}: scrolls sideways by {over} px")
    return found


def test_it_knows_every_page() -> None:
    """A new address is either in the inventory of pages or said not to be a page."""
    known = {name for name in names() if not name.startswith("admin:")}
    assert known == {name for name in routes() if not name.startswith("admin:")}


class Round:
    """The pages examined so far. A page whose every element stands on an examined one is only glanced at, when it is
    the first of its kind, or not opened again, when somebody else sees the same."""

    def __init__(self, office: SimpleNamespace, client: Client) -> None:
        self.office, self.client = office, client
        self.places = addresses(office)
        self.seen: set[str] = set()
        self.shapes: set[frozenset[str]] = set()

    def visit(self, desk: Desk, name: str, address: str, own: bool) -> list[str]:
        answer = self.client.get(address)
        if answer.status_code != HTTPStatus.OK:
            return [f"{address}: {answer.status_code}"] if own else []
        shape = frozenset(Shape(answer.content.decode()).found)
        fresh = not shape <= self.seen
        known = shape in self.shapes if own else not fresh
        self.seen |= shape
        self.shapes.add(shape)
        if not known or name == "office:home":
            return look(desk.open(address), again=not fresh)
        return glance(desk.open(address)) if own else []

    def walk(self, role: str, desk: Desk) -> list[str]:
        """What is wrong with the pages that `role` may open."""
        faults: list[str] = []
        for name, (owner, *_examples) in routes().items():
            if owner != role and role in OWN_PAGES_ONLY:
                continue
            for address in self.places[name] if owner == role else self.places[name][:1]:
                faults += [f"{role}: {line}" for line in self.visit(desk, name, address, owner == role)]
        return faults


def test_it_shows_everyone_each_page_without_a_fault(desks, small_office, client) -> None:  # type: ignore[no-untyped-def]
    pages, faults = Round(small_office, client), []
    for role in ROLES:
        user = small_office.users.get(role)
        desk = desks(user, proved=user is not None)
        client.logout()
        if user:
            stepped_up(client, user)
        faults += pages.walk(role, desk)
    assert faults == []


def test_it_notices_faults(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    """The look itself works: a page made worse in the browser is found out."""
    page = desks(office_cast.investigator).open("/cases/")
    page.evaluate("""() => {
        const bad = document.createElement("div");
        bad.innerHTML = "<img src='/static/img/favicon.svg'><p>pale</p>";
        bad.style.cssText = "inline-size: 3000px; color: #bbb; background: #ccc";
        document.querySelector("main").append(bad);
    }""")
    found = " ".join(look(page))
    for fault in ("image-alt", "light: color-contrast", "dark: color-contrast", "scrolls sideways"):
        assert fault in found
