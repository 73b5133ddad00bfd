"""The sandbox: a reader that turns against us reaches no file, no network, and not past its limits."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.evidence import sandbox
from casework.evidence.sandbox import Limits, Outcome


@pytest.fixture
def source(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "source"
    path.write_bytes(b"evidence")
    with path.open("rb") as file:
        yield file.fileno()


def attempt(source: int, act: str, argument: object = "", limits: Limits | None = None, **task: Any) -> Outcome:
    return sandbox.run("tests.evidence.prisoner", source, {"act": act, "argument": str(argument), **task}, limits)


@pytest.mark.parametrize("act", ["read", "write", "list", "remove"])
@pytest.mark.parametrize("filtered", [True, False])
def test_it_keeps_every_file_out_of_reach(source: int, tmp_path: Path, act: str, filtered: bool) -> None:
    target = tmp_path if act == "list" else tmp_path / "source"
    outcome = attempt(source, act, target, filtered=filtered)
    if act == "remove" and not outcome.isolated:
        pytest.skip("this kernel grants no Landlock: names can be removed, though nothing read")
    assert outcome.facts["came"] in {"OSError", "PermissionError"}
    assert outcome.facts["input"] == "evidence"
    assert (tmp_path / "source").read_bytes() == b"evidence"


def test_it_keeps_programs_out_of_reach(source: int) -> None:
    outcome = attempt(source, "run", "/bin/true")
    if not outcome.isolated:
        pytest.skip("this kernel grants no Landlock")
    assert outcome.facts["came"] == "PermissionError"


def test_it_keeps_the_network_out_of_reach(source: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        assert attempt(source, "connect", port).facts["came"] in {"OSError", "PermissionError"}
        outcome = attempt(source, "connect", port, raise_descriptors=True, filtered=False)
        if outcome.isolated:
            assert outcome.facts["came"] in {"OSError", "PermissionError"}
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(("act", "argument"), [("fork", ""), ("stat", "/etc"), ("kill", "1")])
def test_it_leaves_no_call_but_those_of_computing(source: int, act: str, argument: str) -> None:
    if platform.machine() not in {"x86_64", "aarch64"}:
        pytest.skip("there is no filter for this kind of processor")
    assert attempt(source, act, argument).facts["came"] == "PermissionError"
    # The same call succeeds, or fails for another reason, where there is no filter: it is the filter that refuses it.
    if act == "stat":
        assert attempt(source, act, argument, filtered=False).facts["came"] == "done"


def test_it_lets_a_reader_compute_in_threads(source: int) -> None:
    assert attempt(source, "thread").facts["came"] == "done"


ENDED = {
    "hang": "took too long",
    "spin": "used too much processor time or memory",
    "memory": "the file could not be read",
    "flood": "made too much output",
    "linger": "took too long",
}


@pytest.mark.parametrize("act", ENDED)
def test_it_ends_a_reader_that_takes_too_much(source: int, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(sandbox.subprocess, "Popen", Watched)
    monkeypatch.setattr(sandbox, "_GRACE_SECONDS", 1)
    # Wall time is ample where another limit has to end it, so that a slow machine changes nothing.
    wall = 2.5 if act in {"hang", "linger"} else 120
    outcome = attempt(source, act, limits=Limits(cpu_seconds=1, wall_seconds=wall, memory=1 << 30, output=4 << 20))
    assert outcome.reason == ENDED[act]
    (child,) = started
    assert child.returncode is not None
    assert (child.returncode == -signal.SIGKILL) is (act in {"hang", "linger", "flood"})
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


@pytest.mark.parametrize(
    "noise",
    ["\0\0\0\2" + "\0" * 8 + "{}", "\xff" * 40, "\0\0\0\4" + "\0" * 8 + "nope", "\0\0\0\4" + "\0" * 7 + "\xff[[[["],
)
def test_it_believes_nothing_malformed_but_what_came_before(source: int, noise: str) -> None:
    outcome = attempt(source, "babble", noise)
    assert outcome.reason == "the reader's answer was malformed"
    assert outcome.results == {"poster": b"\xff\xd8\xffwhole"}


def test_it_reads_the_input_from_its_start(source: int) -> None:
    for _ in range(2):
        assert attempt(source, "list", "/").facts["input"] == "evidence"
