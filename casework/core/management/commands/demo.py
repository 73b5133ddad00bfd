"""`manage.py demo`: a made-up office to look around in, from nothing to a running one, in one command."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from casework.core.serving import ServeCommand

# By name: the demonstration stands above this room.
LOADER = "casework.office.demo.load"
RENEWER = "casework.office.demo.renew_accounts"
COLUMNS = ("email", "password", "role", "team")
Account = Mapping[str, str]


class Command(ServeCommand):
    """Start a demonstration: invented people, units and files, loaded once, and accounts of every role."""

    help = "Prepare a demonstration with invented data, serve it, and stop everything on Ctrl-C."
    kind = "demo"

    def fill(self) -> None:
        if not settings.CASEWORK_DEMO:
            raise CommandError("CASEWORK_DEMO has to be set before the settings are read: run this through manage.py.")
        path = self.state / "demo-accounts.json"
        self.say("Loading the demonstration (the first time takes a while)")
        accounts = import_string(LOADER)()
        if accounts:
            keep_accounts(path, accounts)
        else:
            accounts = kept_accounts(path)
        if not accounts:
            # Killed after the load and before the file, or the file is lost: the passwords are known to nobody.
            self.say(f"{path.name} is missing: every account gets a new password")
            accounts = import_string(RENEWER)()
            keep_accounts(path, accounts)
        self.say(account_table(accounts))
        self.say(f"The accounts are also in {path}")


def kept_accounts(path: Path) -> list[dict[str, str]]:
    """The accounts written at the first start; none when the file is missing or damaged."""
    try:
        accounts = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return accounts if isinstance(accounts, list) and all(isinstance(account, dict) for account in accounts) else []


def keep_accounts(path: Path, accounts: Sequence[Account]) -> None:
    """Write the accounts for their owner's eyes alone; a reader finds the old file or the new one, whole."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump([{name: account.get(name, "") for name in COLUMNS} for account in accounts], file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def account_table(accounts: Sequence[Account]) -> str:
    """The accounts in columns, for the terminal."""
    rows = [COLUMNS, *[tuple(str(account.get(name, "") or "-") for name in COLUMNS) for account in accounts]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
