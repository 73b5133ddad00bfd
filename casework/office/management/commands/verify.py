"""`manage.py verify`: walks the audit, the custody of every item and every stored file, and says what does not hold."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.templatetags.casework import format_bytes
from casework.office.verification import Report, verify_office


class Command(BaseCommand):
    help = "Verify the audit chain, the custody of every item and every stored file; exits 1 and names what is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quick", action="store_true", help="look at presence and size of files, do not hash them again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; raise CommandError, which is exit status 1, when anything is broken."""
        report = verify_office(rehash=not options["quick"])
        self._print(report, quick=options["quick"])
        detail = {"whole": report.whole, "problems": len(report.problems), "files": report.files}
        record(Event.CHAIN_VERIFIED, actor=None, detail=detail)
        if not report.whole:
            raise CommandError(f"NOT WHOLE: {len(report.problems)} broken. First: {report.problems[0]}")
        self.stdout.write(self.style.SUCCESS("Whole."))

    def _print(self, report: Report, *, quick: bool) -> None:
        how = "present, of the right size" if quick else "hashed again"
        self.stdout.write(f"Audit    {report.audit_rows} rows, head {report.audit_head}")
        self.stdout.write(f"Custody  {report.items} items, {report.custody_links} links")
        self.stdout.write(f"Heads    {report.heads} heads")
        self.stdout.write(f"Files    {report.files} files, {format_bytes(report.bytes)}, {how}")
        for note in report.notes:
            self.stdout.write(f"Note     {note}")
        for problem in report.problems:
            self.stdout.write(self.style.ERROR(f"BROKEN   {problem}"))
