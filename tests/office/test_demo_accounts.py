"""The demonstration's accounts: written down once, and made usable again when what was written is lost."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from casework.accounts.models import User
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.core.management.commands import demo
from casework.office.demo import renew_accounts
from casework.office.demo.people import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid_down(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for key, name, _role, _team in PEOPLE:
        User.objects.create_user(f"{key}@demo.example", name, "known to nobody")


@pytest.fixture
def command(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> demo.Command:
    settings.CASEWORK_DEMO = True
    command = demo.Command()
    command.state = tmp_path
    monkeypatch.setattr(command, "say", lambda text: None)
    monkeypatch.setattr("casework.office.demo.load", list)
    return command


@pytest.mark.usefixtures("laid_down")
@pytest.mark.parametrize("before", [None, "", "[{", '"text"', "[1]"])
def test_it_renews_the_passwords_when_none_are_written_down(command: demo.Command, before: str | None) -> None:
    path = command.state / "demo-accounts.json"
    if before is not None:
        path.write_text(before)
    command.fill()
    accounts = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(accounts) == len(PEOPLE)
    assert len({account["password"] for account in accounts}) == len(PEOPLE)
    for account in (accounts[0], accounts[-1]):
        assert User.objects.get(email=account["email"]).check_password(account["password"])
    assert AuditEvent.objects.filter(event=Event.PASSWORD_CHANGED).count() == len(PEOPLE)


@pytest.mark.usefixtures("laid_down")
def test_it_leaves_passwords_that_are_written_down(command: demo.Command) -> None:
    path = command.state / "demo-accounts.json"
    demo.keep_accounts(path, [{"email": "admin@demo.example", "password": "kept", "role": "administrator"}])
    command.fill()
    assert json.loads(path.read_text())[0]["password"] == "kept"
    assert User.objects.get(email="admin@demo.example").check_password("known to nobody")


def test_it_makes_no_account_that_was_not_there() -> None:
    assert renew_accounts() == []
    assert not User.objects.exists()
