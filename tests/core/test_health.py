"""Alive and ready, the id on every answer, and logs that tell nothing about people."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from casework.core import health
from casework.core.logging import logging_config, scrub
from casework.core.middleware import RequestIdMiddleware


class TestHealth:
    def test_it_is_alive_without_a_database(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok")
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.django_db
    def test_it_is_ready_when_every_part_is(self, client: Client) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        answer = client.get("/readyz")
        assert answer.status_code == 200
        parts = {"database": True, "migrations": True, "worker": True, "store": True}
        assert answer.json() == {"ready": True, **parts}

    @pytest.mark.django_db
    def test_it_is_not_ready_when_no_worker_was_seen_for_a_minute(self, client: Client) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '61 seconds')")
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["worker"] is False
        assert answer.json()["database"] is True

    @pytest.mark.django_db
    def test_it_is_not_ready_before_every_migration_is_applied(self, client: Client) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'audit'")
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["migrations"] is False

    def test_it_says_no_more_than_which_part_failed(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> bool:
            raise OperationalError("connection to server at db.example failed for user boss")

        monkeypatch.setattr(health, "_database_answers", fail)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        parts = {"database": False, "migrations": False, "worker": False, "store": True}
        assert answer.json() == {"ready": False, **parts}

    def test_it_is_not_ready_when_the_store_cannot_be_written(self, tmp_path: Path) -> None:
        assert health.store_writable(tmp_path / "not yet" / "made")
        (tmp_path / "file").touch()
        assert not health.store_writable(tmp_path / "file")

    def test_it_is_not_ready_when_the_disk_is_nearly_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "ROOM_BYTES", 2**63)
        assert not health.store_writable(tmp_path)

    def test_it_takes_no_writes(self, client: Client) -> None:
        assert client.post("/healthz").status_code == 405
        assert client.post("/readyz").status_code == 405


class TestRequestId:
    @pytest.mark.parametrize("given", ["abcdefgh", "0b4e6f1c-9d1a-4b7e-8a5e-2f6d0c3b9a11", "A" * 64])
    def test_it_keeps_a_well_formed_id(self, client: Client, given: str) -> None:
        assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given

    @pytest.mark.parametrize("given", ["", "short", "A" * 65, "new\nline-here", "<b>12345678</b>", "ідентифікатор"])
    def test_it_replaces_any_other(self, given: str) -> None:
        request = RequestFactory().get("/", headers={"X-Request-ID": given})
        answer = RequestIdMiddleware(lambda request: HttpResponse())(request)
        assert answer["X-Request-ID"] != given
        assert len(answer["X-Request-ID"]) == 32

    def test_it_is_known_to_views_logs_and_templates(self) -> None:
        seen: dict[str, object] = {}

        def view(request: HttpRequest) -> HttpResponse:
            seen.update(structlog.contextvars.get_contextvars(), view=request.id, page=request.request_id)  # type: ignore[attr-defined]
            return HttpResponse()

        answer = RequestIdMiddleware(view)(RequestFactory().get("/"))
        assert set(seen.values()) == {answer["X-Request-ID"]}
        assert structlog.contextvars.get_contextvars() == {}


class TestLogs:
    @pytest.fixture
    def lines(self, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
        before, level = list(logging.root.handlers), logging.root.level
        logging_config("INFO")
        yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        logging.root.handlers[:] = before
        logging.root.setLevel(level)

    def test_it_writes_one_object_a_line_with_the_request(self, lines) -> None:  # type: ignore[no-untyped-def]
        with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
            logging.getLogger("some.library").warning("first\nsecond")
            structlog.get_logger("casework").info("event", count=3)
        first, second = lines()
        assert (first["event"], first["request_id"], first["level"]) == ("first second", "abcdefgh", "warning")
        assert (second["event"], second["count"], second["request_id"]) == ("event", 3, "abcdefgh")

    def test_it_leaves_people_out(self, lines) -> None:  # type: ignore[no-untyped-def]
        request = RequestFactory().get("/cases/?q=Petrenko")
        said, address = "Error at %s by iryna@example.org", request.get_full_path()
        logging.getLogger("django.request").error(said, address, extra={"request": request})
        try:
            raise ValueError("Petrenko is not a date")
        except ValueError:
            logging.getLogger("some.library").exception("failed")
        text = json.dumps(lines(), ensure_ascii=False)
        assert "Petrenko" not in text
        assert "iryna" not in text
        assert "builtins.ValueError" in text
        assert "test_it_leaves_people_out" in text

    def test_it_logs_the_route_and_not_the_address(self, lines, client: Client) -> None:  # type: ignore[no-untyped-def]
        client.get("/nothing-here/Petrenko/?q=Petrenko")
        said = [line for line in lines() if line["event"] == "request"]
        assert [(line["status"], line["route"]) for line in said] == [(404, "")]

    def test_it_scrubs_addresses_and_queries(self) -> None:
        assert scrub("GET /a/?q=x&b=c HTTP/1.1 from a.b+c@d.example.org") == "GET /a/?… HTTP/1.1 from [address]"
        assert scrub("Is it so?") == "Is it so?"
