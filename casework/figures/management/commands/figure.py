"""`manage.py figure`: the office's count from the terminal, the same as on the page and in the API."""

from __future__ import annotations

import datetime
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.audit import clock
from casework.cases.models import Party
from casework.figures.counting import FigureQuery, Unit, count_figure


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a day. Write it as 2024-12-31.") from error


class Command(BaseCommand):
    help = "Count persons or incidents from the findings in force as of a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, choices=Unit.values)
        parser.add_argument("--from", dest="begins", metavar="DAY", help="incidents from this day (2024-09-01)")
        parser.add_argument("--to", dest="ends", metavar="DAY", help="incidents up to this day")
        parser.add_argument("--as-of", metavar="DAY", help="findings in force on this day (default: today)")
        parser.add_argument("--victims-party", metavar="CODE", help="party of the victims, e.g. UA")
        parser.add_argument("--responsible-party", metavar="CODE", help="party responsible, e.g. RU")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = _day(options["as_of"]) if options["as_of"] else clock.today()
        if as_of > clock.today():
            raise CommandError(f"{as_of} has not come yet. A figure can be as of today at the latest.")
        begins = _day(options["begins"]) if options["begins"] else None
        ends = _day(options["ends"]) if options["ends"] else None
        if begins and ends and begins > ends:
            raise CommandError("--from is after --to.")
        figure = count_figure(
            FigureQuery(
                unit=options["unit"],
                as_of=as_of,
                incident_from=begins,
                incident_to=ends,
                victims_party=self._party(options["victims_party"]),
                responsible_party=self._party(options["responsible_party"]),
            )
        )
        if options["json"]:
            answer = {
                "value": figure.value,
                "unit": figure.query.unit,
                "as_of": as_of.isoformat(),
                "definition": figure.definition,
                "cases": figure.references,
                "at_most": figure.at_most,
                "straddling": figure.straddling,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        self.stdout.write(f"{figure.value} {figure.query.unit} as of {as_of.isoformat()}")
        self.stdout.write(figure.definition)
        if figure.straddling:
            self.stdout.write(f"Left out, dates across the edge of the period: {figure.straddling}")
        self.stdout.write(" ".join(figure.references))

    @staticmethod
    def _party(code: str | None) -> Party | None:
        if not code:
            return None
        party = Party.objects.filter(code=code.upper()).first()
        if party is None:
            known = ", ".join(Party.objects.values_list("code", flat=True))
            raise CommandError(f"There is no party “{code}”. Known: {known}.")
        return party
