"""A real browser that fails a test on any CSP message, script error or request to another host, and a small live office."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from casework.accounts.models import User
from casework.audit import clock

BACKEND = "casework.accounts.backends.CaseworkBackend"
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
WIDE, NARROW = (1440, 900), (360, 780)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    if CHROMIUM is None:
        pytest.fail("Chromium is needed for the browser tests: apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}


class Watch:
    """Collects what a browser should never have had to say."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.problems: list[str] = []

    def attach(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: object) -> None:
        text = getattr(message, "text", "")
        # A 4xx answer to a form is an answer; Chromium reports it on the console all the same.
        if getattr(message, "type", "") in {"error", "warning"} and "Failed to load resource" not in text:
            self.problems.append(f"console: {text}")

    def _request(self, request: object) -> None:
        parts = urlsplit(getattr(request, "url", ""))
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.problems.append(f"request to another host: {parts.netloc}")


class Desk:
    """One person at a browser of their own."""

    def __init__(self, context: BrowserContext, base: str, watch: Watch) -> None:
        self.context, self.base, self.watch = context, base, watch
        self.page = context.new_page()
        watch.attach(self.page)

    def open(self, address: str) -> Page:
        response = self.page.goto(self.base + address if address.startswith("/") else address)
        assert response is not None
        assert response.status < 400, f"{address}: {response.status}"
        return self.page


@pytest.fixture
def desks(browser: Browser, live_server, client) -> Iterator:  # type: ignore[no-untyped-def]
    """`desks(user, size=..., scheme=...)`: a signed-in person with a browser of their own."""
    watch = Watch(urlsplit(live_server.url).netloc)
    contexts: list[BrowserContext] = []

    def sit_down(user: User | None, *, size: tuple[int, int] = WIDE, scheme: str = "light") -> Desk:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            client.force_login(user, backend=BACKEND)
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                        "url": live_server.url,
                    }
                ]
            )
            client.cookies.clear()
        return Desk(context, live_server.url, watch)

    yield sit_down
    for context in contexts:
        context.close()
    assert watch.problems == []


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line each."""
    results = Axe().run(page)
    return [
        f"{found['id']}: {found['help']} at {', '.join(str(node['target']) for node in found['nodes'][:3])}"
        for found in results.response["violations"]
    ]


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways; 0 for a page that fits."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def small_office(transactional_db, _own_store, settings):  # type: ignore[no-untyped-def]
    """A few cases in every stage with real files, made as the demonstration makes them."""
    from casework.office.demo.cases import Told, confirmed_case, later_case, recent_uploads
    from casework.office.demo.loading import BEGINNING, tell
    from casework.office.demo.cases import at
    from casework.office.demo.people import assemble, renew
    from casework.office.demo.plan import CONFIRMED
    from casework.office.demo.published import issuer_figures, statements
    from casework.office.demo.referrals import refer

    now = clock.now()
    today = now.date()
    ago = lambda count: today - datetime.timedelta(days=count)  # noqa: E731
    with clock.travelling_to(at(BEGINNING)):
        cast = assemble()
    told = Told()
    tell(
        [
            confirmed_case(40, CONFIRMED[40], cast, told),
            confirmed_case(42, CONFIRMED[42], cast, told),
            later_case(100, ago(60), cast, told, outcome="confirmed"),
            later_case(104, ago(30), cast, told, outcome="returned"),
            later_case(105, ago(12), cast, told, outcome="proposed"),
            refer(1, "ICRC", (40,), datetime.date(2024, 11, 26), cast, told, reaches="sent"),
            refer(2, "HRMMU", (40, 42), datetime.date(2024, 11, 27), cast, told, reaches="replied"),
            refer(3, "HRMMU", (100,), ago(5), cast, told, reaches="awaiting"),
            refer(4, "COI-UA", (100,), ago(2), cast, told, reaches="draft"),
            issuer_figures(cast),
            statements(cast),
            renew(cast, now - datetime.timedelta(days=20)),
            recent_uploads(cast, now),
        ],
        until=now,
    )
    for user in cast.users.values():
        user.__dict__.pop("roles", None)
    cast.told = told
    return cast
