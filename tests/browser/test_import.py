"""An import from the file to the evidence, as a person does it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casework.evidence.models import Item
from casework.imports.jobs import carry_on
from casework.imports.models import Import
from tests.browser.conftest import axe_violations, sideways
from tests.imports.exports import MP4, packed, png

TABLE = """file,title,description,recorded,source url
night.mp4,From the night,Two discs over a field,2024-10-05,
p.png,A picture,,yesterday,
,A post,,,t.me/s/front/5?single
gone.pdf,Lost,,,
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.zip"
    path.write_bytes(packed({"metadata.csv": TABLE, "night.mp4": MP4, "p.png": png(1)}))
    return path


@pytest.mark.long
def test_it_leads_from_the_file_to_the_evidence(desks, office_cast, export) -> None:  # type: ignore[no-untyped-def]
    page = desks(office_cast.investigator).open("/imports/new/")
    page.get_by_label("Files with a table").check()
    page.locator("input[type=file][name=files]").set_input_files(export)
    page.get_by_label("Death").check()
    page.get_by_role("button", name="Send and read").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("status").filter(has_text="will be read")).to_be_visible()
    assert axe_violations(page) == []

    batch = Import.objects.get()
    carry_on(str(batch.pk))
    # The page asks by itself, and shows the preview as soon as there is one.
    expect(page.get_by_role("heading", name="Bring it in")).to_be_visible()
    errors = page.get_by_role("table", name="Errors and notes")
    expect(errors.get_by_role("row").filter(has_text="row 3")).to_contain_text("recorded")
    expect(errors.get_by_role("row").filter(has_text="row 5")).to_contain_text("gone.pdf")
    assert axe_violations(page) == [] and sideways(page) == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="All as CSV").click()
    assert "row 3,recorded,error" in Path(download.value.path()).read_text()

    page.get_by_role("button", name="Import 2 items").click()
    expect(page.get_by_text("Some rows have errors")).to_be_visible()
    page.get_by_label("Leave out the rows with errors").check()
    page.get_by_role("button", name="Import 2 items").click()
    expect(page.get_by_text("Confirmed. It begins")).to_be_visible()
    assert not Item.objects.exists()
    carry_on(str(batch.pk))
    expect(page.get_by_text("2 items with 1 files came in.")).to_be_visible()
    page.get_by_role("link", name="From the night").click()
    expect(page.get_by_role("heading", name="Came with an import")).to_be_visible()
    assert {item.kind for item in Item.objects.all()} == {"video", "post"}


def test_an_address_tells_at_once_what_is_recorded_there(desks, office_cast) -> None:  # type: ignore[no-untyped-def]
    from casework.evidence.actions import register_item

    item = register_item(actor=office_cast.investigator, team=office_cast.team, kind="post", title="Recorded before",
                         details={"url": "https://t.me/front/5"})  # fmt: skip
    page = desks(office_cast.investigator).open("/evidence/new/post/")
    address = page.get_by_label("Address of the post", exact=True)
    address.fill("tg://resolve?domain=Front&post=5")
    address.press("Tab")
    told = page.locator(".address-field__told")
    expect(told).to_contain_text("Telegram · account @front · post 5")
    expect(told.get_by_role("link")).to_contain_text(item.reference)
    assert axe_violations(page) == []
