"""Made footage for the stories of this room, and a worker whose memory is empty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from casework.cases.models import Case
from casework.evidence.actions import register_item
from casework.evidence.models import Item
from casework.evidence.uploads import stored_from_bytes
from casework.recognition import memory
from casework.recognition.jobs import recognise_file
from casework.recognition.models import Fingerprint
from tests.benchmarks import footage
from tests.factories import CaseFactory

SECONDS = 5


@pytest.fixture(autouse=True)
def _own_memory() -> Iterator[None]:
    memory.forget()
    yield
    memory.forget()


@cache
def clip(seed: int, name: str = "", seconds: float = SECONDS, *, sound: bool = False) -> bytes:
    """Footage of a seed, after one of the changes if named."""
    change, how = footage.CHANGES[name] if name else (footage.same, {"quality": 20})
    heard = footage.melody(seed, seconds) if sound else None
    return footage.video(change(footage.pictures(seed, seconds, 160, 90)), sound=heard, **how)


def register(
    actor: Any, data: bytes, *, team: Any, case: Case | None = None, kind: str = "video", **fields: Any
) -> Item:
    """An item with one file."""
    upload = stored_from_bytes("clip.mp4", data, "video/mp4")
    given = {"establishes": ["act"], "case": case} if case else {}
    return register_item(
        actor=actor, team=team, kind=kind, title=fields.pop("title", "A video"), files=[upload], **given, **fields
    )


def recognise_all() -> None:
    """What the worker does after a while."""
    for sha256 in Fingerprint.objects.order_by("pk").values_list("blob_id", flat=True):
        recognise_file(sha256)


@pytest.fixture
def case(cast: Any) -> Case:
    return CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
