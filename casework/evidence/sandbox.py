"""A small prison for readers of hostile media: a child process that holds one open file and can reach nothing else.

Parent side, `run`: starts the child with the evidence as its standard input, reads framed results from its standard
output under a size limit, kills it at the deadline. Child side, `confine`: processor, memory and file limits, an own
network name space, Landlock over the whole file system, a descriptor limit of zero, after which the kernel opens no
further file or socket whatever a parser is talked into, and a filter that leaves only the system calls that computing
needs. Nothing here imports Django: the child must stay small. Not a guarantee against a flaw in what remains.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import selectors
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casework.evidence import syscalls

_ROOT = Path(__file__).resolve().parents[2]
_HEADER = struct.Struct(">IQ")
_MAX_HEADER = 64 * 1024
_GRACE_SECONDS = 10
# Without a home Python asks the host for one as it starts, which the C library does over a socket.
_ENVIRONMENT = {
    "PATH": os.defpath, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}  # fmt: skip

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_EXECUTE, _LANDLOCK_READ_FILE, _LANDLOCK_READ_DIR = 1, 4, 8
_LANDLOCK_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_LANDLOCK_NET_FROM, _LANDLOCK_SCOPE_FROM = 4, 6


@dataclass(frozen=True)
class Limits:
    """Seconds of processor and wall time, bytes of memory and of output."""

    cpu_seconds: int = 90
    wall_seconds: float = 180
    memory: int = 3 << 30
    output: int = 64 << 20


@dataclass(frozen=True)
class Outcome:
    """What a child handed over. `reason` is empty when it finished, else why it did not; outputs before that are whole.

    `isolated` is true only when the child had no network and no file system besides its input.
    """

    results: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    isolated: bool = False


def run(module: str, source: int, task: dict[str, Any], limits: Limits | None = None) -> Outcome:
    """Run `python -m module` over the open descriptor `source`, which it reads from the start. Never raises for what
    the child does; OSError when no process can be started at all."""
    data, reason = run_raw(module, source, task, limits or Limits())
    return _outcome(data, reason)


def run_raw(module: str, source: int, task: dict[str, Any], limits: Limits) -> tuple[bytes, str]:
    """As `run`, for a child that frames nothing: its whole output, and why it did not finish (empty when it did)."""
    os.lseek(source, 0, os.SEEK_SET)
    child = subprocess.Popen(
        [sys.executable, "-s", "-m", module, json.dumps({**task, "limits": vars(limits)})],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    try:
        data, reason = _collect(child, limits)
        if not reason:
            # It closed its output and has nothing left to do; one that lingers is killed like any other.
            child.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        reason = "took too long"
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    return data, reason or _reason(child.returncode)


def _collect(child: subprocess.Popen[bytes], limits: Limits) -> tuple[bytes, str]:
    data, deadline = bytearray(), time.monotonic() + limits.wall_seconds
    if child.stdout is None:
        raise OSError("the reader has no output to read from")
    with child.stdout as pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                return bytes(data), "took too long"
            piece = os.read(pipe.fileno(), 1 << 16)
            if not piece:
                return bytes(data), ""
            data += piece
            if len(data) > limits.output:
                return bytes(data[: limits.output]), "made too much output"


def _reason(returncode: int) -> str:
    if returncode == 0:
        return ""
    if -returncode in {signal.SIGXCPU, signal.SIGKILL}:
        return "used too much processor time or memory"
    return "the reader stopped unexpectedly" if returncode < 0 else "the file could not be read"


def _outcome(data: bytes, reason: str) -> Outcome:
    """Take the frames apart. The child may be in hostile hands by now: nothing it says is believed beyond its shape."""
    results: dict[str, bytes] = {}
    facts: dict[str, Any] = {}
    isolated, at = False, 0
    while len(data) - at >= _HEADER.size:
        header_size, body_size = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        at = start + header_size + body_size
        if header_size > _MAX_HEADER or at > len(data):
            return Outcome(results, facts, reason or "the reader's answer was malformed", isolated)
        try:
            header = json.loads(data[start : start + header_size])
            kind = header["kind"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return Outcome(results, facts, reason or "the reader's answer was malformed", isolated)
        if kind == "isolation":
            isolated = header.get("network") is True and header.get("files") is True
        elif kind == "facts" and isinstance(header.get("facts"), dict):
            facts |= header["facts"]
        elif kind == "failed":
            reason = str(header.get("reason", ""))[:200] or reason
        elif isinstance(kind, str):
            results[kind[:40]] = data[start + header_size : at]
    return Outcome(results, facts, reason, isolated)


# Child side


def emit(kind: str, body: bytes = b"", **header: Any) -> None:
    """Hand one result to the parent, whole or not at all."""
    encoded = json.dumps({"kind": kind, **header}).encode()
    frame = memoryview(_HEADER.pack(len(encoded), len(body)) + encoded + body)
    while frame:
        frame = frame[os.write(1, frame) :]


def limit_resources(limits: dict[str, Any]) -> None:
    """Processor, memory and core limits; dies with its parent."""
    cpu = int(limits["cpu_seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 2))
    resource.setrlimit(resource.RLIMIT_AS, (int(limits["memory"]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.nice(10)


def confine(*, filtered: bool = True) -> dict[str, bool]:
    """Give up network, files and most system calls; call when everything is imported. Says what the kernel granted:
    `network`, `files` and `calls` are true when an own name space, Landlock and the filter of system calls hold; the
    limits on descriptors and file size always do. Tests leave the filter out to see that the rest holds alone."""
    libc = _libc()
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    network = libc.unshare(flags | _CLONE_NEWUSER) == 0 or libc.unshare(flags) == 0
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    files = _landlock(libc)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return {"network": network, "files": files, "calls": filtered and syscalls.restrict(libc)}


def confine_program(readable: list[str]) -> dict[str, bool]:
    """As `confine`, for a process that is about to become a program of the host: it may read and run what lies under
    `readable` and write nothing. It keeps few descriptors, for a program must open its own libraries."""
    libc = _libc()
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    network = libc.unshare(flags | _CLONE_NEWUSER) == 0 or libc.unshare(flags) == 0
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    files = _landlock(libc, readable)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    return {"network": network, "files": files}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _landlock(libc: ctypes.CDLL, readable: list[str] | None = None) -> bool:
    """Handle every kind of access and permit none but reading and running what lies under `readable`. Descriptors
    already open stay usable."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    files = (1 << _LANDLOCK_FS_BITS.get(version, 16)) - 1
    network = 0b11 if version >= _LANDLOCK_NET_FROM else 0
    scope = 0b11 if version >= _LANDLOCK_SCOPE_FROM else 0
    words = [files] + [network] * (version >= _LANDLOCK_NET_FROM) + [scope] * (version >= _LANDLOCK_SCOPE_FROM)
    attributes = (ctypes.c_uint64 * len(words))(*words)
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(ctypes.sizeof(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable or ():
            _permit_reading(libc, ruleset, path)
        return libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _permit_reading(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        access = _LANDLOCK_EXECUTE | _LANDLOCK_READ_FILE | (_LANDLOCK_READ_DIR if os.path.isdir(path) else 0)
        rule = struct.pack("=Qi", access, place)
        libc.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.c_char_p(rule), 0)
    finally:
        os.close(place)
