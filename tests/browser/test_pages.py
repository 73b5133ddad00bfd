"""Every page, for everyone who may open it, wide and narrow, light and dark: no fault that a machine can find."""

from __future__ import annotations

from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, WIDE, Desk, axe_violations, sideways
from tests.browser.inventory import addresses, names, routes
from tests.helpers import stepped_up

CONTRAST = ("color-contrast",)
# Who see pages in a way of their own, in three offices.
PEOPLE = (("investigator", "nobody"), ("reviewer", "reviewer2", "officer", "officer2", "viewer"), ("admin", "auditor"))
# Of the first page of these everything was seen with the others'; they open what only they can.
OWN_PAGES_ONLY = frozenset({"nobody", "reviewer2", "officer2"})
EXAMINED: set[frozenset[str]] = set()


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


def look(page: Page) -> list[str]:
    """Faults of the open page: in the light at both widths, then in the dark. Structure does not depend on the scheme
    nor colours on the width, so neither is asked twice."""
    found = []
    for scheme, (width, height), rules, without in (
        ("light", WIDE, (), ()),
        ("light", NARROW, (), CONTRAST),
        ("dark", NARROW, CONTRAST, ()),
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


def walk(role: str, desk: Desk, client: Client, office: SimpleNamespace) -> list[str]:
    """What is wrong with the pages that `role` may open."""
    faults: list[str] = []
    for name, places in addresses(office).items():
        own = routes()[name][0] == role
        if not own and role in OWN_PAGES_ONLY:
            continue
        for address in places if own else places[:1]:
            answer = client.get(address)
            if answer.status_code != 200:
                faults += [f"{address}: {answer.status_code}"] if own else []
                continue
            shape = frozenset(Shape(answer.content.decode()).found)
            if shape not in EXAMINED or name == "office:home":
                EXAMINED.add(shape)
                faults += look(desk.open(address))
            elif own:
                faults += glance(desk.open(address))
    return faults


@pytest.mark.parametrize("people", PEOPLE)
def test_it_shows_each_page_without_a_fault(people, desks, small_office, client) -> None:  # type: ignore[no-untyped-def]
    faults = []
    for role in people:
        user = small_office.users.get(role)
        desk = desks(user, proved=user is not None)
        client.logout()
        if user:
            stepped_up(client, user)
        faults += walk(role, desk, client, small_office)
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
