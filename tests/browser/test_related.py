"""Two items side by side: covered pictures that fit the screen, shown by keyboard, covered again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, expect

from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.evidence.models import Blob, EvidenceFile
from casework.recognition.actions import pair_items
from casework.recognition.models import Pair
from tests.browser.conftest import NARROW, WIDE, axe_violations, sideways
from tests.factories import ItemFactory
from tests.recognition.pairs import compared, match

pytestmark = pytest.mark.long


@pytest.fixture
def pair(office_cast) -> Pair:  # type: ignore[no-untyped-def]
    blobs = [
        Blob.objects.create(sha256=letter * 64, blake3=letter * 64, size=9, media_type="video/mp4") for letter in "ab"
    ]
    for title, blob in zip(("Recording over the field", "Запис з каналу"), blobs, strict=True):
        item = ItemFactory(team=office_cast.team, kind="video", title=title, registered_by=office_cast.investigator)
        EvidenceFile.objects.create(item=item, blob=blob, name="clip.mp4", added_by=office_cast.investigator)
        compared(blob)
    match(*blobs)
    pair_items(blobs[0])
    return Pair.objects.get()


def places(covers: Locator) -> list[tuple[float, float]]:
    """Top and bottom of each, from above."""
    boxes = [cover.bounding_box() for cover in covers.all()]
    return [(box["y"], box["y"] + box["height"]) for box in boxes if box]


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_pictures_side_by_side_fit_and_are_shown_and_covered_by_keyboard(desks, office_cast, pair, size) -> None:  # type: ignore[no-untyped-def]
    desk = desks(office_cast.investigator)
    page = desk.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(desk.base + reverse("recognition:pair", args=[pair.pk]))
    covers = page.locator(".pair-moments > [data-cover]")
    expect(covers).to_have_count(3)
    assert sideways(page) == 0
    button = covers.first.get_by_role("button", name="Show in grey")
    button.focus()
    page.keyboard.press("Enter")
    shown = covers.first.locator("[data-revealed]")
    expect(shown).to_be_focused()
    expect(shown.get_by_role("img")).to_have_js_property("complete", True)
    assert AuditEvent.objects.filter(event=Event.EVIDENCE_REVEALED).count() == 2
    # All of it is seen: nothing of the next place lies over it.
    assert all(above[1] <= below[0] for above, below in pairwise(places(covers)))
    inner, outer = places(shown)[0], places(covers)[0]
    assert outer[0] <= inner[0] < inner[1] <= outer[1]
    assert sideways(page) == 0
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-revealed]")).to_have_count(0)
    expect(button).to_be_focused()
