"""A table of 100,000 rows, half of them bad: every error told by row and column, the others brought in, in the memory
that a tenth of them takes.

CASEWORK_FAULT_ROWS sets another number. The figures printed here are those of docs/measurements.md.
"""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from casework.audit.record import verify
from casework.core.errors import Blocked
from casework.evidence.actions.custody import verify_custody
from casework.evidence.models import CustodyEvent, Item
from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import confirm_import, receive_import
from casework.imports.jobs import carry_on
from casework.imports.models import Import, ImportProblem, ImportRow
from tests.faults.reckoning import table

pytestmark = pytest.mark.django_db
ROWS = int(os.environ.get("CASEWORK_FAULT_ROWS", 100_000))
MORE_MEMORY = 160
"""MiB that ten times as many rows may take more: about 1 KiB a row, for text, keys, its line in the audit."""


def rows(count: int) -> bytes:
    """Every other row has a date that is none and a grade that is none; some are in Windows letters."""
    lines = [b"title,url,text,recorded,credibility"]
    for number in range(1, count + 1):
        bad, letters = number % 2 == 0, "cp1251" if number % 10 == 0 else "utf-8"
        line = (
            f'Пост {number},https://t.me/s/of_{count}/{number},"Words, of row {number}"'
            f",{'never' if bad else '2024-10'},{9 if bad else 2}"
        )
        lines.append(line.encode(letters))
    return b"\n".join(lines)


def most_memory() -> int:
    """MiB that this process took at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def brought(cast: SimpleNamespace, count: int) -> tuple[Import, dict[str, float]]:
    """Import so many rows and leave the bad ones out; the import, and the seconds of each stage."""
    batch = receive_import(
        actor=cast.investigator, team=cast.team, kind="table", files=[stored_from_bytes("metadata.csv", rows(count))]
    )
    began = time.monotonic()
    carry_on(str(batch.pk))
    took = {"read": time.monotonic() - began}
    batch.refresh_from_db()
    assert (batch.state, batch.figures["new"], batch.figures["wrong"]) == ("preview", count // 2, count // 2)
    assert ImportRow.objects.filter(batch=batch).count() == count
    places = Counter(ImportProblem.objects.filter(batch=batch, weight="error").values_list("place", "field"))
    # The header is row 1.
    wanted = [
        (f"row {number + 1}", column) for number in range(2, count + 1, 2) for column in ("recorded", "credibility")
    ]
    assert places == Counter(wanted)
    with pytest.raises(Blocked):
        confirm_import(batch, actor=cast.investigator)
    assert not Item.objects.filter(post__normal_url__contains=f"/of_{count}/").exists()
    confirm_import(batch, actor=cast.investigator, leave_out=True)
    began = time.monotonic()
    carry_on(str(batch.pk))
    took["written"] = time.monotonic() - began
    batch.refresh_from_db()
    assert (batch.state, batch.figures["written"]) == ("done", count // 2), batch.failure
    return batch, took


def test_a_large_table_takes_little_memory(cast: SimpleNamespace, capsys: Any) -> None:
    brought(cast, ROWS // 10)
    before = most_memory()
    _batch, took = brought(cast, ROWS)
    more = most_memory() - before
    items = Item.objects.filter(post__normal_url__contains=f"/of_{ROWS}/")
    with capsys.disabled():
        print(table("A table of many rows", {
            "rows": ROWS, "of them bad, each told by row and column": ROWS // 2, "items brought in": items.count(),
            "read and previewed, seconds": round(took["read"]), "written, seconds": round(took["written"]),
            f"memory beyond that of {ROWS // 10} rows, MiB": more,
        }))  # fmt: skip
    assert items.count() == ROWS // 2
    assert CustodyEvent.objects.filter(item__in=items, act="registered").count() == ROWS // 2
    assert verify().whole
    assert all(verify_custody(item).whole for item in items.order_by("?")[:50])
    assert more <= MORE_MEMORY
