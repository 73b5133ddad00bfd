"""The embedded server, the choice of database and role, and what the application's role may do."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from casework.core import database
from casework.core.database import DatabaseUnavailable, database_config, ensure_database, stop_database

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "CASEWORK_DATABASE_ROLE"):
        monkeypatch.delenv(name, raising=False)


class TestConfiguration:
    def test_it_uses_the_pool_and_keeps_passwords_out_of_settings(self, tmp_path: Path) -> None:
        config = database_config(tmp_path, None)
        assert config["ENGINE"] == "django.db.backends.postgresql"
        assert config["OPTIONS"]["pool"]["max_size"] > 1
        assert "server_side_binding" not in config["OPTIONS"]
        assert config["USER"] == "casework"
        assert config["PASSWORD"] == ""
        assert list(tmp_path.iterdir()) == []

    def test_it_connects_as_the_application_when_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CASEWORK_DATABASE_ROLE", "app")
        config = database_config(tmp_path, None)
        assert config["USER"] == "casework_app"
        assert config["OPTIONS"]["passfile"].endswith("database-app.pgpass")

    def test_it_refuses_an_unknown_role(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CASEWORK_DATABASE_ROLE", "root")
        with pytest.raises(DatabaseUnavailable, match="root"):
            database_config(tmp_path, None)

    def test_it_takes_another_database_by_its_address(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        app, owner = (
            "postgresql://web:a%20b@db.example:6000/cases?sslmode=require",
            "postgresql://boss:c@db.example/cases",
        )
        monkeypatch.setenv("DATABASE_OWNER_URL", owner)
        assert database_config(tmp_path, app)["USER"] == "boss"
        monkeypatch.setenv("CASEWORK_DATABASE_ROLE", "app")
        config = database_config(tmp_path, app)
        assert (config["NAME"], config["USER"], config["PASSWORD"]) == ("cases", "web", "a b")
        assert (config["HOST"], config["PORT"]) == ("db.example", "6000")
        assert config["OPTIONS"]["sslmode"] == "require"

    def test_it_does_not_repeat_the_password_of_a_wrong_address(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable) as caught:
            database_config(tmp_path, "postgresql://web:secret@db.example:port/cases?nonsense")
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_it_knows_whether_pages_have_a_role_of_their_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert database.application_role() == "casework_app"
        monkeypatch.setenv("DATABASE_URL", "postgresql://web@db/cases")
        assert database.application_role() is None
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://boss@db/cases")
        assert database.application_role() == "web"

    def test_it_leaves_an_outside_server_alone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://web@db/cases")
        assert ensure_database(tmp_path) is False
        assert stop_database(tmp_path) is False
        assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
class TestGrants:
    def test_it_lets_the_application_work_but_only_add_to_append_only_tables(self) -> None:
        assert database.grant_application_role(connection) is True
        with connection.cursor() as cursor:
            tables = database.append_only_tables(cursor)
            assert "audit_auditevent" in tables
            for table in tables:
                assert _may(cursor, table) == {"SELECT", "INSERT"}
            assert _may(cursor, "django_session") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
            assert _may(cursor, "django_migrations") == {"SELECT"}
            cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'casework_app'")
            assert cursor.fetchone() == (0,)

    def test_it_counts_every_table_of_row_history_as_append_only(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE some_history (pgh_id bigint, pgh_label text)")
            assert "some_history" in database.append_only_tables(cursor)

    def test_it_says_what_to_run_when_the_role_does_not_exist(self) -> None:
        with pytest.raises(DatabaseUnavailable, match='CREATE ROLE "absent"'):
            database.grant_application_role(connection, "absent")

    def test_it_grants_nothing_when_pages_are_the_owner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://one@db/cases")
        assert database.grant_application_role(connection) is False


def _may(cursor: object, table: str) -> set[str]:
    privileges = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    held = set()
    for privilege in privileges:
        cursor.execute("SELECT has_table_privilege('casework_app', %s, %s)", [table, privilege])  # type: ignore[attr-defined]
        if cursor.fetchone() == (True,):  # type: ignore[attr-defined]
            held.add(privilege)
    return held
