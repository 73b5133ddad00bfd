"""The database: which one, as which role, and the embedded server that is there when none is named.

`DATABASE_URL` names a PostgreSQL 15+ of the office's own; without it one is kept in the state folder. Two roles: the
owner runs migrations and makes test databases; the application's role owns nothing, so that the append-only
tables stay so whatever a page is made to say. CASEWORK_DATABASE_ROLE ("owner" unless set to "app") picks one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from casework.core.postgres import PORT, Cluster
from casework.core.postgres_programs import DatabaseUnavailable

__all__ = [
    "APPEND_ONLY_TABLES",
    "DatabaseUnavailable",
    "application_role",
    "database_config",
    "ensure_database",
    "grant_application_role",
    "prepare_state",
    "state_dir",
    "stop_database",
]

NAME = "casework"
OWNER = "casework"
APPLICATION = "casework_app"
# What the application's role may add to and never change. The tables of row history (see `_history_tables`) join them.
APPEND_ONLY_TABLES = (
    "audit_auditevent", "evidence_custodyevent", "integrity_head", "integrity_headpoint", "integrity_stamp",
)  # fmt: skip
POOL = {"min_size": 1, "max_size": 12, "timeout": 10, "max_idle": 300}
CHECKOUT = Path(__file__).resolve().parents[2]


class Connection(Protocol):
    """What is needed of Django's connection, so that this module does without Django."""

    def cursor(self) -> Any: ...


def state_dir() -> Path:
    """The folder of everything an office keeps: CASEWORK_STATE, else var/ in the checkout."""
    return Path(os.environ.get("CASEWORK_STATE") or CHECKOUT / "var").expanduser().resolve()


def database_config(state: Path, url: str | None) -> dict[str, Any]:
    """Django's DATABASES["default"]. Reads only the environment; the password is read when a connection is made."""
    role = os.environ.get("CASEWORK_DATABASE_ROLE") or "owner"
    if role not in ("owner", "app"):
        raise DatabaseUnavailable(f'CASEWORK_DATABASE_ROLE is "{role}"; it can be "owner" or "app".')
    config: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        # The pool tries a connection before it hands it out, so a restarted server costs nobody an error.
        "CONN_HEALTH_CHECKS": True,
    }
    options: dict[str, Any] = {"pool": dict(POOL), "application_name": f"casework {role}"}
    if url:
        parts = _parts(_url(url, role))
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        return config | {key: parts.pop(name, "") for key, name in names.items()} | {"OPTIONS": parts | options}
    options["passfile"] = str(_passfile(state, role))
    user = OWNER if role == "owner" else APPLICATION
    address = {"NAME": NAME, "USER": user, "PASSWORD": "", "HOST": str(Cluster(state).socket), "PORT": str(PORT)}
    return config | address | {"OPTIONS": options}


