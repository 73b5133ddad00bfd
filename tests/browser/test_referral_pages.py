"""The pages of referrals in a real browser: nothing for axe to find, nothing wider than a phone."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.audit import clock
from casework.audit.clock import travelling_to
from casework.referrals.models import Recipient
from tests.browser.conftest import NARROW, WIDE, axe_violations, sideways
from tests.referrals.conftest import finding_of, link_of, referral_in, story

__all__ = ["story"]


@pytest.fixture(autouse=True)
def _forty_days_ago() -> Iterator[None]:
    """Tell the story forty days ago; the pages are opened today."""
    with travelling_to(clock.now() - datetime.timedelta(days=40)):
        yield


def addresses(story: Any) -> dict[str, str]:
    """A page of each kind, over referrals in every stage, some of them overdue and one superseded."""
    icrc, hrmmu = Recipient.objects.get(code="ICRC"), Recipient.objects.get(code="HRMMU")
    sent = referral_in("sent", story, icrc, covering_note="Please trace.")
    replied = referral_in("replied", story, icrc)
    finding_of(story.people, story.case, [link_of(story.open_item)], counts={"captured": (3, 3)})
    draft = referral_in("draft", story, icrc)
    referral_in("returned", story, hrmmu)
    waiting = referral_in("awaiting_approval", story, hrmmu)
    referral_in("delivery_unknown", story, hrmmu)
    case = story.case.pk
    return {
        "waiting": f"/referrals/{waiting.pk}/",
        "list": "/referrals/",
        "board": "/referrals/?view=board",
        "draft": f"/referrals/{draft.pk}/",
        "basics": f"/referrals/{draft.pk}/basics/",
        "evidence": f"/referrals/{draft.pk}/evidence/",
        "note": f"/referrals/{draft.pk}/note/",
        "submit": f"/referrals/{draft.pk}/submit/",
        "withdraw": f"/referrals/{draft.pk}/withdraw/",
        "sent": f"/referrals/{sent.pk}/",
        "dossier": f"/referrals/{sent.pk}/dossier/",
        "acknowledge": f"/referrals/{sent.pk}/acknowledge/",
        "letter": f"/referrals/{sent.pk}/correspondence/",
        "replied": f"/referrals/{replied.pk}/",
        "close": f"/referrals/{replied.pk}/close/",
        "new": f"/referrals/new/?case={case}",
        "case": f"/cases/{case}/referrals/",
        "case-overview": f"/cases/{case}/",
        "recipients": "/recipients/",
        "register": f"/recipients/{Recipient.objects.get(code='ICRC').pk}/register/",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_is_fit_for_everyone(desks: Any, story: Any, size: tuple[int, int], scheme: str) -> None:
    desk = desks(story.people.referral_officer, size=size, scheme=scheme)
    pictures = os.environ.get("CASEWORK_PICTURES", "")
    found: dict[str, list[str]] = {}
    for name, address in addresses(story).items():
        page = desk.open(address)
        if pictures:
            page.screenshot(path=Path(pictures) / f"{name}-{size[0]}-{scheme}.png", full_page=True)
        problems = axe_violations(page)
        if sideways(page):
            problems.append(f"{sideways(page)} px too wide")
        if problems:
            found[name] = problems
    assert found == {}
