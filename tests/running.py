"""An office of its own in a folder of its own, started as people start it: for what only real processes can show."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
MANAGE = str(CHECKOUT / "manage.py")
START_SECONDS = 240
PEOPLE = """
import datetime, json
from django.test import Client
from casework.accounts.actions import make_token
from casework.audit import clock
from casework.evidence.actions import register_item
from tests.factories import TeamFactory, person
team = TeamFactory(name="Team of the upload")
user = person("Ivan Uploader", "investigator", team=team)
_, token = make_token(user, actor=user, name="upload", scope="write", ends_at=clock.now() + datetime.timedelta(days=1))
item = register_item(actor=user, team=team, kind="video", title="A long recording")
client = Client()
client.force_login(user, backend="casework.accounts.backends.CaseworkBackend")
print(json.dumps({"token": token, "item": str(item.pk), "reference": item.reference,
                  "session": client.cookies["sessionid"].value}))
"""


class Office:
    """`manage.py up` on `folder`, at a free port. `token`, `session` and `item` belong to an investigator made by
    `prepare`."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.port = _free_port()
        self.token = self.session = self.item = self.reference = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "office.log"

    @property
    def store(self) -> Path:
        return self.state / "store"

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def prepare(self) -> None:
        """Make the database, an investigator with a token and a session, and an item without files."""
        self.manage("up", "--no-serve", "--port", str(self.port)).check_returncode()
        made = json.loads(self.shell(PEOPLE))
        self.token, self.item, self.session = made["token"], made["item"], made["session"]
        self.reference = made["reference"]

    def start(self) -> None:
        """Serve, and wait for the first answer."""
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, MANAGE, "up", "--port", str(self.port)],
                env=self._environment(), cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self._answer() != 200:
            assert self._process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.2)

    def stop(self) -> int:
        """Ctrl-C, and the exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(120)

    def wait(self) -> int:
        """Until it ends by itself; the exit status."""
        assert self._process is not None
        return self._process.wait(120)

    def answers(self) -> bool:
        """Whether it serves at the moment."""
        return self._answer() == 200

    def web_group(self) -> int:
        """The process group of the web server: its first process."""
        assert self._process is not None
        for pid in children(self._process.pid):
            if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        raise AssertionError("no web server runs")

    def web_memory(self) -> int:
        """Bytes of memory of the web server's fattest process, and its children's."""
        pids = [self.web_group(), *children(self.web_group())]
        return max(_resident(pid) for pid in pids)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same office."""
        command = [sys.executable, MANAGE, *arguments]
        return subprocess.run(
            command, env=self._environment(), cwd=CHECKOUT, capture_output=True, text=True, check=False
        )

    def shell(self, code: str) -> str:
        """What `code` prints when it runs inside the office, as the owner of the database."""
        done = self.manage("shell", "--no-imports", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def request(self, path: str, *, body: Any, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
        """POST to the office; `body` is bytes or an iterable of them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("POST", path, body=body, headers=dict(headers))
            yield connection.getresponse()
        finally:
            connection.close()

    def send(self, body: Iterator[bytes], size: int, name: str = "recording.mp4") -> dict[str, Any]:
        """Upload bare bytes to the item, as a program does. Returns the file's record."""
        path = f"/api/v1/evidence/{self.item}/files/?part=original"
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream",
            "Content-Length": str(size), "X-Filename": name,
        }  # fmt: skip
        with self.request(path, body=body, headers=headers) as response:
            answer = response.read()
            assert response.status == 201, answer[:2000]
            return dict(json.loads(answer))

    def _answer(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not re.match("CASEWORK_|DATABASE_|PYTEST", name)}
        return kept | {"CASEWORK_STATE": str(self.state)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """Its child processes."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
