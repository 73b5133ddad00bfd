"""`manage.py up`: an office, from nothing to a running one, in one command."""

from __future__ import annotations

from django.utils.module_loading import import_string

from casework.core.serving import ServeCommand

# By name: accounts stand above this room.
FIRST_ADMINISTRATOR_LINK = "casework.accounts.invitations.first_administrator_link"


class Command(ServeCommand):
    """Start the office. The first time, print the link with which the first administrator sets a password."""

    help = "Prepare this office, serve it, and stop everything on Ctrl-C."
    kind = "office"

    def fill(self) -> None:
        link = import_string(FIRST_ADMINISTRATOR_LINK)(self.base_url)
        if link:
            self.say(f"There is no administrator yet. This link, good once, makes the first:\n  {link}")