def application_role() -> str | None:
    """The name of the role that pages and jobs connect as; None when it is the owner itself."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return APPLICATION
    user = _parts(url).get("user")
    return user if user and user != _parts(_url(url, "owner")).get("user") else None


def ensure_database(state: Path) -> bool:
    """Have a server to talk to; make and start the embedded one when needed. True when this call started it.

    Raises DatabaseUnavailable with a message for the person at the terminal.
    """
    if os.environ.get("DATABASE_URL"):
        return False
    cluster = Cluster(state)
    if cluster.answers():
        return False
    prepare_state(state)
    with _lock(state), _explained(state):
        if cluster.answers():
            return False
        if not cluster.exists():
            passwords = {OWNER: secrets.token_hex(32), APPLICATION: secrets.token_hex(32)}
            _keep_passwords(state, passwords)
            cluster.make(_first_statements(passwords))
        cluster.start()
    return True


def stop_database(state: Path, *, even_if_used: bool = False) -> bool:
    """Stop the embedded server unless somebody else is connected. True when it is stopped."""
    if os.environ.get("DATABASE_URL"):
        return False
    cluster = Cluster(state)
    with _lock(state), _explained(state):
        if not even_if_used and cluster.answers() and _others(state):
            return False
        cluster.stop()
    return True


def prepare_state(state: Path) -> None:
    """The state folder, made when missing and closed to others; refused with one clear line when it cannot be used."""
    with _explained(state):
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0 and state.stat().st_uid == 0:
            # The server's user passes through; the files inside are each closed to others.
            state.chmod(state.stat().st_mode & 0o7777 | 0o711)
        if not os.access(state, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "not writable", str(state))
        for name in ("secret-key", "kind", *(_passfile(state, role).name for role in ("owner", "app"))):
            if (state / name).exists() and not os.access(state / name, os.R_OK):
                raise PermissionError(errno.EACCES, "not readable", str(state / name))


def grant_application_role(connection: Connection, role: str | None = None) -> bool:
    """Let the application's role read and write rows, and only add to append-only tables.

    Run as the owner, after migrating. False when pages connect as the owner itself. Raises DatabaseUnavailable when
    the role does not exist.
    """
    role = role or application_role()
    if role is None:
        return False
    grantee = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise DatabaseUnavailable(
                f'The database has no role "{role}". As its administrator run: '
                f"CREATE ROLE \"{role}\" LOGIN PASSWORD '...';  then start again."
            )
        statements = [
            "GRANT USAGE ON SCHEMA public TO {0}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {0}",
            "REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {0}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {0}",
        ]
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(grantee))
        for table in append_only_tables(cursor):
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {1} FROM {0}").format(grantee, sql.Identifier(table))
            )
    return True


def append_only_tables(cursor: Any) -> list[str]:
    """Tables that only grow: those named above and every table of row history, by what a history table always has."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (c.relname = ANY(%s) OR EXISTS ("
        "SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_label' AND NOT a.attisdropped)) "
        "ORDER BY c.relname",
        [list(APPEND_ONLY_TABLES)],
    )
    return [row[0] for row in cursor.fetchall()]


# Inside ---------------------------------------------------------------------------------------------------------------


def _url(url: str, role: str) -> str:
    return os.environ.get("DATABASE_OWNER_URL") or url if role == "owner" else url


def _parts(url: str) -> dict[str, Any]:
    """The parts of a libpq address. The message of a wrong one leaves the address out: it holds a password."""
    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:
        raise DatabaseUnavailable(
            "DATABASE_URL or DATABASE_OWNER_URL cannot be read. It looks like postgresql://user:password@host:5432/name."
        ) from None


def _passfile(state: Path, role: str) -> Path:
    return state / f"database-{role}.pgpass"


def _keep_passwords(state: Path, passwords: dict[str, str]) -> None:
    for role, user in (("owner", OWNER), ("app", APPLICATION)):
        path = _passfile(state, role)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(f"*:*:*:{user}:{passwords[user]}\n")


def _first_statements(passwords: dict[str, str]) -> list[str]:
    """Each ends with an empty line: how a single-user server reads them."""
    return [
        f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{passwords[OWNER]}';\n",
        f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{passwords[APPLICATION]}';\n",
        f"GRANT pg_read_all_stats TO {OWNER};\n",
        f"CREATE DATABASE {NAME} OWNER {OWNER};\n",
        f"REVOKE ALL ON DATABASE {NAME} FROM PUBLIC;\n",
        f"GRANT CONNECT ON DATABASE {NAME} TO {APPLICATION};\n",
    ]


def _others(state: Path) -> int:
    """How many programs are connected to the embedded server, without this one's question."""
    config = database_config(state, None)
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with psycopg.connect(
        host=config["HOST"],
        port=config["PORT"],
        dbname=NAME,
        user=OWNER,
        passfile=str(_passfile(state, "owner")),
        connect_timeout=10,
    ) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


@contextlib.contextmanager
def _lock(state: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server."""
    with _explained(state):
        descriptor = os.open(state / "database.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _explained(state: Path) -> Iterator[None]:
    """Failures of the machine, in one line for the person at the terminal."""
    try:
        yield
    except OSError as error:
        where = error.filename or state
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DatabaseUnavailable(f"The disk is full ({where}). Make room and start again.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise DatabaseUnavailable(
                f"The state folder cannot be used: {where} is not readable and writable for this user. "
                "Correct its owner, or set CASEWORK_STATE to another folder."
            ) from error
        raise DatabaseUnavailable(f"The state folder cannot be used: {where}: {error.strerror or error}.") from error
