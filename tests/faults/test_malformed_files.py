"""A thousand malformed files through everything that is made of a file: nothing crashes, connects, reads elsewhere or
takes more than its limits. Prints a table, which docs/measurements.md keeps.

    pytest tests/faults/test_malformed_files.py -s
"""

from __future__ import annotations

import collections
import ctypes
import dataclasses
import functools
import os
import resource
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.evidence import ocr, previews, sandbox, texts
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_copies, make_previews, read_text
from casework.evidence.models import FileText, Item, Preview
from casework.evidence.uploads import stored_from_bytes
from casework.recognition import fingerprints
from casework.recognition.jobs import recognise_file
from casework.recognition.models import Fingerprint
from tests.evidence import samples
from tests.faults import malformed
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db

COUNT = int(os.environ.get("CASEWORK_MALFORMED_FILES", "1000"))
SEED = 20250112
_OPENED = 0x20 | 0x1 | 0x2
"""inotify: opened, read, written."""


@dataclasses.dataclass
class Group:
    """What became of the files of one group."""

    files: int = 0
    shown: int = 0
    told: int = 0
    signals: int = 0
    seconds: float = 0.0


class Watch:
    """Sees every child from outside: its descriptors while it runs, how it ended; who opens the file elsewhere; who
    connects to the listener."""

    def __init__(self, elsewhere: Path, server: socket.socket) -> None:
        self.server, self.children, self.sockets, self.foreign, self.signals = server, 0, 0, 0, 0
        self._running: dict[int, Any] = {}
        self._stop = threading.Event()
        libc = ctypes.CDLL(None, use_errno=True)
        self._notify = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._notify, str(elsewhere).encode(), _OPENED) >= 0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def opened_elsewhere(self) -> int:
        """How often the file elsewhere was touched since the last question."""
        touched = 0
        while select.select([self._notify], [], [], 0)[0]:
            touched += len(os.read(self._notify, 4096)) // 16
        return touched

    def connections(self) -> int:
        """How many connected to the listener."""
        met = 0
        self.server.settimeout(0)
        while True:
            try:
                self.server.accept()[0].close()
                met += 1
            except (BlockingIOError, TimeoutError):
                return met

    def popen(self, *args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        """In the place of subprocess.Popen in the sandbox."""
        child: subprocess.Popen[bytes] = _popen(*args, **kwargs)
        self.children += 1
        self._running[child.pid] = child
        return child

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            for pid, child in list(self._running.items()):
                if child.returncode is not None:
                    self._running.pop(pid)
                    self.signals += child.returncode < 0
                    continue
                self._look_at(pid)

    def _look_at(self, pid: int) -> None:
        try:
            # Before it becomes the reader, a child holds what its parent holds.
            if b"casework." not in Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"-m")[2]:
                return
            for name in os.listdir(f"/proc/{pid}/fd"):
                self.sockets += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except OSError:
            return

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._notify)


_popen = subprocess.Popen


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> sandbox.Limits:
    """The office's own limits of memory and output; less time, so that a file that spins costs half a minute here."""
    tight = sandbox.Limits(cpu_seconds=20, wall_seconds=120, output=previews.COPY_LIMITS.output)
    monkeypatch.setattr(previews, "COPY_LIMITS", tight)
    monkeypatch.setattr(texts, "LIMITS", tight)
    monkeypatch.setattr(fingerprints, "read", functools.partial(fingerprints.read, limits=tight))
    # What is recognised was drawn by the reader; the program itself is measured elsewhere.
    monkeypatch.setattr(ocr, "languages", tuple)
    return tight


def test_it_bears_a_thousand_malformed_files(
    cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: sandbox.Limits
) -> None:
    elsewhere = tmp_path / "elsewhere.mp4"
    elsewhere.write_bytes(samples.video(seconds=1))
    groups: dict[str, Group] = collections.defaultdict(Group)
    crashes: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server, Watch(elsewhere, server) as watch:
        monkeypatch.setattr(sandbox.subprocess, "Popen", watch.popen)
        files = malformed.every(COUNT, SEED, elsewhere, server.getsockname()[1])
        items = list(_through(files, cast, groups, crashes))
        touched, met = watch.opened_elsewhere(), watch.connections()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    pages = _pages(cast, items)
    _print(groups, watch, largest, touched, met, pages, crashes, limits)
    assert sum(group.files for group in groups.values()) >= COUNT
    assert crashes == []
    assert (watch.sockets, met, touched) == (0, 0, 0)
    assert largest <= limits.memory
    assert set(pages) == {200}
    assert not Preview.objects.filter(state=Preview.State.WAITING).exists()
    assert not FileText.objects.filter(state=FileText.State.WAITING).exists()
    assert not Fingerprint.objects.filter(state=Fingerprint.State.WAITING).exists()
    assert max(group.seconds for group in groups.values()) <= 3 * limits.wall_seconds


def _through(
    files: Iterator[malformed.Malformed], cast: SimpleNamespace, groups: dict[str, Group], crashes: list[str]
) -> Iterator[Item]:
    for number, file in enumerate(files):
        group, began = groups[file.group], time.monotonic()
        group.files += 1
        try:
            item = register_item(
                actor=cast.investigator, team=cast.team, kind="document", title=f"{file.group} {number}",
                files=[stored_from_bytes(file.name, file.data)],
            )  # fmt: skip
            sha256 = item.files.get().blob_id
            make_previews(sha256=sha256)
            make_copies(sha256=sha256)
            read_text(sha256=sha256)
            recognise_file(sha256=sha256)
        except Exception as error:
            crashes.append(f"{file.group} {file.name} {number}: {error!r}")
            continue
        group.shown += Preview.objects.filter(blob_id=sha256, state=Preview.State.READY).exists()
        failed = Preview.objects.filter(blob_id=sha256, state=Preview.State.FAILED).exclude(note="")
        group.told += failed.exists()
        group.seconds = max(group.seconds, time.monotonic() - began)
        if number % 25 == 0:
            yield item


def _pages(cast: SimpleNamespace, items: list[Item]) -> list[int]:
    """What the web server answers for pages of some of the items."""
    office = Client()
    office.force_login(cast.investigator, backend=BACKEND)
    return [office.get(reverse("evidence:detail", args=[item.pk])).status_code for item in items]


def _print(
    groups: dict[str, Group], watch: Watch, largest: int, touched: int, met: int, pages: list[int], crashes: list[str],
    limits: sandbox.Limits,
) -> None:  # fmt: skip
    print(f"\n| {'Group':<18} | Files | Something shown | Failure stated | Longest, s |")
    print("|---|---|---|---|---|")
    for name, group in sorted(groups.items()):
        print(f"| {name:<18} | {group.files} | {group.shown} | {group.told} | {group.seconds:.1f} |")
    total = sum(group.files for group in groups.values())
    print(f"\n{total} files, {watch.children} readers started, {watch.signals} of them ended by a signal or a limit.")
    print(f"Crashes of the worker: {len(crashes)}. Pages asked for: {len(pages)}, answered 200: {pages.count(200)}.")
    print(f"Sockets seen in readers: {watch.sockets}; connections to the listener: {met}.")
    print(f"Openings of a file that the malformed ones named: {touched}.")
    print(f"Largest reader: {largest >> 20} MiB resident of {limits.memory >> 20} MiB allowed.")
