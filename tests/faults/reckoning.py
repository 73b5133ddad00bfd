"""What is in an office after all that was done to it, counted by its own code and by reading its disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.running import Office

ROWS = """
import json
from casework.evidence.models import Blob, EvidenceFile, Item, Upload
files = list(EvidenceFile.objects.select_related("item").values_list("item__title", "blob_id", "blob__size"))
print(json.dumps({
    "items": list(Item.objects.exclude(title="A long recording").values_list("title", flat=True)),
    "files": files, "blobs": list(Blob.objects.values_list("sha256", flat=True)),
    "unfinished": Upload.objects.receiving().filter(offset__gt=0).count(),
    "waiting": Upload.objects.complete().count(),
}))
"""
TEAM = "from casework.accounts.models import Team; print(Team.objects.get(name='Team of the upload').pk)"


def team_of(office: Office) -> str:
    """The team of the office's investigator."""
    return office.shell(TEAM).strip()


def reckon(office: Office, sent: Mapping[str, bytes]) -> dict[str, int]:
    """Lost, corrupt and half records, of the files that were sent and registered, each under its name."""
    rows: dict[str, Any] = json.loads(office.shell(ROWS))
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in sent.items()}
    held: dict[str, list[str]] = {}
    for title, sha256, _size in rows["files"]:
        held.setdefault(title, []).append(sha256)
    lost = sum(name not in held for name in wanted)
    wrong = sum(held.get(name, [sha256]) != [sha256] for name, sha256 in wanted.items())
    doubled = len(rows["items"]) - len(set(rows["items"]))
    halves = len(set(rows["items"]) - set(held)) + doubled + rows["unfinished"] + rows["waiting"]
    return {"lost": lost, "corrupt": wrong + corrupt(office, sent), "half records": halves}


def corrupt(office: Office, sent: Mapping[str, bytes]) -> int:
    """Stored files that are not, byte for byte, what was sent."""
    wrong = 0
    for data in sent.values():
        sha256 = hashlib.sha256(data).hexdigest()
        path = office.store / "sha256" / sha256[:2] / sha256[2:4] / sha256
        wrong += not path.exists() or path.read_bytes() != data
    for path in (office.store / "sha256").glob("*/*/*"):
        wrong += hashlib.sha256(path.read_bytes()).hexdigest() != path.name
    return wrong


def table(title: str, lines: Mapping[str, Any]) -> str:
    """A report as it is printed, and kept in docs/measurements.md."""
    width = max(len(name) for name in lines)
    return "\n".join([f"\n{title}", *(f"  {name:<{width}}  {value}" for name, value in lines.items())])
