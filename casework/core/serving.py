"""What `manage.py up` and `manage.py demo` share: prepare an office, serve it, stop in order."""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection, connections

from casework.core.database import (
    DatabaseUnavailable,
    application_role,
    ensure_database,
    grant_application_role,
    prepare_state,
    state_dir,
    stop_database,
)
from casework.core.postgres_programs import OLDEST
from casework.core.supervise import Child, PortUnavailable, Supervisor, answers, check_port

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104
# Short jobs that must not wait behind a long one: a head of the chains is due every few minutes, an import takes hours.
PROMPT_QUEUES = ("heads", "calls")
# Comparing footage takes minutes and much memory: one worker does that alone, and nobody's preview waits for it.
COMPARING_QUEUES = ("recognition",)
GENERAL_QUEUES = ("default", "builtin", "imports", "media", "upkeep", *PROMPT_QUEUES)
ONE_ROLE = """\
Note: pages connect as the owner of the database, so only triggers keep the audit from being changed. To part them:
  CREATE ROLE casework_app LOGIN PASSWORD '...';
then set DATABASE_OWNER_URL to the present DATABASE_URL, and DATABASE_URL to the same database as casework_app."""


class ServeCommand(BaseCommand):
    """A command that prepares an office and serves it. `kind` is what the state folder is for: "office" or "demo"."""

    kind = ""
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1 if left out)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000 if left out)")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, do what is queued, and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        self.host, self.port = options["host"], options["port"]
        self.state = state_dir()
        previous = signal.signal(signal.SIGTERM, _interrupt)
        try:
            with plain_words():
                if not options["no_serve"]:
                    check_port(self.host, self.port)
                prepare_state(self.state)
                claim_state(self.state, self.kind)
                status = self.run_office(no_serve=options["no_serve"])
        except KeyboardInterrupt:
            self.say("Stopped. Everything saved is kept.")
            status = 130
        finally:
            signal.signal(signal.SIGTERM, previous)
        if status:
            sys.exit(status)

    def run_office(self, *, no_serve: bool) -> int:
        """Prepare, then serve or do what is queued; afterwards stop the embedded server. The exit status."""
        self.say("Preparing the database")
        started = ensure_database(self.state)
        try:
            self.prepare()
            self.fill()
            _let_go()
            return self.work_off() if no_serve else self.serve()
        finally:
            _let_go()
            if started or not no_serve:
                stop_database(self.state)

    def fill(self) -> None:
        """What this kind of office holds when it is new; and what the person at the terminal is told about it."""

    # The steps ------------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @property
    def base_url(self) -> str:
        """The address people type: the one configured, else where the server listens."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        name = f"[{host}]" if ":" in host else host
        return (os.environ.get("CASEWORK_BASE_URL") or f"http://{name}:{self.port}").rstrip("/")

    def environment(self) -> dict[str, str]:
        """What the web server and the worker are started with: the application's role, and the same state."""
        return os.environ | {
            "CASEWORK_STATE": str(self.state),
            "CASEWORK_BASE_URL": self.base_url,
            "CASEWORK_DATABASE_ROLE": "app",
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "casework.settings"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")])),
        }

    def prepare(self) -> None:
        """Tables, what the application's role may do with them, and the files that pages ask for."""
        connection.ensure_connection()
        version: int = connection.pg_version  # type: ignore[attr-defined]
        if version < OLDEST * 10_000:
            raise CommandError(f"PostgreSQL {OLDEST} or later is needed; this is {version // 10_000}.")
        call_command("migrate", interactive=False, verbosity=0)
        if not grant_application_role(connection) and application_role() is None:
            self.say(ONE_ROLE)
        if collect_static(self.state):
            self.say("Prepared the styles, scripts and images")

    def serve(self) -> int:
        """Run web server and worker until told to stop. The exit status."""
        environment = self.environment()
        children = [
            Child("web server", web_command(self.host, self.port), stop_seconds=40),
            Child("worker", worker_command(*GENERAL_QUEUES), stop_seconds=40, restarts=True),
            Child("worker of heads", worker_command(*PROMPT_QUEUES), stop_seconds=40, restarts=True),
            Child("worker of recognition", worker_command(*COMPARING_QUEUES), stop_seconds=40, restarts=True),
        ]
        supervisor = Supervisor(children, environment, self.say)
        status = supervisor.run(lambda: answers(self.host, self.port), self.announce)
        if status == 0:
            self.say("Stopped. Everything saved is kept.")
        return status

    def announce(self) -> None:
        if self.host not in LOOPBACK and not os.environ.get("CASEWORK_BASE_URL"):
            self.say("Note: set CASEWORK_BASE_URL to the address people use; others are refused.")
        self.say(f"casework is ready at {self.base_url}/ (Ctrl-C stops it)")

    def work_off(self) -> int:
        """Do what is queued, and no more. The exit status."""
        self.say("Doing what is queued")
        done = subprocess.run([*worker_command(), "--one-shot"], env=self.environment(), check=False)
        if done.returncode == 0:
            self.say("Everything is prepared.")
        return min(abs(done.returncode), 1)


