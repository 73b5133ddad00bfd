"""A real browser that fails a test on any CSP message, script error or request to another host; a small live office."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from casework.accounts.actions import disable_user
from casework.accounts.models import User
from casework.audit import clock
from casework.cases.actions import add_perpetrator, close_case
from casework.referrals.actions import record_delivery_unknown
from casework.referrals.models import Referral
from tests.browser.screens import CHROMIUM, NARROW, WIDE
from tests.helpers import stepped_up

# Playwright keeps an event loop in the thread of the tests, in which Django would refuse its ordinary queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

expect.set_options(timeout=15_000)

BACKEND = "casework.accounts.backends.CaseworkBackend"
__all__ = ["BACKEND", "CHROMIUM", "NARROW", "PASSWORD", "WIDE", "Desk", "axe_violations", "sideways"]
PASSWORD = "steppe-lantern-4417-birch"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            # A file stays with one worker and one browser.
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None and not os.environ.get("CASEWORK_REQUIRE_BROWSER"):
                # PyPI alone brings no browser; the check in .ci/run installs one and does not let this pass.
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed: apt-get install chromium"))


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
    """`desks(user, size=..., scheme=...)`: a signed-in person with a browser of their own; `proved` for one who has
    just given the password again; `script=False` for a browser without JavaScript."""
    watch = Watch(urlsplit(live_server.url).netloc)
    contexts: list[BrowserContext] = []

    def sit_down(user: User | None, *, size: tuple[int, int] = WIDE, scheme: str = "light", proved: bool = False,
                 script: bool = True) -> Desk:  # fmt: skip
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce",
            locale="en-GB", java_script_enabled=script,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            client.force_login(user, backend=BACKEND)
            if proved:
                stepped_up(client)
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


AXE = Axe()


def axe_violations(page: Page, *, rules: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds on the page as it stands, one line each; by some rules alone, or by all but some."""
    page.evaluate(f"if (!window.axe) {{ {AXE.axe_script} }}")
    options: dict = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    if rules:
        options["runOnly"] = list(rules)
    options["rules"] = {rule: {"enabled": False} for rule in without}
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{one['id']}: {one['help']} at {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found
    ]


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways; 0 for a page that fits."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture
def small_office(transactional_db, _own_store, settings):  # type: ignore[no-untyped-def]
    """A few cases in every stage with real files, made as the demonstration makes them."""
    from casework.office.demo.cases import Told, at, confirmed_case, later_case, recent_uploads
    from casework.office.demo.imports import imports
    from casework.office.demo.loading import BEGINNING, tell
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
            confirmed_case(12, CONFIRMED[12], cast, told),
            confirmed_case(42, CONFIRMED[42], cast, told),
            later_case(102, ago(60), cast, told, outcome="confirmed"),
            later_case(104, ago(30), cast, told, outcome="returned"),
            later_case(105, ago(12), cast, told, outcome="proposed"),
            later_case(106, ago(1), cast, told, outcome="new"),
            refer(1, "ICRC", (12,), datetime.date(2024, 4, 16), cast, told, reaches="sent"),
            refer(2, "HRMMU", (12, 42), datetime.date(2024, 11, 27), cast, told, reaches="replied"),
            refer(3, "HRMMU", (102,), ago(5), cast, told, reaches="awaiting"),
            refer(4, "COI-UA", (102,), ago(2), cast, told, reaches="draft"),
            refer(5, "ICRC", (102,), ago(9), cast, told, reaches="approved"),
            refer(6, "SR-EJE", (12,), ago(8), cast, told, reaches="approved"),
            issuer_figures(cast),
            statements(cast),
            renew(cast, now - datetime.timedelta(days=20)),
            recent_uploads(cast, now),
            imports(cast, now),
        ],
        until=now,
    )
    for user in cast.users.values():
        user.__dict__.pop("roles", None)
    lost = Referral.objects.get(recipient__code="SR-EJE")
    record_delivery_unknown(lost, actor=cast["officer"], reason="The portal broke off; nobody knows.")
    close_case(told.cases[42], actor=cast["investigator"], reason="Nothing is left to do.")
    add_perpetrator(told.cases[102], actor=cast["investigator"], kind="person", involvement="suspected", basis="Seen.")
    disable_user(cast["south.officer"], actor=cast["admin"], reason="Left the office.")
    cast.told = told
    return cast


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Files as they reach an investigator: a recording, a unit's report, a capture of a post."""
    from casework.office.demo import files

    folder = tmp_path_factory.mktemp("material")
    day = datetime.date(2025, 10, 14)
    made = {
        "recording.mp4": files.video("browser", seconds=2),
        "report.pdf": files.unit_report_pdf(
            "browser", unit="981-ша демонстраційна бригада", number="77/окр", reported_on=day,
            paragraphs=("Спостерігали подію.",),
        ),
        "capture.png": files.post_capture(
            "browser", channel="Demonstration front", text="Synthetic post.",
            posted=datetime.datetime(2025, 10, 15, 6, 30, tzinfo=datetime.UTC), language="en",
        ),
    }  # fmt: skip
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return SimpleNamespace(**{name.partition(".")[0]: folder / name for name in made})


@pytest.fixture
def office_cast(cast: SimpleNamespace) -> SimpleNamespace:
    """The cast with a password each, the same for all, so that they can sign in and prove that it is they."""
    for person in vars(cast).values():
        if isinstance(person, User):
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])
    return cast
