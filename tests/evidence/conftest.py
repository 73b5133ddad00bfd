"""What the stories of the evidence room begin with."""

from __future__ import annotations

from typing import Any

import pytest

from casework.cases.models import Case
from casework.evidence.actions import register_item
from casework.evidence.models import Item
from casework.evidence.uploads import StoredUpload, stored_from_bytes
from tests.factories import CaseFactory

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


def upload(data: bytes = b"a report", name: str = "report.txt", content_type: str = "text/plain") -> StoredUpload:
    return stored_from_bytes(name, data, content_type)


@pytest.fixture
def case(cast: Any) -> Case:
    """An open case of the team, led by the investigator."""
    return CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)


@pytest.fixture
def item(cast: Any, case: Case) -> Item:
    """A document with one file, linked to the case."""
    return register_item(
        actor=cast.investigator,
        team=cast.team,
        kind="document",
        title="Page of a journal",
        files=[upload()],
        case=case,
        establishes=["act", "time"],
    )