def web_command(host: str, port: int) -> list[str]:
    """gunicorn with threads: a slow upload of gigabytes holds one thread, and the worker still reports as alive."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    shared_memory = Path("/dev/shm")  # noqa: S108
    command = [sys.executable, "-m", "gunicorn", "casework.wsgi:application", "--bind", bind]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--keep-alive", "5"]
    command += ["--timeout", "120", "--graceful-timeout", "30", "--log-level", "warning", "--no-control-socket"]
    command += ["--logger-class", "casework.core.logging.ServerLogger"]
    if os.access(shared_memory, os.W_OK):
        # The heartbeat file; on a slow disk it would stop the worker.
        command += ["--worker-tmp-dir", str(shared_memory)]
    return command


def worker_command(*queues: str) -> list[str]:
    """A worker of the named queues, or of all."""
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    command = [sys.executable, manage, "procrastinate", "worker", "--shutdown-graceful-timeout", "30"]
    return [*command, "--queues", ",".join(queues)] if queues else command


def claim_state(state: Path, kind: str) -> None:
    """Mark the state folder as an office's or a demonstration's; invented people and real ones are never mixed."""
    marker = state / "kind"
    try:
        held = marker.read_text().strip()
    except FileNotFoundError:
        marker.write_text(f"{kind}\n")
        return
    if held != kind:
        names = {"demo": "a demonstration", "office": "an office"}
        raise CommandError(
            f"{state} holds {names.get(held, 'something else')}, not {names[kind]}. "
            "Set CASEWORK_STATE to another folder and start again."
        )


def collect_static(state: Path) -> bool:
    """Collect and compress static files when any changed since the last time. True when it did."""
    seen = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            stat = os.stat(storage.path(path))
            seen.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    mark = state / "static-collected"
    with contextlib.suppress(FileNotFoundError):
        if mark.read_text() == seen.hexdigest() and Path(settings.STATIC_ROOT).is_dir():
            return False
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(seen.hexdigest())
    return True


@contextlib.contextmanager
def plain_words() -> Iterator[None]:
    """Say what is wrong with the machine or the database in one line, without a trace."""
    try:
        yield
    except (DatabaseUnavailable, PortUnavailable) as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise _explained(error) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CommandError(
                f"The disk is full ({error.filename or state_dir()}). Make room and start again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise CommandError(
                f"{error.filename or state_dir()} is not readable and writable for this user. Correct its owner, or "
                "set CASEWORK_STATE to another folder."
            ) from error
        raise


def _explained(error: DatabaseError) -> BaseException:
    line = (str(error).strip().splitlines() or ["no reason given"])[0]
    match error.__cause__:
        case psycopg.errors.DiskFull():
            return CommandError(
                "The database's disk is full. Make room and start again; nothing that was saved is lost."
            )
        case psycopg.errors.InsufficientPrivilege():
            return CommandError(
                f"The database's role may not do this: {line}. As the database's administrator run: "
                "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; and make the role of DATABASE_OWNER_URL (or "
                "DATABASE_URL) the owner of the database."
            )
    if isinstance(error, OperationalError):
        return CommandError(f"The database cannot be reached: {line}")
    return error


def _let_go() -> None:
    """Close this process's connections, so that they do not count as somebody using the database."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
