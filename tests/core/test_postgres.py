"""The embedded server: made once, closed to others, back after a kill, and plain words when it cannot be had."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from casework.core import database, postgres, postgres_programs
from casework.core.database import DatabaseUnavailable, database_config, ensure_database, stop_database
from casework.core.postgres import Cluster

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "CASEWORK_DATABASE_ROLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster of this module's own, in a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("an office")
    yield folder
    Cluster(folder).stop()


def connect(state: Path, role: str = "owner") -> psycopg.Connection:
    os.environ["CASEWORK_DATABASE_ROLE"] = role
    try:
        config = database_config(state, None)
    finally:
        del os.environ["CASEWORK_DATABASE_ROLE"]
    return psycopg.connect(
        host=config["HOST"],
        port=config["PORT"],
        dbname=config["NAME"],
        user=config["USER"],
        passfile=config["OPTIONS"]["passfile"],
    )


@pytest.mark.xdist_group("embedded")
class TestServer:
    def test_it_is_made_and_started_once(self, state: Path) -> None:
        assert ensure_database(state) is True
        assert ensure_database(state) is False
        with connect(state) as link:
            assert link.info.server_version >= 150_000
            row = link.execute("SELECT datlocprovider, pg_encoding_to_char(encoding) FROM pg_database").fetchone()
            assert row == ("b", "UTF8")
            assert link.execute("SHOW data_checksums").fetchone() == ("on",)
            assert link.execute("SHOW listen_addresses").fetchone() == ("",)

    def test_it_keeps_passwords_and_data_to_their_owner(self, state: Path) -> None:
        ensure_database(state)
        for name in ("database-owner.pgpass", "database-app.pgpass", "database.lock"):
            assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
        for folder in (state / "postgres", Cluster(state).data, Cluster(state).socket):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not (state / "postgres" / "password").exists()

    def test_it_asks_for_a_password(self, state: Path) -> None:
        ensure_database(state)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(Cluster(state).socket), dbname="casework", user="casework", password="guess")

    def test_its_application_role_owns_and_makes_nothing(self, state: Path) -> None:
        ensure_database(state)
        with connect(state, "app") as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("CREATE TABLE mine (id int)")
        with connect(state, "app") as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("CREATE ROLE another")

    def test_it_finds_trigrams_in_cyrillic(self, state: Path) -> None:
        ensure_database(state)
        with connect(state) as link:
            link.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            row = link.execute("SELECT cardinality(show_trgm('Лубінець'))").fetchone()
        assert row == (9,)

    def test_it_comes_back_with_committed_rows_after_a_kill(self, state: Path) -> None:
        ensure_database(state)
        with connect(state) as link:
            link.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            link.execute("INSERT INTO kept VALUES (1)")
        pid = Cluster(state).pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while Cluster(state).answers():
            pass
        assert ensure_database(state) is True
        with connect(state) as link:
            assert link.execute("SELECT count(*) FROM kept").fetchone() == (1,)

    @pytest.mark.parametrize("gone", ["zombie", "somebody else"])
    def test_it_does_not_believe_the_id_of_a_process_that_is_no_server(self, state: Path, gone: str) -> None:
        ensure_database(state)
        stop_database(state, even_if_used=True)
        child = subprocess.Popen(["/bin/true"]) if gone == "zombie" else subprocess.Popen(["/bin/sleep", "60"])
        try:
            lock = Cluster(state).data / "postmaster.pid"
            lock.write_text(f"{child.pid}\n{Cluster(state).data}\n")
            os.chown(lock, Cluster(state).data.stat().st_uid, -1)
            assert Cluster(state).pid() is None
            assert ensure_database(state) is True
        finally:
            child.kill()
            child.wait()

    def test_it_is_started_once_by_four_at_the_same_time(self, state: Path) -> None:
        ensure_database(state)
        stop_database(state, even_if_used=True)
        code = "from casework.core.database import *; print(ensure_database(state_dir()))"
        environment = os.environ | {"CASEWORK_STATE": str(state)}
        starters = [
            subprocess.Popen(
                [sys.executable, "-c", code], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
            )
            for _ in range(4)
        ]
        assert sorted(starter.communicate()[0].strip() for starter in starters) == ["False", "False", "False", "True"]

    def test_it_is_not_stopped_while_somebody_is_connected(self, state: Path) -> None:
        ensure_database(state)
        with connect(state):
            assert stop_database(state) is False
            assert Cluster(state).answers()
        assert stop_database(state) is True
        assert not Cluster(state).answers()

    def test_it_refuses_data_of_another_version_and_says_what_to_do(self, state: Path) -> None:
        ensure_database(state)
        stop_database(state, even_if_used=True)
        version = Cluster(state).data / "PG_VERSION"
        kept = version.read_text()
        try:
            version.write_text("9\n")
            with pytest.raises(DatabaseUnavailable, match=r"is of PostgreSQL 9; found here: .*pg_dump"):
                ensure_database(state)
        finally:
            version.write_text(kept)

    def test_it_says_in_one_line_why_it_did_not_start(self, state: Path) -> None:
        ensure_database(state)
        stop_database(state, even_if_used=True)
        settings = Cluster(state).data / "postgresql.conf"
        kept = settings.read_text()
        try:
            settings.write_text(f"{kept}\nshared_buffers = nonsense\n")
            with pytest.raises(DatabaseUnavailable, match=r"did not start: .*shared_buffers") as caught:
                ensure_database(state)
        finally:
            settings.write_text(kept)
        assert "\n" not in str(caught.value)


class TestPlaces:
    def test_it_moves_a_long_or_odd_socket_path_to_the_temporary_folder(self, tmp_path: Path) -> None:
        short = Path("/srv/my folder/var")
        assert postgres.socket_folder(short) == short / "postgres" / "socket"
        for odd in (Path("/srv") / ("x" * 100), Path("/srv/a,b"), Path("/srv/it's")):
            moved = postgres.socket_folder(odd)
            assert moved != odd / "postgres" / "socket"
            assert len(str(moved)) < postgres.LONGEST_SOCKET_FOLDER
            assert moved == postgres.socket_folder(odd)

    def test_it_refuses_a_socket_folder_that_is_somebody_elses(self, tmp_path: Path) -> None:
        target = tmp_path / "elsewhere"
        target.mkdir()
        (tmp_path / "socket").symlink_to(target)
        with pytest.raises(DatabaseUnavailable, match="belongs to"):
            Cluster(tmp_path)._own(tmp_path / "socket", postgres_programs.RunAs())

    def test_it_says_so_when_there_is_no_postgresql(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres, "installations", lambda: iter(()))
        with pytest.raises(DatabaseUnavailable, match="No PostgreSQL was found"):
            ensure_database(tmp_path)

    def test_it_prefers_the_wheels_programs_and_copies_them_for_another_user(self, tmp_path: Path) -> None:
        wheel = next(postgres_programs.installations())
        assert wheel.root is not None
        copied = postgres_programs.copy_programs(wheel, tmp_path)
        assert postgres_programs.major_version(copied.programs) == wheel.major
        assert copied.programs.is_relative_to(tmp_path)
        assert postgres_programs.copy_programs(wheel, tmp_path) == copied
        assert not list(tmp_path.rglob("include"))

    def test_it_will_not_use_the_data_of_another_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 4242)
        with pytest.raises(DatabaseUnavailable, match="belongs to"):
            postgres_programs.choose_user(next(postgres_programs.installations()), tmp_path, 4243)

    @pytest.mark.parametrize(
        ("number", "says"),
        [(errno.ENOSPC, "disk is full"), (errno.EACCES, "not readable and writable"), (errno.EIO, "cannot be used")],
    )
    def test_it_says_what_is_wrong_with_the_state_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
    ) -> None:
        def fail(*_args: object, **_options: object) -> None:
            raise OSError(number, os.strerror(number), str(tmp_path))

        monkeypatch.setattr(Path, "mkdir", fail)
        with pytest.raises(DatabaseUnavailable, match=says):
            database.prepare_state(tmp_path)

    def test_it_reports_a_full_disk_of_the_server(self) -> None:
        assert "disk is full" in postgres._reason("FATAL:  could not write: No space left on device")
