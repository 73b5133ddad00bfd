"""Each unsafe setting is refused by number, and a production-like environment passes `check --deploy`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from casework import checks

CHECKOUT = Path(__file__).resolve().parents[2]
SAFE_KEY = "k9Zq-4mWv8T_xR2bN7cLpYs3HdJf6GaQe1UoVi5XtKzMwBnA0rE"


@pytest.fixture(autouse=True)
def _safe(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office as it should be: https, a name of its own, secure cookies, a good key, two roles."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.CASEWORK_BASE_URL = "https://casework.example.org"
    settings.ALLOWED_HOSTS = ["casework.example.org", "127.0.0.1"]
    settings.DEBUG = settings.CASEWORK_DEMO = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_HTTPONLY = True
    settings.SECRET_KEY = SAFE_KEY
    settings.STATE_DIR = tmp_path
    settings.CASEWORK_STORE = tmp_path / "store"


def found() -> set[str]:
    every = (
        checks.check_address,
        checks.check_cookies,
        checks.check_secret_key,
        checks.check_store,
        checks.check_database_roles,
        checks.check_bucket,
    )
    return {str(message.id) for check in every for message in check(None)}


def test_it_finds_nothing_wrong_with_a_safe_office() -> None:
    assert found() == set()


def test_it_finds_nothing_wrong_on_ones_own_machine(settings: Any) -> None:
    settings.CASEWORK_BASE_URL, settings.ALLOWED_HOSTS = "http://127.0.0.1:8000", ["127.0.0.1", "localhost"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.CASEWORK_DEMO = settings.DEBUG = True
    assert found() == set()


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"DEBUG": True}, "E001"),
        ({"DEBUG": True, "CASEWORK_BASE_URL": "http://127.0.0.1:8000"}, "E001"),
        ({"SECRET_KEY": "too-short"}, "E002"),
        ({"SECRET_KEY": "a" * 80}, "E002"),
        ({"SECRET_KEY": f"django-insecure-{SAFE_KEY}"}, "E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "E003"),
        ({"SESSION_COOKIE_SECURE": False}, "E004"),
        ({"CSRF_COOKIE_SECURE": False}, "E004"),
        ({"SESSION_COOKIE_HTTPONLY": False}, "E004"),
        ({"CASEWORK_STORE": Path("/proc/store")}, "E005"),
        ({"CASEWORK_MAX_UPLOAD": 0}, "E007"),
        ({"CASEWORK_BASE_URL": "casework.example.org"}, "E008"),
        ({"CASEWORK_BASE_URL": "http://casework.example.org"}, "W102"),
        ({"CASEWORK_DEMO": True}, "W103"),
        ({"CASEWORK_S3": {"name": "evidence", "lock": "sometimes", "lock_days": 10}}, "E009"),
        ({"CASEWORK_S3": {"name": "evidence", "lock": "compliance", "lock_days": 0}}, "E009"),
        ({"CASEWORK_S3": {"name": "evidence", "lock": "", "lock_days": 10}}, "W104"),
    ],
)
def test_it_names_what_is_unsafe(settings: Any, changes: dict[str, object], number: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert found() == {f"casework.{number}"}


def test_it_refuses_a_key_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(SAFE_KEY)
    (tmp_path / "secret-key").chmod(0o640)
    assert found() == {"casework.E006"}
    (tmp_path / "secret-key").chmod(0o600)
    assert found() == set()


def test_it_warns_when_pages_connect_as_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://one@db/cases")
    assert found() == {"casework.W101"}
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://one@db/cases")
    assert found() == {"casework.W101"}
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://boss@db/cases")
    assert found() == set()


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("a.b", False),
    ],
)
def test_it_tells_this_machine_from_others(host: str, own: bool) -> None:
    assert checks.is_loopback(host) is own


def test_it_is_among_the_checks_that_django_runs(settings: Any) -> None:
    settings.CASEWORK_MAX_UPLOAD = 0
    assert "casework.E007" in {message.id for message in run_checks()}


def test_it_passes_for_a_production_like_environment(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CASEWORK_", "DATABASE_"))}
    environment |= {
        "CASEWORK_STATE": str(tmp_path),
        "CASEWORK_BASE_URL": "https://casework.example.org",
        "CASEWORK_BEHIND_PROXY": "1",
        "DATABASE_URL": "postgresql://web@db.example/cases",
        "DATABASE_OWNER_URL": "postgresql://boss@db.example/cases",
    }
    # The browser tests set this for their own process; an office's environment has no such thing.
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
