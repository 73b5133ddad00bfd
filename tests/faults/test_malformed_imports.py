"""Hundreds of malformed exports through the readers of imports, which run in the worker itself: each is previewed or
refused in words; none ends in an error that nobody expected, connects to anything or brings in a part of itself.

Damaged are the archive as a whole, one file in a whole archive, or single values in what is otherwise well-formed.
CASEWORK_MALFORMED_IMPORTS sets another number than 600, CASEWORK_FAULT_SEED the seed. Prints the table that
docs/measurements.md keeps.
"""

from __future__ import annotations

import copy
import io
import json
import os
import random
import resource
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import transaction

from casework.core.errors import Blocked
from casework.evidence.models import Item
from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import confirm_import, receive_import
from casework.imports.jobs import carry_on
from casework.imports.models import Import
from tests.faults.malformed import mutated, swapped, truncated
from tests.imports.exports import chat, message, packed, png, telegram
from tests.imports.web import wacz, warc

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("CASEWORK_MALFORMED_IMPORTS", 600))
SEED = int(os.environ.get("CASEWORK_FAULT_SEED", 20261128))
UNEXPECTED = "on our side"
LONGEST_SECONDS = 60
MORE_MEMORY = 512
"""MiB beyond what the process took before."""
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\x00", "\ud800", "\u202egpj.exe",
    "A" * 100_000, "9" * 5000, "-9999999999999", "2024-02-30T25:61:61", "../../../etc/passwd", "/etc/passwd",
    "http://[::1", "http://127.0.0.1:1/a", "javascript:alert(1)", "file:///etc/passwd", [], {}, [[]], [None], {"": {}},
    [{"a": [1, "x", None]}], {"type": "link", "text": 5},
)  # fmt: skip


@dataclass
class Group:
    """What became of the exports of one kind."""

    files: int = 0
    previewed: int = 0
    refused: int = 0
    done: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Sound:
    """A sound export: the kind of import, the name it is sent under, its files (one without a path is all of it)."""

    kind: str
    name: str
    files: dict[str, bytes]


def sound() -> dict[str, Sound]:
    """Small exports of every kind that is read."""
    posts = [message(number, f"Words {number}", edited="2024-10-06T07:00:00") for number in (1, 2)]
    posts += [
        message(3, [{"type": "link", "text": "https://x.com/a/status/1"}, " seen"], photo="photos/a.png"),
        message(4, "again", forwarded_from="Other", reply_to_message_id=1, file="files/b.mp4", media_type="video_file"),
        {"id": 5, "type": "service", "date": "2024-10-05T06:26:40", "action": "pin_message", "text": ""},
    ]
    csv = "file,title,recorded,published,url,credibility,graphic,sha256\np.png,One,2024-10,,,2,1,\n,,,,t.me/a/5,,,\n"
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in (["title", "recorded", "url"], ["One", "2024-10", ""], ["Two", 3.5, "https://t.me/s/front/5"]):
        book.active.append(row)
    book.save(made)
    found = {
        "status": "success", "metadata": {"url": "https://t.me/front/7", "title": "T", "timestamp": "2024-10-06"},
        "media": [{"filename": "m.png", "properties": {"hash": "SHA-256:" + "0" * 64}}],
    }  # fmt: skip
    kinds = Import.Kind
    return {
        "Telegram": Sound(kinds.TELEGRAM, "export.zip", members(telegram(
            chat(*posts), {"photos/a.png": png(1), "files/b.mp4": png(2)}))),
        "table, CSV": Sound(kinds.TABLE, "folder.zip", {"metadata.csv": csv.encode(), "p.png": png(3)}),
        "table, XLSX": Sound(kinds.TABLE, "metadata.xlsx", members(made.getvalue())),
        "auto-archiver": Sound(kinds.ARCHIVER, "results.zip", {
            "a/metadata.json": json.dumps(found).encode(), "a/m.png": png(4)}),
        "WACZ": Sound(kinds.WEB_ARCHIVE, "site.wacz", members(wacz())),
        "WARC": Sound(kinds.WEB_ARCHIVE, "site.warc.gz", {"": warc()}),
    }  # fmt: skip


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def put_together(files: dict[str, bytes]) -> bytes:
    return files[""] if "" in files else packed(files)


def as_a_whole(chance: random.Random, files: dict[str, bytes]) -> bytes:
    """The export itself is cut, changed, or has pieces in each other's place."""
    return chance.choice((truncated, mutated, swapped))(chance, put_together(files))


def one_file(chance: random.Random, files: dict[str, bytes]) -> bytes:
    """One of its files is, in an archive that is whole."""
    name = chance.choice([name for name in files if len(files[name]) > 3])
    return put_together({**files, name: chance.choice((truncated, mutated, swapped))(chance, files[name])})


