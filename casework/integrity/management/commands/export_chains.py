"""`manage.py export_chains --to FOLDER`: what a third party checks with casework_verify.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.core.errors import Conflict
from casework.integrity.chains import export_chains


class Command(BaseCommand):
    help = "Write the audit, all custody, heads, time-stamps and public keys as JSON lines into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="FOLDER", help="a folder that is new or empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was written. The folder then tells everything about who did what: guard it like the office."""
        folder = Path(options["to"])
        try:
            counts = export_chains(folder)
        except Conflict as error:
            raise CommandError(error.message) from None
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        for name, count in counts.items():
            self.stdout.write(f"{count:>10}  {name}")
        self.stdout.write(self.style.SUCCESS(f"Written to {folder}."))
