"""`manage.py up` and `demo`: what they refuse, what they prepare, what they keep running and how they stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError

from casework.core import serving, supervise
from casework.core.database import DatabaseUnavailable
from casework.core.management.commands import demo, up
from casework.core.postgres import Cluster
from casework.core.supervise import Child, PortUnavailable, Supervisor, check_port

CHECKOUT = Path(__file__).resolve().parents[2]
WAITS = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('on', flush=True); signal.pause()",
]


@pytest.fixture
def taken_port():  # type: ignore[no-untyped-def]
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def fails(status: int = 3) -> list[str]:
    return [sys.executable, "-c", f"raise SystemExit({status})"]


def told(number: int = signal.SIGTERM) -> Callable[[], None]:
    """What to do once ready: what a person or the machine does to stop it."""
    return lambda: os.kill(os.getpid(), number)


class TestPort:
    def test_it_takes_a_free_port(self) -> None:
        check_port("127.0.0.1", 0)

    def test_it_says_that_a_port_is_taken(self, taken_port: int) -> None:
        with pytest.raises(PortUnavailable, match=f"Port {taken_port} is taken. Choose another with --port"):
            check_port("127.0.0.1", taken_port)

    @pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("no such host", 8000)])
    def test_it_says_that_an_address_is_not_this_machines(self, host: str, port: int) -> None:
        with pytest.raises(PortUnavailable, match="not an address of this machine"):
            check_port(host, port)

    @pytest.mark.parametrize("port", [70_000, -1])
    def test_it_says_that_a_number_is_no_port(self, port: int) -> None:
        with pytest.raises(PortUnavailable, match="is not a port"):
            check_port("127.0.0.1", port)

    def test_it_is_checked_before_anything_is_made(
        self, taken_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CASEWORK_STATE", str(tmp_path / "state"))
        with pytest.raises(CommandError, match="is taken"):
            call_command("up", port=taken_port)
        assert not (tmp_path / "state").exists()


class TestState:
    def test_it_never_mixes_an_office_and_a_demonstration(self, tmp_path: Path) -> None:
        serving.claim_state(tmp_path, "demo")
        serving.claim_state(tmp_path, "demo")
        with pytest.raises(CommandError, match=r"holds a demonstration, not an office. Set CASEWORK_STATE"):
            serving.claim_state(tmp_path, "office")

    def test_it_keeps_the_accounts_of_a_demonstration_to_their_owner(self, tmp_path: Path) -> None:
        path = tmp_path / "demo-accounts.json"
        path.write_text("old")
        account = {"email": "iryna@example.org", "password": "long and random", "role": "investigator", "team": "East"}
        demo.keep_accounts(path, [account | {"id": "7"}, {"email": "a@example.org", "password": "x", "role": "viewer"}])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text())[0] == account
        assert json.loads(path.read_text())[1]["team"] == ""
        assert [file.name for file in tmp_path.iterdir()] == ["demo-accounts.json"]

    def test_it_prints_the_accounts_in_columns(self) -> None:
        table = demo.account_table([{"email": "a@example.org", "password": "p", "role": "auditor", "team": ""}])
        assert table.splitlines()[0].split() == ["email", "password", "role", "team"]
        assert table.splitlines()[1].split() == ["a@example.org", "p", "auditor", "-"]

    def test_it_collects_static_files_again_only_when_one_changed(
        self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "a.css").write_text("a {}")
        settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "static"
        settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
        serving.get_finders.__globals__["get_finder"].cache_clear()
        assert serving.collect_static(tmp_path) is True
        assert (tmp_path / "static" / "a.css").exists()
        assert serving.collect_static(tmp_path) is False
        (source / "b.css").write_text("b {}")
        assert serving.collect_static(tmp_path) is True
        assert (tmp_path / "static" / "b.css").exists()
        serving.get_finders.__globals__["get_finder"].cache_clear()


class TestWords:
    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (DatabaseUnavailable("No room."), "No room."),
            (PortUnavailable("Port 1 is taken."), "Port 1 is taken."),
            (OSError(28, "No space left on device", "/srv/a"), "The disk is full"),
            (PermissionError(13, "Permission denied", "/srv/a"), "/srv/a is not readable and writable"),
            (OperationalError("connection refused\nIs it running?"), "cannot be reached: connection refused"),
        ],
    )
    def test_it_says_what_is_wrong_in_one_line(self, error: Exception, says: str) -> None:
        with pytest.raises(CommandError, match=says) as caught, serving.plain_words():
            raise error
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("cause", "says"),
        [
            (psycopg.errors.InsufficientPrivilege("no"), "CREATE EXTENSION btree_gist"),
            (psycopg.errors.DiskFull("no"), "disk is full"),
        ],
    )
    def test_it_says_what_to_do_about_the_database(self, cause: Exception, says: str) -> None:
        error = ProgrammingError("no")
        error.__cause__ = cause
        with pytest.raises(CommandError, match=says), serving.plain_words():
            raise error

    def test_it_does_not_hide_a_fault_of_its_own(self) -> None:
        with pytest.raises(ProgrammingError), serving.plain_words():
            raise ProgrammingError("column does not exist")


class TestSupervisor:
    @pytest.fixture
    def said(self) -> list[str]:
        return []

    def run(self, children: list[Child], said: list[str], announce: Callable[[], None] = lambda: None) -> int:
        return Supervisor(children, os.environ, said.append).run(lambda: True, announce)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_it_stops_its_children_when_told(self, said: list[str], number: int) -> None:
        children = [Child("web server", WAITS, 20), Child("worker", WAITS, 20)]
        assert self.run(children, said, told(number)) == 0
        assert [child.status() for child in children] == [-signal.SIGTERM, -signal.SIGTERM]
        assert said == ["Stopping: what has begun is finished first. Ctrl-C again stops at once."]

    def test_it_stops_the_rest_when_the_web_server_ends(self, said: list[str]) -> None:
        children = [Child("web server", fails(3), 20), Child("worker", WAITS, 20)]
        assert self.run(children, said) == 1
        assert said == ["The web server ended (status 3). Everything is stopped."]
        assert children[1].status() == -signal.SIGTERM

    def test_it_starts_the_worker_again_a_few_times(self, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(supervise, "PAUSES", (0, 0))
        children = [Child("web server", WAITS, 20), Child("worker", fails(1), 20, restarts=True)]
        assert self.run(children, said) == 1
        assert said == [
            "The worker ended (status 1) and is started again in 0 s.",
            "The worker ended (status 1) and is started again in 0 s.",
            "The worker ended (status 1). Everything is stopped.",
        ]

    def test_it_ends_by_force_what_does_not_stop_in_time(self, said: list[str]) -> None:
        child = Child("worker", STUBBORN, 0.1)
        reader, writer = os.pipe()
        with os.fdopen(reader) as lines:
            saved = os.dup(1)
            os.dup2(writer, 1)
            try:
                child.start(os.environ)
            finally:
                os.dup2(saved, 1)
                os.close(saved)
                os.close(writer)
            assert lines.readline() == "on\n"
            child.stop(hurry=lambda: False)
        assert child.status() == -signal.SIGKILL

    def test_it_gives_up_on_a_server_that_never_answers(self, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(supervise, "READY_SECONDS", 0)
        supervisor = Supervisor([Child("web server", WAITS, 20)], os.environ, said.append)
        assert supervisor.run(lambda: False, lambda: None) == 1
        assert "gave no answer" in said[0]


class TestAddress:
    @pytest.mark.parametrize(
        ("host", "address"),
        [("127.0.0.1", "http://127.0.0.1:81"), ("::1", "http://[::1]:81"), ("0.0.0.0", "http://127.0.0.1:81")],  # noqa: S104
    )
    def test_it_names_the_address_people_type(self, monkeypatch: pytest.MonkeyPatch, host: str, address: str) -> None:
        monkeypatch.delenv("CASEWORK_BASE_URL", raising=False)
        command = up.Command()
        command.host, command.port = host, 81
        assert command.base_url == address
        monkeypatch.setenv("CASEWORK_BASE_URL", "https://casework.example.org/")
        assert command.base_url == "https://casework.example.org"

    def test_it_serves_without_an_access_log_as_the_applications_role(self, tmp_path: Path) -> None:
        command = up.Command()
        command.host, command.port, command.state = "127.0.0.1", 81, tmp_path
        assert command.environment()["CASEWORK_DATABASE_ROLE"] == "app"
        assert not [word for word in serving.web_command("127.0.0.1", 81) if "access" in word]
        assert "[::1]:81" in serving.web_command("::1", 81)


@pytest.mark.long
def test_it_prepares_serves_and_stops_an_office(tmp_path: Path) -> None:
    """From nothing: the link for the first administrator, pages that answer, a worker, and no database left behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEWORK_", "DATABASE_"))}
    environment |= {"CASEWORK_STATE": str(tmp_path / "an office"), "CASEWORK_DEBUG": "1", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    office = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert office.stdout is not None
    said = []
    try:
        for line in office.stdout:
            said.append(line)
            if "is ready" in line:
                break
        assert any("This link, good once" in line for line in said)
        assert f"http://127.0.0.1:{port}/" in said[-1]
        assert supervise.answers("127.0.0.1", port, "/healthz")
        office.send_signal(signal.SIGINT)
        said += office.stdout.readlines()
        assert office.wait(60) == 0
    finally:
        office.kill()
        office.wait()
    assert said[-1] == "Stopped. Everything saved is kept.\n"
    assert not supervise.answers("127.0.0.1", port)
    assert not Cluster(tmp_path / "an office").answers()
