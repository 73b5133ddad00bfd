"""An import of 10,000 messages with 1,000 files whose worker is killed, while it copies and while it writes.

It goes on, whole and without doubles, when a worker is there again. CASEWORK_FAULT_MESSAGES sets another number. The
times printed here are those of docs/measurements.md.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.imports.big import MESSAGES, make
from tests.running import CHECKOUT, MANAGE, Office

COUNT = int(os.environ.get("CASEWORK_FAULT_MESSAGES", MESSAGES))
FILES = COUNT // 10
SEND = """
import json
from casework.accounts.models import Team, User
from casework.evidence import store
from casework.evidence.uploads import StoredUpload
from casework.imports.actions import receive_import
with open({path!r}, "rb") as export:
    upload = StoredUpload(store.receive(export), "export.zip", "application/zip")
actor = User.objects.get(name="Ivan Uploader")
team = Team.objects.get(name="Team of the upload")
batch = receive_import(actor=actor, team=team, kind="telegram", files=[upload], channel="front_news")
print(batch.pk)
"""
CONFIRM = """
from casework.imports.actions import confirm_import
from casework.imports.models import Import
batch = Import.objects.get(pk={pk!r})
confirm_import(batch, actor=batch.created_by)
"""
STATE = """
import json
from casework.imports.models import Import
batch = Import.objects.get(pk={pk!r})
print(json.dumps([batch.state, batch.stage, batch.steps_done, batch.steps, batch.figures, batch.failure]))
"""
REQUEUE = """
from procrastinate.contrib.django.models import ProcrastinateJob
from django.db import connection
from casework.imports.queue import queue_lost_imports
with connection.cursor() as cursor:
    cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
print(queue_lost_imports())
"""
COUNTS = """
import json
from casework.audit.record import verify
from casework.evidence import store
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, Item, Post
from casework.imports.models import Imported, ImportRow
from casework.evidence.actions.custody import verify_custody
posts = Post.objects.count()
print(json.dumps({
    "items": Item.objects.filter(kind="post").count(), "posts": posts,
    "numbers": Post.objects.values("post_id").distinct().count(),
    "files": EvidenceFile.objects.count(), "imported": Imported.objects.count(), "rows": ImportRow.objects.count(),
    "stored": sum(1 for _ in store.iterate()), "blobs": Blob.objects.count(), "whole": verify().whole,
    "custody": all(verify_custody(item).whole for item in Item.objects.order_by("?")[:200]),
}))
"""


class Worker:
    """A worker of the office by itself, to be killed."""

    def __init__(self, office: Office) -> None:
        log = open(office.state.parent / "worker.log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, MANAGE, "procrastinate", "worker", "--queues", "imports"], cwd=CHECKOUT,
            env=office._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.prepare()
    return office


def test_a_killed_import_goes_on_without_doubles(office: Office, tmp_path: Path, capsys: Any) -> None:
    def say(text: str) -> None:
        with capsys.disabled():
            print(text)

    export = tmp_path / "export.zip"
    make(export, messages=COUNT, media=FILES)
    say(f"\nTelegram export: {COUNT:,} messages, {FILES:,} files, {megabytes(export.stat().st_size)}")
    pk = office.shell(SEND.format(path=str(export))).split()[-1]
    state = watched(office, pk)

    worker, begun = Worker(office), time.monotonic()
    figures = wait_for(state, lambda seen: seen[0] == "preview")[4]
    took = time.monotonic() - begun
    say(f"  read and previewed in {took:.1f} s: {figures['new']:,} new, {megabytes(figures['bytes'])} of files")
    worker.kill()

    office.shell(CONFIRM.format(pk=pk))
    worker, begun = Worker(office), time.monotonic()
    found = wait_for(state, lambda seen: seen[1] == "copying" and seen[2] > seen[3] // 4 > 0)
    worker.kill()
    took = time.monotonic() - begun
    say(f"  killed after {took:.1f} s of copying, at {megabytes(found[2])} of {megabytes(found[3])}; {nothing(office)}")
    assert office.shell(REQUEUE).split()[-1] == "1"

    worker, begun = Worker(office), time.monotonic()
    wait_for(state, lambda seen: seen[1] == "writing")
    worker.kill()
    say(f"  went on copying, {time.monotonic() - begun:.1f} s; killed while writing; {nothing(office)}")
    assert office.shell(REQUEUE).split()[-1] == "1"

    worker, begun = Worker(office), time.monotonic()
    found = wait_for(state, lambda seen: seen[0] in ("done", "failed"))
    took = time.monotonic() - begun
    worker.kill()
    assert found[0] == "done", found
    say(f"  began again and wrote everything in {took:.1f} s")
    counts = json.loads(office.shell(COUNTS))
    say(f"  {counts}")
    assert counts["items"] == counts["posts"] == counts["numbers"] == counts["imported"] == COUNT
    assert counts["files"] == FILES and counts["blobs"] == counts["stored"] == FILES + 1
    assert counts["rows"] == 0 and counts["whole"] and counts["custody"]


def megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


def nothing(office: Office) -> str:
    counts = json.loads(office.shell(COUNTS))
    assert counts["items"] == counts["posts"] == counts["files"] == counts["imported"] == 0
    return "nothing recorded"


def watched(office: Office, pk: str) -> Callable[[], list[Any]]:
    return lambda: json.loads(office.shell(STATE.format(pk=pk)).strip().splitlines()[-1])


def wait_for(state: Callable[[], list[Any]], reached: Callable[[list[Any]], bool]) -> list[Any]:
    """Look until it is so; the last look is returned."""
    deadline = time.monotonic() + 900
    while True:
        seen = state()
        if reached(seen):
            return seen
        assert seen[0] not in ("failed", "cancelled"), seen
        assert time.monotonic() < deadline, seen
