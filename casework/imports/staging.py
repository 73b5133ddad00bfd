"""The preview's rows: written as they are read, counted, and compared with what the team has already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q

from casework.accounts.models import User
from casework.evidence.addresses import stored_form
from casework.evidence.models import EvidenceFile, Item, Post
from casework.evidence.models.items import Kind
from casework.imports.models import Import, Imported, ImportProblem, ImportRow
from casework.imports.rows import Problem, Row, storable

LONGEST_KEY = 300
_Plan = ImportRow.Plan


def clear(batch: Import) -> None:
    """Delete everything that is staged."""
    ImportRow.objects.filter(batch=batch).delete()
    ImportProblem.objects.filter(batch=batch).delete()


def keys_of(row: Row, digests: Sequence[str]) -> list[str]:
    """What names a row for good: as its source numbers it, else its address, its files, its words."""
    if row.keys:
        keys = row.keys
    elif row.kind == Kind.POST and (normal := stored_form(str(row.details.get("url") or ""))):
        keys = [f"url:{normal}"]
    elif digests:
        whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()
        keys = [f"sha256:{whole}"]
    else:
        said = json.dumps([row.kind, row.values, row.details], sort_keys=True, cls=DjangoJSONEncoder)
        keys = [f"words:{hashlib.sha256(said.encode()).hexdigest()}"]
    return [_short(key) for key in keys]


def address_of(keys: Sequence[str], details: Mapping[str, Any]) -> str:
    """The address by which a row is the same as a record; none for a capture, of which each is evidence of its own."""
    return "" if keys[0].startswith("capture:") else str(details.get("url") or "")


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"sha256-of:{hashlib.sha256(key.encode()).hexdigest()}"


def known_keys(batch: Import, user: User, rows: Iterable[tuple[Sequence[str], str]]) -> set[str]:
    """Of rows, given by keys and address, the keys of those that the team has and the person may see. What they may
    not see counts as not there."""
    wanted: dict[str, list[str]] = {}
    by_url: dict[str, list[str]] = {}
    for keys, url in rows:
        for key in keys:
            wanted.setdefault(key, list(keys))
        if normal := stored_form(url):
            by_url.setdefault(normal, []).extend(keys)
    found: set[str] = set()
    seen = Item.objects.visible_to(user)
    imported = Imported.objects.filter(team=batch.team_id, key__in=wanted, item__in=seen)
    for key in imported.values_list("key", flat=True):
        found.update(wanted[key])
    posts = Post.objects.visible_to(user).filter(item__team=batch.team_id, normal_url__in=by_url)
    for normal in posts.values_list("normal_url", flat=True):
        found.update(by_url[normal])
    digests = {key.removeprefix("sha256:"): key for key in wanted if key.startswith("sha256:")}
    files = EvidenceFile.objects.visible_to(user).filter(item__team=batch.team_id, blob_id__in=digests)
    found.update(digests[sha256] for sha256 in files.values_list("blob_id", flat=True))
    return found


def staged(
    batch: Import, position: int, row: Row, plan: str, keys: list[str], media: list[dict[str, Any]]
) -> ImportRow:
    """The row as it is kept until the end."""
    source = row.values.get("source")
    values = {**row.values, "source": str(source.pk) if source else None}
    return ImportRow(
        batch=batch, position=position, plan=plan, group=row.group, kind=row.kind, keys=keys, values=values,
        details=row.details, media=media, observations=row.observations, place=storable(row.place)[:120],
    )  # fmt: skip


def problem(batch: Import, place: str, found: Problem) -> ImportProblem:
    """One problem as it is kept."""
    return ImportProblem(
        batch=batch, place=storable(place)[:120], field=storable(found.field)[:80], weight=found.weight,
        text=storable(found.text)[:500],
    )  # fmt: skip


def chosen_rows(batch: Import) -> Any:
    """The staged rows of the parts that are chosen."""
    rows = ImportRow.objects.filter(batch=batch)
    if not batch.groups:
        return rows
    return rows.filter(group__in=[group["key"] for group in batch.groups if group["chosen"]])


def recount(batch: Import) -> dict[str, int]:
    """How many rows of the chosen parts are new, already here, or have errors."""
    counted = chosen_rows(batch).aggregate(
        new=Count("pk", filter=Q(plan=_Plan.NEW)),
        known=Count("pk", filter=Q(plan=_Plan.KNOWN)),
        wrong=Count("pk", filter=Q(plan=_Plan.WRONG)),
    )
    return dict(counted)
