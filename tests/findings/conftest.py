"""A case with evidence that can carry a finding, and a proposal to vary."""

from __future__ import annotations

import datetime
import io
from types import SimpleNamespace
from typing import Any

import pytest

from casework.accounts.models import RoleGrant
from casework.cases.models import Case, Party
from casework.core.dates import DateRange
from casework.core.references import next_reference
from casework.evidence import store
from casework.evidence.models import Blob, EvidenceFile, EvidenceLink, Item
from tests.factories import CaseFactory, PartyFactory, RegionFactory


def keep_bytes(data: bytes) -> Blob:
    """Bytes in the store and the row that knows them."""
    received = store.receive(io.BytesIO(data), limit=1 << 20)
    sha256 = store.keep(received)
    blob, _ = Blob.objects.get_or_create(
        sha256=sha256, defaults={"blake3": received.blake3, "size": received.size, "media_type": "video/mp4"}
    )
    return blob


def cite(case: Case, registered_by: Any, *, data: bytes = b"moving pictures", title: str = "Video") -> EvidenceLink:
    """An item with one file, linked to the case."""
    item = Item.objects.create(
        reference=next_reference("E"), team=case.team, kind="video", title=title, registered_by=registered_by
    )
    EvidenceFile.objects.create(item=item, blob=keep_bytes(data), name="clip.mp4", added_by=registered_by)
    return EvidenceLink.objects.create(
        item=item, case=case, establishes=["act", "capture_status"], linked_by=registered_by
    )


@pytest.fixture
def parties(db: None) -> SimpleNamespace:
    return SimpleNamespace(ua=PartyFactory(code="UA"), ru=PartyFactory(code="RU"))


def been_here_for_years() -> None:
    """Give everyone the roles they hold now since 2020 too, so that a story may be told on past days."""
    since = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    for held in RoleGrant.objects.all():
        RoleGrant.objects.create(
            user=held.user, role=held.role, team=held.team, reason="arranged", granted_at=since, ends_at=held.granted_at
        )
        held.user.__dict__.pop("roles", None)


@pytest.fixture
def case(cast: SimpleNamespace) -> Case:
    been_here_for_years()
    return CaseFactory(team=cast.team, created_by=cast.investigator, country="UA", region=RegionFactory())


@pytest.fixture
def link(case: Case, cast: SimpleNamespace) -> EvidenceLink:
    return cite(case, cast.investigator)


def proposal_of(link: EvidenceLink, **changes: Any) -> dict[str, Any]:
    """What `propose_finding` takes, valid unless changed."""
    day = datetime.date(2024, 10, 5)
    values: dict[str, Any] = {
        "conclusion": "confirmed",
        "standard": 2,
        "victims_party": Party.objects.get(code="UA"),
        "responsible_party": Party.objects.get(code="RU"),
        "occurred": DateRange(day, day),
        "counts": {"captured": (2, 3)},
        "reasons": "The video shows two men with raised hands, disarmed, then shot.",
        "links": [link],
        "qualifications": ["8-2-a-i"],
    }
    return values | changes


@pytest.fixture
def proposal(link: EvidenceLink, parties: SimpleNamespace) -> dict[str, Any]:
    return proposal_of(link)
