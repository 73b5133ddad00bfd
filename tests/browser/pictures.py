"""Takes the pictures of the documentation from a running demonstration.

    uv run python -m tests.browser.pictures http://127.0.0.1:8000 var/demo-accounts.json docs/images

Signs in as the people of the accounts file, which the demonstration writes, and saves each page at 1440 px, and as
<name>-mobile.png at 360 px. Nothing is changed in the office except that a look at covered material is recorded.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.screens import CHROMIUM, NARROW, WIDE

LARGEST = 150_000  # bytes of a picture
FIRST_LINK = "main .row-title"
FIRST_ITEM = "main .evidence-card__title a"
# Name of the picture, whose view it is, where it begins, and the links followed from there by what they read like.
PICTURES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("home", "investigator", "/", ()),
    ("cases", "investigator", "/cases/", ()),
    ("case", "investigator", "/figures/", (FIRST_LINK,)),
    ("evidence", "investigator", "/figures/", (FIRST_LINK, "main .tabs a[href$='/evidence/']")),
    ("item", "investigator", "/figures/", (FIRST_LINK, "main .tabs a[href$='/evidence/']", FIRST_ITEM)),
    ("known", "investigator", "/evidence/?kind=video&graphic=2", (FIRST_LINK, "[data-ask]")),
    ("related", "investigator", "/related/", (FIRST_LINK,)),
    ("watched", "investigator", "/account/watched/", ()),
    ("new-case", "investigator", "/cases/new/", ()),
    ("import", "investigator", "/imports/", (":nth-match(main .row-title, 2)",)),
    ("fixity", "auditor", "/integrity/fixity/", ()),
    ("heads", "auditor", "/integrity/heads/", ()),
    ("new-evidence", "investigator", "/evidence/new/video/", ()),
    ("finding", "investigator", "/figures/", (FIRST_LINK, "main .tabs a[href$='/findings/']", FIRST_LINK)),
    ("review", "reviewer", "/reviews/", (FIRST_LINK,)),
    ("referrals", "officer", "/referrals/?view=board", ()),
    ("referral", "officer", "/referrals/?state=acknowledged", (FIRST_LINK,)),
    ("figures", "investigator", "/figures/", ()),
    ("statements", "investigator", "/statements/", ()),
    ("audit", "auditor", "/audit/", ()),
)


def small_png(picture: bytes) -> bytes:
    """The picture with as many colours as fit into LARGEST bytes, at most 256."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32, 16):
        out = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


def signed_in(browser: Browser, base: str, account: dict[str, str], size: tuple[int, int]) -> Page:
    """A page of the person, who has just signed in."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"{base}/")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("navigation", name="Main").wait_for(state="attached")
    return page


def follow(page: Page, base: str, beginning: str, links: tuple[str, ...]) -> None:
    page.goto(base + beginning)
    for link in links:
        found = page.locator(link).first
        page.goto(base + str(found.get_attribute("href") or found.get_attribute("action")))
    page.wait_for_load_state("networkidle")


def sending(page: Page, base: str) -> bytes:
    """The form for a video with one file received and sealed; it is taken off the form again."""
    page.goto(base + "/evidence/new/video/")
    sent = {"name": "recording-0311.mp4", "mimeType": "video/mp4", "buffer": b"\0" * 40_000}
    page.locator("input[type=file]").first.set_input_files([sent])
    page.locator(".uploads__file", has_text="Received and sealed").wait_for()
    picture = page.screenshot()
    page.get_by_role("button", name="Remove").first.click()
    return picture


def chosen(accounts: list[dict[str, Any]], who: str) -> dict[str, Any]:
    """The account of the person whose address begins with this key."""
    return next(one for one in accounts if re.match(rf"{who}@", one["email"]))


def main(base: str, accounts_file: str, folder: str) -> None:
    accounts = json.loads(Path(accounts_file).read_text())
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size, ending in ((WIDE, ""), (NARROW, "-mobile")):
            pages: dict[str, Page] = {}

            def keep(name: str, picture: bytes, ending: str = ending) -> None:
                (target / f"{name}{ending}.png").write_bytes(small_png(picture))
                print(f"{name}{ending}.png")

            for name, who, beginning, links in PICTURES:
                if who not in pages:
                    pages[who] = signed_in(browser, base, chosen(accounts, who), size)
                follow(pages[who], base, beginning, links)
                keep(name, pages[who].screenshot())
            keep("sending", sending(pages["investigator"], base))
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python -m tests.browser.pictures <base-url> <demo-accounts.json> <out-dir>")
    main(sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3])
