"""The sweep of the office's store: it asks the database, and takes only what is old and in no row."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from casework.evidence import store
from casework.evidence.actions.blobs import keep_blob
from casework.evidence.jobs import sweep_store
from casework.evidence.models import Blob, Preview
from casework.evidence.uploads import stored_from_bytes

pytestmark = pytest.mark.django_db
DAY_AND_HOUR = 25 * 3600


def age(path: Path) -> None:
    then = path.stat().st_mtime - DAY_AND_HOUR
    os.utime(path, (then, then))


def age_all(area: store.Area) -> None:
    for path in [*area.incoming.iterdir(), *area.blobs.rglob("*/*/*")]:
        age(path)


def test_it_takes_old_bytes_that_no_row_mentions_and_no_others() -> None:
    kept = [keep_blob(stored_from_bytes("a.txt", f"kept {n}".encode())).sha256 for n in range(40)]
    for n in range(40):
        store.keep(store.receive([f"orphan {n}".encode()]))
    store.receive([b"broken off"])
    sweep_store(0)
    assert len(list(store.iterate())) == 80
    age_all(store.originals())
    sweep_store(0)
    assert sorted(store.iterate()) == sorted(kept)
    assert os.listdir(store.originals().incoming) == []


def test_it_takes_previews_that_were_made_anew() -> None:
    blob = keep_blob(stored_from_bytes("a.txt", b"kept"))
    area = store.derived()
    shown, _replaced = (area.keep(area.receive([data])) for data in (b"shown", b"replaced"))
    Preview.objects.create(blob=blob, kind=Preview.Kind.POSTER, state=Preview.State.READY, derived=shown)
    age_all(area)
    sweep_store(0)
    assert list(area.iterate()) == [shown]


def test_it_sees_a_row_that_was_committed_while_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"late"
    sha256 = store.keep(store.receive([data]))
    age_all(store.originals())
    real = store.Area._lock

    def committed_meanwhile(area: store.Area, kind: int) -> object:
        Blob.objects.get_or_create(
            sha256=hashlib.sha256(data).hexdigest(), blake3="0" * 64, size=len(data), media_type="text/plain"
        )
        return real(area, kind)

    monkeypatch.setattr(store.Area, "_lock", committed_meanwhile)
    sweep_store(0)
    assert list(store.iterate()) == [sha256]


def test_it_is_among_what_the_worker_does_by_itself() -> None:
    names = {name for name, _ in app.periodic_registry.periodic_tasks}
    assert "casework.evidence.jobs.sweep_store" in names
