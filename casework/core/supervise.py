"""The processes of a running office: web server and worker, started together, watched, stopped in order.

Children live in sessions of their own, so that Ctrl-C reaches only this process, which then stops them one after the
other: first the web server finishes its answers, then the worker its job. If this process dies, the kernel tells them.
"""

from __future__ import annotations

import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.2
READY_SECONDS = 180
# A worker that dies is started again after these pauses (seconds); one that lived this long has the pauses anew.
PAUSES = (1, 2, 4, 8, 16)
LIVED_SECONDS = 300
_prctl = getattr(ctypes.CDLL(None), "prctl", None)

Say = Callable[[str], None]


class PortUnavailable(Exception):
    """The address cannot be listened on. The message says why and what to do."""


def check_port(host: str, port: int) -> None:
    """Raise PortUnavailable unless a server can listen on `host` and `port`."""
    if not 0 <= port <= 65535:
        raise PortUnavailable(f"{port} is not a port: choose one from 1024 to 65535.")
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise PortUnavailable(f"{host} is not an address of this machine.") from error
    except OSError as error:
        reason = {
            errno.EADDRINUSE: f"Port {port} is taken. Choose another with --port.",
            errno.EACCES: f"Port {port} is reserved. Choose one above 1023 with --port.",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine.",
        }.get(error.errno or 0, f"{host}:{port} cannot be used: {error.strerror}.")
        raise PortUnavailable(reason) from error


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether the web server there gives an answer to `path`, whatever it thinks of this address."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(reached, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass
class Child:
    """One process to keep. `stop_seconds` is how long it may take to finish what it does when told to stop."""

    name: str
    command: Sequence[str]
    stop_seconds: float
    restarts: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    due: float = field(default=0)

    def start(self, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self.started = time.monotonic()

    def status(self) -> int | None:
        """The exit status once it has ended."""
        return self.process.poll() if self.process else None

    def stop(self, hurry: Callable[[], bool]) -> None:
        """Ask it to end, wait, and end it by force only when its time is over or `hurry` says so."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline or hurry():
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                return
            time.sleep(0.05)


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Supervisor:
    """Runs children until told to stop or one of them cannot be kept."""

    def __init__(self, children: Sequence[Child], environment: Mapping[str, str], say: Say) -> None:
        self.children = children
        self.environment = environment
        self.say = say
        self.signals = 0

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Start the children, call `announce` once `ready`, watch, stop. 0 when told to stop, 1 when a child failed."""
        previous = {number: signal.signal(number, self._noted) for number in STOPPING}
        try:
            for child in self.children:
                child.start(self.environment)
            return self._watch(ready, announce)
        finally:
            for child in self.children:
                child.stop(hurry=lambda: self.signals > 1)
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _noted(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _watch(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        announced, deadline = False, time.monotonic() + READY_SECONDS
        while not self.signals:
            for child in self.children:
                if not self._kept(child):
                    return 1
            if not announced and ready():
                announced = True
                announce()
            if not announced and time.monotonic() > deadline:
                self.say(f"The web server gave no answer within {READY_SECONDS} seconds. Everything is stopped.")
                return 1
            time.sleep(LOOK_SECONDS)
        self.say("Stopping: what has begun is finished first. Ctrl-C again stops at once.")
        return 0

    def _kept(self, child: Child) -> bool:
        """Whether the child runs, or will again after its pause."""
        now = time.monotonic()
        if child.due:
            if now >= child.due:
                child.due = 0
                child.start(self.environment)
            return True
        status = child.status()
        if status is None:
            return True
        if now - child.started > LIVED_SECONDS:
            child.failures = 0
        if not child.restarts or child.failures >= len(PAUSES):
            self.say(f"The {child.name} ended ({_how(status)}). Everything is stopped.")
            return False
        pause = PAUSES[child.failures]
        child.failures += 1
        child.due = now + pause
        self.say(f"The {child.name} ended ({_how(status)}) and is started again in {pause} s.")
        return True


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _how(status: int) -> str:
    return f"status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"
