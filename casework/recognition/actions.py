"""Every write of this room: fingerprints, matches, pairs by the worker; decisions by people."""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.accounts.models import User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.care.models import Look
from casework.cases.actions.common import not_found
from casework.core.access import require
from casework.core.errors import Invalid
from casework.core.workflow import change, lock
from casework.evidence.access import can_change_item, can_see_item
from casework.evidence.actions import reveal_file
from casework.evidence.actions.common import take_item
from casework.evidence.models import Blob, EvidenceFile, Item
from casework.recognition.access import can_judge_pair, can_see_pair
from casework.recognition.comparing import Common
from casework.recognition.fingerprints import Read, kept, pictures
from casework.recognition.models import Fingerprint, Judgement, Kind, Match, Pair, Prints, Sure, Verdict

NOTE_LONGEST = 2000


def keep_prints(fingerprint: Fingerprint, read: Read) -> bool:
    """Write down what was read of a file. From now on others find it; it is ready once it was compared itself. False
    when the file was let go of meanwhile."""
    rows, small = kept(read.frames), pictures(read.frames)
    columns = {
        "hashes": rows.hashes.astype("<u8"), "moments": rows.moments.astype("<f4"), "parts": rows.parts,
        "sound_marks": read.sound.marks.astype("<u4"), "sound_moments": read.sound.moments.astype("<f4"),
        "picture_moments": small.moments.astype("<f4"), "picture_ends": small.ends.astype("<u4"),
    }  # fmt: skip
    values: dict[str, Any] = {name: column.tobytes() for name, column in columns.items()}
    values |= {"pictures": small.data, "width": read.size[0], "height": read.size[1]}
    with transaction.atomic():
        if not Fingerprint.objects.select_for_update().filter(pk=fingerprint.pk).exists():
            return False
        Prints.objects.update_or_create(fingerprint=fingerprint, defaults=values)
    return True


def keep_failure(fingerprint: Fingerprint, reason: str) -> None:
    """Write down why nothing could be read. The file itself is untouched."""
    _settle(fingerprint, Fingerprint.State.FAILED, reason, None)


def _settle(fingerprint: Fingerprint, state: str, note: str, isolated: bool | None) -> None:
    values = {"state": state, "note": note[:200], "isolated": isolated, "made_at": clock.now()}
    Fingerprint.objects.filter(pk=fingerprint.pk).update(**values)


def keep_matches(fingerprint: Fingerprint, found: Sequence[Common], read: Read) -> None:
    """Write down what a file has in common with others, each pair of files in one direction. It is ready then."""
    owners = Fingerprint.objects.in_bulk([each.owner for each in found])
    with transaction.atomic():
        for each in found:
            other = owners.get(each.owner)
            if other is None:
                continue
            turned = other.blob_id < fingerprint.blob_id
            first, second = sorted((fingerprint.blob_id, other.blob_id))
            spans = [[*span[2:], *span[:2]] if turned else span for span in each.spans]
            values = {"sure": each.sure, "spans": spans, "detail": each.detail}
            Match.objects.update_or_create(first_id=first, second_id=second, kind=each.kind, defaults=values)
        _settle(fingerprint, Fingerprint.State.READY, read.note, read.isolated)


def pair_items(blob: Blob) -> None:
    """Pair the items that hold these bytes with each other and with those that hold what matches them. May run again:
    what was decided of a pair stays."""
    matches = Match.objects.filter(Q(first=blob) | Q(second=blob))
    others: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        others[match.second_id if match.first_id == blob.pk else match.first_id].append(match)
    holders: dict[str, set[uuid.UUID]] = defaultdict(set)
    files = EvidenceFile.objects.filter(blob_id__in=[blob.pk, *others])
    for sha256, item in files.values_list("blob_id", "item_id"):
        holders[sha256].add(item)
    for pair in itertools.combinations(sorted(holders[blob.pk]), 2):
        _pair(pair, {str(Kind.EXACT)}, Sure.SAME)
    for sha256, found in others.items():
        kinds, sure = {match.kind for match in found}, max(match.sure for match in found)
        for mine, theirs in itertools.product(holders[blob.pk], holders[sha256]):
            if mine != theirs:
                _pair((mine, theirs), kinds, sure)


def _pair(items: Sequence[uuid.UUID], kinds: set[str], sure: int) -> Pair:
    first, second = sorted(items)
    with transaction.atomic():
        pair, made = Pair.objects.select_for_update().get_or_create(
            first_id=first, second_id=second, defaults={"kinds": sorted(kinds), "sure": sure}
        )
        if not made:
            change(pair, {"kinds": sorted(kinds | set(pair.kinds)), "sure": max(sure, pair.sure)})
    return pair


def judge_pair(pair: Pair, *, actor: User, verdict: str, note: str = "") -> Judgement:
    """Say what a pair is. The last word holds; all of them are kept. A pair that is not the same comes back no more.

    Raises NotFound when an item is hidden from them, NotAllowed, Invalid for an unknown verdict or a long note.
    """
    if verdict not in Verdict.values:
        raise Invalid(_("Choose what it is."), fields={"verdict": [_("Choose what it is.")]})
    note = note.strip()
    if len(note) > NOTE_LONGEST:
        message = _("Keep the note within 2,000 characters.")
        raise Invalid(message, fields={"note": [message]})
    with transaction.atomic():
        row = lock(pair)
        if not can_see_pair(actor, row):
            raise not_found()
        require(can_judge_pair, actor, row)
        return _judge(row, actor, verdict, note)


def _judge(row: Pair, actor: User, verdict: str, note: str) -> Judgement:
    before = row.verdict
    change(row, {"verdict": verdict})
    detail = {"from": before, "to": verdict, "items": [str(row.first_id), str(row.second_id)]}
    record(Event.PAIR_JUDGED, actor=actor, obj=row, detail=detail)
    return Judgement.objects.create(pair=row, verdict=verdict, note=note, judged_by=actor)


def join_items(item: Item, *, actor: User, other: Item, verdict: str, note: str = "") -> Judgement:
    """Say of two items, whether or not a program paired them, what they are to each other. Raises as `judge_pair`."""
    with transaction.atomic():
        take_item(item, actor, can_change_item)
        if not can_see_item(actor, other):
            raise not_found()
        pair = _pair((item.pk, other.pk), set(), Sure.POSSIBLE)
        return judge_pair(pair, actor=actor, verdict=verdict, note=note)


def reveal_pair(pair: Pair, *, actor: User, hashes: Iterable[str]) -> Look | None:
    """Put on record, with both items, that the person looks at grey pictures of these files of a pair. Returns the look
    that the ledger counts: one for both, of the item that is harder to look at."""
    items = (pair.first_id, pair.second_id)
    files = EvidenceFile.objects.filter(item__in=items, blob_id__in=set(hashes)).select_related("item", "blob")
    with transaction.atomic():
        # Always in the order of the items, so that two people who look at once do not wait for each other.
        looks = [(file.item.graphic, reveal_file(file, actor=actor)) for file in files.order_by("item_id", "pk")]
    return max(looks, key=lambda look: look[0])[1] if looks else None