def one_value(chance: random.Random, files: dict[str, bytes]) -> bytes:
    """Values in what is otherwise well-formed are what nobody writes there."""
    names = [name for name in files if name.endswith((".json", ".jsonl", ".csv"))]
    if not names:
        return one_file(chance, files)
    name = chance.choice(names)
    if name.endswith(".csv"):
        lines = [line.split(",") for line in files[name].decode().splitlines()]
        line = chance.choice(lines)
        line[chance.randrange(len(line))] = str(chance.choice(HOSTILE))
        made = "\n".join(",".join(line) for line in lines)
    elif name.endswith(".jsonl"):
        made = "\n".join(json.dumps(spoiled(chance, json.loads(line))) for line in files[name].splitlines())
    else:
        made = json.dumps(spoiled(chance, json.loads(files[name])))
    return put_together({**files, name: made.encode("utf-8", "surrogatepass")})


def spoiled(chance: random.Random, value: Any) -> Any:
    """The same with one to three of its values exchanged, at any depth."""
    changed = copy.deepcopy(value)
    for _ in range(chance.randrange(1, 4)):
        holders = [each for each in holders_in(changed) if each]
        if not holders:
            return chance.choice(HOSTILE)
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        holder[key] = copy.deepcopy(chance.choice(HOSTILE))
    return changed


def holders_in(value: Any) -> Iterator[Any]:
    """Every object and list in it."""
    if isinstance(value, (dict, list)):
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from holders_in(each)


WAYS: tuple[Callable[[random.Random, dict[str, bytes]], bytes], ...] = (as_a_whole, one_file, one_value, one_value)


def test_it_bears_malformed_exports(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, groups, kinds = random.Random(SEED), {}, sound()
    wrong: list[str] = []
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connected.append(address))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    for number in range(COUNT):
        name = list(kinds)[number % len(kinds)]
        group, way = groups.setdefault(name, Group()), WAYS[chance.randrange(len(WAYS))]
        data = way(chance, kinds[name].files)
        began = time.monotonic()
        with transaction.atomic():
            said = through(cast, kinds[name], data, group)
            # The next export shall be as new as this one was.
            transaction.set_rollback(True)
        group.seconds = max(group.seconds, time.monotonic() - began)
        if said:
            wrong.append(f"{name}, number {number}, {way.__name__}: {said}")
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10) - before
    with capsys.disabled():
        print(f"\n\nSeed {SEED}.\n")
        print("| Export | Made | Previewed | Refused in words | Brought in | Failed whole | Longest, s |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for name, group in groups.items():
            print(f"| {name} | {group.files} | {group.previewed} | {group.refused} | {group.done} | {group.failed} "
                  f"| {group.seconds:.1f} |")  # fmt: skip
        print(f"\nNot expected: {len(wrong)}. Connections: {len(connected)}. Memory beyond the beginning: {more} MiB.")
        print("\n".join(wrong))
    assert wrong == []
    assert connected == []
    assert more <= MORE_MEMORY
    assert max(group.seconds for group in groups.values()) <= LONGEST_SECONDS


def confirmed(batch: Import, cast: SimpleNamespace) -> bool:
    """Whether it could be confirmed: in some, nothing of what is new is chosen."""
    try:
        confirm_import(batch, actor=cast.investigator, leave_out=True)
    except Blocked:
        return False
    return True


def through(cast: SimpleNamespace, export: Sound, data: bytes, group: Group) -> str:
    """Receive it, read it, bring in what can be; what went otherwise than it may, or nothing."""
    group.files += 1
    held = Item.objects.count()
    batch = receive_import(
        actor=cast.investigator, team=cast.team, kind=export.kind, files=[stored_from_bytes(export.name, data)]
    )
    try:
        carry_on(str(batch.pk))
        batch.refresh_from_db()
        if batch.state == Import.State.PREVIEW:
            group.previewed += 1
            if batch.figures["new"] and confirmed(batch, cast):
                carry_on(str(batch.pk))
                batch.refresh_from_db()
                group.done += batch.state == Import.State.DONE
                group.failed += batch.state == Import.State.FAILED
        else:
            group.refused += batch.state == Import.State.FAILED and bool(batch.failure)
    except Exception as error:
        return f"raised {error!r}"
    new = Item.objects.count() - held
    if UNEXPECTED in batch.failure:
        return "an error that nobody expected"
    if batch.state not in (Import.State.PREVIEW, Import.State.DONE, Import.State.FAILED):
        return f"is left {batch.state}"
    wanted = batch.figures["written"] if batch.state == Import.State.DONE else 0
    return "" if new == wanted else f"{new} items of {wanted}"
