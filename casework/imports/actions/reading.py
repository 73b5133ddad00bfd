"""Reading what came, into staged rows. A reading that was killed begins anew: it writes nothing but what it clears."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.core.errors import Invalid
from casework.core.workflow import perform
from casework.evidence.actions.batches import NewItem, draft
from casework.imports.archives import Refused, is_archive_name
from casework.imports.beating import Beat
from casework.imports.files import PIECE, Files, opened
from casework.imports.models import Import, ImportProblem, ImportRow
from casework.imports.readers import READERS
from casework.imports.rows import ERROR, Problem, Reading, Row
from casework.imports.staging import address_of, clear, keys_of, known_keys, problem, staged
from casework.imports.workflow import PRESENT, READ, State

TOGETHER = 500
MOST_ITEMS = 200_000


def read_import(batch: Import) -> Import:
    """Stage what would come in and present it. Raises Refused, with nothing staged, for material that cannot be."""
    actor = batch.created_by
    if batch.state == State.RECEIVED:
        batch = perform(batch, READ, actor=actor, changes={"stage": "reading", "beat_at": clock.now()})
    clear(batch)
    try:
        with opened(batch) as files:
            stage = _Stage(batch, files)
            stage.read()
            stage.refuse_nested()
    except Refused:
        clear(batch)
        raise
    return perform(batch, PRESENT, actor=actor, changes=stage.result())


class _Stage:
    """One reading: rows judged, compared and written in batches, and what is counted on the way."""

    def __init__(self, batch: Import, files: Files) -> None:
        self.batch, self.files = batch, files
        self.reading = Reading(channel=batch.channel, taken_by=batch.created_by.name)
        self.beat = Beat(batch)
        self.met: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.by_group: dict[str, Counter[str]] = {}
        self.position = 0

    def read(self) -> None:
        rows = READERS[self.batch.kind](self.files, self.reading)
        while chunk := list(islice(rows, TOGETHER)):
            if self.position + len(chunk) > MOST_ITEMS:
                raise Refused(_("There are more than %(most)s items. Import them in parts.") % {"most": MOST_ITEMS})
            self._stage(chunk)
            self.beat.at(self.position, 0)
        general = [problem(self.batch, place, found) for place, found in self.reading.problems]
        ImportProblem.objects.bulk_create(general)

    def refuse_nested(self) -> None:
        """Archives inside are kept as files where something names them; elsewhere they hide what was sent."""
        for path in self.files.sizes:
            if is_archive_name(path) and path not in self.reading.claimed:
                raise Refused(
                    _("Inside lies another archive that no row names, “%(name)s”. It is not opened: unpack it.")
                    % {"name": path[-200:]}
                )

    def result(self) -> dict[str, Any]:
        """What the preview shows of the whole."""
        groups = [
            {**asdict(group), **self.by_group.get(group.key, Counter())} for group in self.reading.groups.values()
        ]
        names = ("new", "known", "wrong", "files", "bytes", "missing", "notes")
        figures = {**{name: self.counts[name] for name in names}, "kinds": dict(self.kinds)}
        return {
            "groups": groups if len(groups) > 1 else [],
            "figures": figures,
            "told": self.reading.told,
            "attempts": 0,
        }

    def _stage(self, chunk: list[Row]) -> None:
        judged = [self._judge(row) for row in chunk]
        asked = [(keys, address_of(keys, row.details)) for row, keys, _media in judged]
        known = known_keys(self.batch, self.batch.created_by, asked)
        rows, problems = [], []
        for row, keys, media in judged:
            plan = self._plan(row, keys, known)
            self.position += 1
            rows.append(staged(self.batch, self.position, row, plan, keys, media))
            problems += [problem(self.batch, row.place, found) for found in row.problems]
            self._count(row, plan, media)
        with transaction.atomic():
            ImportRow.objects.bulk_create(rows)
            ImportProblem.objects.bulk_create(problems)

    def _judge(self, row: Row) -> tuple[Row, list[str], list[dict[str, Any]]]:
        """The row checked as its record will be, with its keys, and its files as they are staged."""
        row.values = self._completed(row)
        observations = ()
        try:
            draft(NewItem(row.kind, row.values, row.details, (), observations), self.batch.team, self.batch.created_by)
        except Invalid as error:
            row.problems += [Problem(name, "; ".join(texts)) for name, texts in error.fields.items()]
            row.values, row.details = {"title": _storable(row.values.get("title"))}, {}
        media = [self._media(row, index) for index in range(len(row.media))]
        kept = [each for each in media if each["size"]]
        digests = [each["sha256"] for each in kept if each.get("sha256")]
        return row, keys_of(row, digests), kept

    def _completed(self, row: Row) -> dict[str, Any]:
        """The values of a row, with what was chosen for the whole import where the row says nothing."""
        batch = self.batch
        chosen = {"graphic": batch.graphic, "caveat": batch.caveat, "source": batch.source}
        chosen["how_obtained"] = batch.how_obtained
        given = {name: value for name, value in row.values.items() if value not in (None, "")}
        values = {**chosen, **given}
        return {**values, "title": str(values.get("title", ""))[:200]}

    def _media(self, row: Row, index: int) -> dict[str, Any]:
        media = row.media[index]
        size = self.files.sizes[media.path]
        found: dict[str, Any] = {"path": media.path, "name": media.name, "part": media.part, "size": size}
        if not size:
            row.note("file", _("The file is empty and is left out: %(name)s") % {"name": media.name[:200]})
            row.missing += 1
        elif media.stated or not row.keys:
            digests = self._digests(media.path, {"sha256", *media.stated})
            found["sha256"] = digests["sha256"]
            for name, stated in media.stated.items():
                if digests[name] != stated:
                    row.wrong("file", _("%(name)s does not match the %(hash)s that is stated for it.") % {
                        "name": media.name[:200], "hash": name.upper()})  # fmt: skip
        return found

    def _digests(self, path: str, names: set[str]) -> dict[str, str]:
        found = {name: hashlib.new(name) for name in names}
        with self.files.open(path) as stream:
            while piece := stream.read(PIECE):
                for digest in found.values():
                    digest.update(piece)
                self.beat.at(self.position, 0)
        return {name: digest.hexdigest() for name, digest in found.items()}

    def _plan(self, row: Row, keys: list[str], known: set[str]) -> str:
        if any(found.weight == ERROR for found in row.problems):
            return ImportRow.Plan.WRONG
        if self.met & set(keys):
            row.note("", _("It is in the material twice; the first is taken."))
            return ImportRow.Plan.KNOWN
        self.met.update(keys)
        return ImportRow.Plan.KNOWN if known & set(keys) else ImportRow.Plan.NEW

    def _count(self, row: Row, plan: str, media: list[dict[str, Any]]) -> None:
        self.counts[plan] += 1
        self.counts["missing"] += row.missing
        self.counts["notes"] += len([found for found in row.problems if found.weight != ERROR])
        if plan == ImportRow.Plan.NEW:
            self.kinds[row.kind] += 1
            self.counts["files"] += len(media)
            self.counts["bytes"] += sum(each["size"] for each in media)
        if row.group:
            self.by_group.setdefault(row.group, Counter())[plan] += 1


def _storable(value: Any) -> str:
    """A title that can be stored, of a row whose values cannot."""
    text = "".join(sign for sign in str(value or "") if sign.isprintable() and not "\ud800" <= sign <= "\udfff")
    return text[:200]


def chunks(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """An iterator cut into lists."""
    while chunk := list(islice(rows, size)):
        yield chunk
