"""Every page, for everyone who may open it, wide and narrow, light and dark: no fault that a machine can find."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.browser.conftest import NARROW, WIDE, Desk, axe_violations, sideways
from tests.browser.inventory import addresses, names, routes
from tests.helpers import stepped_up

ROLES = ("nobody", "investigator", "reviewer", "reviewer2", "officer", "officer2", "viewer", "admin", "auditor")
EXAMINED: set[tuple[str, frozenset[str]]] = set()


class Shape(HTMLParser):
    """The ways of elements inside elements that a page has, whatever it says and however often."""

    VOID = frozenset({"input", "link", "meta", "img", "br", "hr", "source", "path", "circle", "line", "rect"})
    TELLING = ("class", "role", "type", "hidden", "disabled", "checked", "open")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.way: list[str] = []
        self.found: set[str] = set()
        self.feed(html)

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


def examine(desk: Desk, address: str) -> list[str]:
    """Open a page once and look at it in both sizes and both schemes. Structure does not depend on the scheme, so in
    the dark only contrast is looked at again."""
    page = desk.open(address)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width, height in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": height})
            rules = () if scheme == "light" else ("color-contrast",)
            where = f"{address} {width} {scheme}"
            found += [f"{where}: {line}" for line in axe_violations(page, rules=rules)]
            if over := sideways(page):
                found.append(f"{where}: scrolls sideways by {over} px")
    return found


def test_it_knows_every_page() -> None:
    """A new address is either in the inventory of pages or said not to be a page."""
    listed = set(routes())
    known = {name for name in names() if not name.startswith("admin:")}
    assert known == {name for name in listed if not name.startswith("admin:")}


@pytest.mark.parametrize("role", ROLES)
def test_it_shows_each_page_without_a_fault(role, desks, small_office, client) -> None:  # type: ignore[no-untyped-def]
    user = small_office.users.get(role)
    desk = desks(user, proved=user is not None)
    if user:
        stepped_up(client, user)
    faults, expected = [], {name for name, (owner, *_rest) in routes().items() if owner == role}
    for name, places in addresses(small_office).items():
        for address in places:
            answer = client.get(address)
            if answer.status_code != 200:
                if name in expected:
                    faults.append(f"{address}: {answer.status_code}")
                continue
            shape = (name, frozenset(Shape(answer.content.decode()).found))
            if name in expected or shape not in EXAMINED:
                EXAMINED.add(shape)
                faults += examine(desk, address)
    assert faults == []
