"""What the stories of the evidence room begin with."""

from __future__ import annotations

import json
import os
from typing import Any

import blake3
import pytest

from casework.cases.models import Case
from casework.evidence import sandbox
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


_READ: dict[tuple[str, str, str, str], sandbox.Outcome] = {}


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader in the sandbox once said of some bytes is not asked again, for stories of what is done with it."""
    ask = sandbox.run

    def run(module: str, source: int, task: dict[str, Any], limits: sandbox.Limits | None = None) -> sandbox.Outcome:
        content = os.pread(source, os.fstat(source).st_size, 0)
        key = (module, blake3.blake3(content).hexdigest(), json.dumps(task), repr(limits))
        if key not in _READ:
            _READ[key] = ask(module, source, task, limits)
        return _READ[key]

    monkeypatch.setattr(sandbox, "run", run)
