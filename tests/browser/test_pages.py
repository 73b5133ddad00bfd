"""Every page for everyone who may open it: no fault that a machine can find. All but the proof that faults are noticed
belongs to the long tests."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, WIDE, Desk, axe_violations, sideways
from tests.browser.inventory import addresses, names, routes

# Everyone who sees pages in a way of their own, whoever logs cases first.
ROLES = ("investigator", "reviewer", "officer", "admin", "auditor", "viewer", "reviewer2", "officer2", "nobody")
# The same as a colleague before them; they open what only they can.
OWN_PAGES_ONLY = frozenset({"reviewer2", "officer2", "nobody"})


LIGHT, DARK = "light", "dark"
COMBINATIONS = tuple((scheme, size) for scheme in (LIGHT, DARK) for size in (WIDE, NARROW))
CORNERS = ((LIGHT, WIDE), (DARK, NARROW))


def set_up(page: Page, scheme: str, size: tuple[int, int]) -> None:
    """This scheme and size, once every change of colour has ended."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("Promise.allSettled(document.getAnimations().map(change => change.finished))")


def look(page: Page, combinations: tuple[tuple[str, tuple[int, int]], ...] = COMBINATIONS) -> list[str]:
    """Faults of the open page by all rules of axe and by its width, light and dark, wide and narrow."""
    found = []
    for scheme, size in combinations:
        set_up(page, scheme, size)
        lines = axe_violations(page)
        if over := sideways(page):
            lines.append(f"scrolls sideways by {over} px")
        found += [f"{page.url} {size[0]} {scheme}: {line}" for line in lines]
    set_up(page, LIGHT, WIDE)
    return found


def test_it_knows_every_page() -> None:
    """A new address is either in the inventory of pages or said not to be a page."""
    known = {name for name in names() if not name.startswith("admin:")}
    assert known == {name for name in routes() if not name.startswith("admin:")}


def walk(desk: Desk, role: str, places: dict[str, list[str]]) -> Iterator[tuple[bool, bool]]:
    """The pages that `role` may open, one after the other: all examples of the role's own, the first of the others'.
    Tells of each whether it is the role's own, and the first of its examples."""
    for name, (owner, *_examples) in routes().items():
        if owner != role and role in OWN_PAGES_ONLY:
            continue
        for number, address in enumerate(places[name] if owner == role else places[name][:1]):
            answer = desk.page.goto(desk.base + address)
            assert answer is not None
            if answer.status == HTTPStatus.OK:
                yield owner == role, number == 0
            elif owner == role:
                raise AssertionError(f"{role}: {address}: {answer.status}")


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_it_shows_everyone_every_page_without_a_fault(desks, small_office, role) -> None:  # type: ignore[no-untyped-def]
    """Every page for everyone who may open it by all rules of axe. For the one whose page it is in all four shapes, and
    its further examples in two."""
    user = small_office.users.get(role)
    desk = desks(user, proved=user is not None)
    faults = []
    for own, first in walk(desk, role, addresses(small_office)):
        faults += look(desk.page, (COMBINATIONS if first else CORNERS) if own else COMBINATIONS[:1])
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
