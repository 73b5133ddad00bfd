"""Bringing a confirmed preview in. First every file goes into the store, in the order that makes it durable, and each
is noted on its row, so that a run killed half way copies nothing twice. Then one transaction writes everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.record import record_all
from casework.core.access import require
from casework.core.errors import IntegrityFailure
from casework.core.workflow import lock, perform
from casework.evidence import store
from casework.evidence.actions.batches import (
    NewItem,
    Placement,
    Registered,
    acts_of,
    register_together,
    registered,
)
from casework.evidence.actions.blobs import Sealed, evidence_blob
from casework.evidence.models import Source
from casework.evidence.sniffing import sniff
from casework.evidence.uploads import clean_name
from casework.imports.access import can_work_on_import
from casework.imports.actions.common import take_receiving_case
from casework.imports.actions.reading import chunks
from casework.imports.beating import Beat
from casework.imports.files import Files, opened
from casework.imports.models import Import, Imported, ImportRow
from casework.imports.staging import address_of, chosen_rows, clear, known_keys
from casework.imports.workflow import FINISH, State

TOGETHER = 1000
_DATES = ("recorded_earliest", "recorded_latest")
_MOMENTS = ("published_at", "collected_at")


def run_import(batch: Import) -> Import:
    """Copy the files, then write all items or none. May be begun again at any point; raises what stands in the way."""
    actor = batch.confirmed_by or batch.created_by
    require(can_work_on_import, actor, batch)
    with opened(batch) as files:
        _copy(batch, files)
    Beat(batch, "writing")
    return _write(batch, actor)


def _copy(batch: Import, files: Files) -> None:
    """Every file of the new rows into the store."""
    waiting = chosen_rows(batch).filter(plan=ImportRow.Plan.NEW).exclude(media=[])
    total = sum(each["size"] for row in waiting.only("media").iterator() for each in row.media)
    beat, done = Beat(batch, "copying"), 0
    # One file may belong to many rows, as a web archive does to its pages.
    copied: dict[str, dict[str, Any]] = {}
    for row in waiting.only("media", "batch").order_by("position").iterator(chunk_size=200):
        changed = False
        for media in row.media:
            if not _is_kept(media):
                path = media["path"]
                copied[path] = copied.get(path) or _keep(files, media)
                media |= copied[path]
                changed = True
            done += media["size"]
            beat.at(done, total)
        if changed:
            row.save(update_fields=["media"])


def _is_kept(media: dict[str, Any]) -> bool:
    if not media.get("blake3"):
        return False
    with suppress(IntegrityFailure):
        return store.size(media["sha256"]) == media["size"]
    return False


def _keep(files: Files, media: dict[str, Any]) -> dict[str, Any]:
    """Copy one file. Raises IntegrityFailure when it is not what was read for the preview."""
    with files.open(media["path"]) as stream:
        received = store.receive(stream, limit=settings.CASEWORK_MAX_UPLOAD, expected_size=media["size"])
    if media.get("sha256") not in (None, received.sha256):
        store.discard(received)
        raise IntegrityFailure(_("A file changed since the preview. Nothing was imported. Tell the administrator."))
    repaired: list[str] = []
    store.keep(received, on_repair=repaired.append)
    kept = {"sha256": received.sha256, "blake3": received.blake3}
    return {**kept, "set_aside": "".join(repaired)} if repaired else kept


def _write(batch: Import, actor: User) -> Import:
    """The one transaction. What another import brought in meanwhile is left out."""
    with transaction.atomic():
        _one_at_a_time(batch)
        _check_at_once()
        row = lock(batch)
        if row.state != State.RUNNING:
            return row
        case = take_receiving_case(row.case, actor) if row.case else None
        place = Placement(row.team, case, row.establishes, row.bearing, {"import": row.reference})
        rows = chosen_rows(row).filter(plan=ImportRow.Plan.NEW).order_by("position")
        _write_blobs(rows)
        sources = {str(source.pk): source for source in Source.objects.filter(team=row.team)}
        written: list[Registered] = []
        for chunk in chunks(rows.iterator(chunk_size=TOGETHER), TOGETHER):
            written += _write_rows(row, chunk, place, sources, actor)
        record_all(acts_of(written, place), actor=actor)
        figures = {**row.figures, "written": len(written), "files_written": sum(len(each.files) for each in written)}
        clear(row)
        changes = {"figures": figures, "finished_at": clock.now(), "stage": "", "failure": ""}
        return perform(row, FINISH, actor=actor, changes=changes, detail={"items": len(written)})


def _one_at_a_time(batch: Import) -> None:
    """Imports of one team are written one after the other, so that no key is taken twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"imports of {batch.team_id}"])


def _check_at_once() -> None:
    """Have foreign keys checked by each statement instead of all at the end. What waits for the end is walked through
    whenever a trigger catches an error of its own, as those of the history do for every row: the time of a large import
    grew with the square of its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _write_blobs(rows: Any) -> None:
    """The rows of all bytes, in the order of their hashes, before anything is locked that others wait for."""
    media = {each["sha256"]: each for row in rows.only("media").iterator(chunk_size=TOGETHER) for each in row.media}
    for sha256 in sorted(media):
        evidence_blob(_sealed(media[sha256]))


def _write_rows(
    batch: Import, chunk: Sequence[ImportRow], place: Placement, sources: dict[Any, Source], actor: User
) -> Iterator[Registered]:
    asked = [(row.keys, address_of(row.keys, row.details)) for row in chunk]
    known = known_keys(batch, actor, asked)
    fresh = [row for row in chunk if not known & set(row.keys)]
    entries = [_entry(row, sources) for row in fresh]
    items = register_together(entries, place, actor=actor)
    keys = [key for row in fresh for key in row.keys]
    hidden = set(Imported.objects.filter(team=batch.team, key__in=keys).values_list("key", flat=True))
    Imported.objects.bulk_create(
        Imported(batch=batch, item=item, team=batch.team, key=key, place=row.place,
                 again=batch.pk.hex if key in hidden else "")
        for item, row in zip(items, fresh, strict=True) for key in row.keys
    )  # fmt: skip
    return registered(items, entries)


def _entry(row: ImportRow, sources: dict[Any, Source]) -> NewItem:
    values = dict(row.values)
    for name in _DATES:
        values[name] = parse_date(values[name]) if values.get(name) else None
    for name in _MOMENTS:
        if values.get(name):
            values[name] = parse_datetime(values[name])
    values["source"] = sources.get(values.get("source"))
    observed = [{**each, "seen_on": parse_date(each["seen_on"])} for each in row.observations]
    details = dict(row.details)
    if details.get("captured_at"):
        details["captured_at"] = parse_datetime(details["captured_at"])
    return NewItem(row.kind, values, details, [(_sealed(each), each["part"]) for each in row.media], observed)


def _sealed(media: dict[str, Any]) -> Sealed:
    """A staged file as the evidence room knows files that have their place in the store."""
    name = clean_name(media["name"])
    sniffed = sniff(store.head(media["sha256"]), name, "")
    return Sealed(media["sha256"], media["blake3"], media["size"], name, "", sniffed, media.get("set_aside", ""))
