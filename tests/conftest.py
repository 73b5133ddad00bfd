"""The cast, and a test database that is migrated once and copied for each worker."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from casework.core.database import ensure_database, state_dir

CHECKOUT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    # Servers, workers and readers of files are started many times; none should compile everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    ensure_database(state_dir())
    # The same hashing of passwords, without the hundred megabytes that make guessing expensive.
    Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism, Argon2PasswordHasher.time_cost = 64, 1, 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_collection_finish() -> None:
    """What was collected stays for the whole run: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _schema_hash() -> str:
    """Changes whenever a migration, the locked packages or the reference data do."""
    digest = hashlib.sha256()
    paths = [CHECKOUT / "uv.lock", *sorted(CHECKOUT.glob("casework/*/migrations/*.py"))]
    for path in [*paths, *sorted(CHECKOUT.glob("casework/*/reference_data.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    """Make the migrated template once for a schema, under a lock; workers copy it in a fraction of a second."""
    from django.db import connection

    test = settings.DATABASES["default"].setdefault("TEST", {})
    template = f"casework_template_{_schema_hash()}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with open(state_dir() / "test-template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with django_db_blocker.unblock():
            with connection._nodb_cursor() as cursor:
                cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'casework_template_%%'")
                existing = {row[0] for row in cursor.fetchall()}
            if template not in existing:
                with connection._nodb_cursor() as cursor:
                    for stale in existing:
                        cursor.execute(f'DROP DATABASE IF EXISTS "{stale}" WITH (FORCE)')
                _make_template(template)
    # Flushing after a test that needed real commits truncates append-only tables too; no office's connection may.
    connection.settings_dict["OPTIONS"]["options"] = "-c casework.truncate_allowed=on -c synchronous_commit=off"
    connection.settings_dict["TEST"]["TEMPLATE"] = template
    name = f"test_casework_{worker}" if worker else "test_casework"
    test["NAME"] = connection.settings_dict["TEST"]["NAME"] = name


def _make_template(template: str) -> None:
    """Migrate a database called `making`, then rename it, so that an interrupted run leaves no half template."""
    from django.db import connection

    from casework.core.database import grant_application_role

    real = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["TEMPLATE"] = None
    connection.settings_dict["TEST"]["NAME"] = making = f"{template}_making"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    grant_application_role(connection)
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = real
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{template}"')


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders, one after another; those of pytest cost every test more than most of them do."""
    parent = tmp_path_factory.mktemp("homes")
    return (parent / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_store(_homes: Iterator[Path], settings) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Every test has a store, a key of heads and a file of heads of its own."""
    home = next(_homes)
    home.mkdir()
    settings.CASEWORK_STORE = home / "store"
    settings.CASEWORK_HEAD_KEY, settings.CASEWORK_HEADS_FILE = home / "head-key.pem", home / "heads.jsonl"
    yield
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Jobs that a test really committed go with it: the tables of the queue are not Django's to flush."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        from django.db import connection

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers")


@pytest.fixture
def team(db):  # type: ignore[no-untyped-def]
    from tests.factories import TeamFactory

    return TeamFactory(name="Team East")


@pytest.fixture
def cast(team) -> SimpleNamespace:  # type: ignore[no-untyped-def]
    """The people of every story: two investigators, a reviewer, two referral officers, an administrator, an auditor, a
    viewer, and an outsider who does everything in another team."""
    from tests.factories import TeamFactory, people

    other = TeamFactory(name="Team South")
    return SimpleNamespace(
        team=team,
        other_team=other,
        **people(
            investigator=("Iryna Investigator", ["investigator"], team),
            colleague=("Kost Colleague", ["investigator"], team),
            reviewer=("Roman Reviewer", ["reviewer"], team),
            referral_officer=("Olha Officer", ["referral_officer"], team),
            second_officer=("Petro Officer", ["referral_officer"], team),
            administrator=("Adam Administrator", ["administrator"], None),
            auditor=("Anna Auditor", ["auditor"], None),
            viewer=("Vira Viewer", ["viewer"], team),
            outsider=("Oleh Outsider", ["investigator", "reviewer", "referral_officer"], other),
        ),
    )
