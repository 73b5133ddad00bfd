#!/usr/bin/env python
"""casework's commands: `demo` and `up` start everything; the others work on the same office."""

from __future__ import annotations

import os
import sys

from casework.core.database import DatabaseUnavailable, ensure_database, prepare_state, state_dir

# These need no database, or see to it themselves.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "demo",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "up",
    "version",
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_for_help = command.startswith("-") or not {"-h", "--help"}.isdisjoint(arguments)
    if command == "demo":
        os.environ["CASEWORK_DEMO"] = "1"
    try:
        prepare_state(state_dir())
        if not asks_for_help and (command not in WITHOUT_DATABASE or "--database" in arguments):
            ensure_database(state_dir())
        # Imported late: a database that cannot be had is said in one line, whatever Django would make of it.
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)
    except DatabaseUnavailable as error:
        sys.exit(f"casework: {error}")


if __name__ == "__main__":
    main(sys.argv)
