"""What is told of material that is just arriving, and which items are not independent of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.accounts.models import Role, Team
from casework.evidence import arrivals, independence, item_rooms
from casework.evidence.arrivals import Arrival, Hint, Recognised, Strength
from casework.evidence.models import EvidenceFile
from casework.recognition.models import Fingerprint, Kind, Match, Pair, Sure, Verdict
from casework.recognition.reading import comparing, dependent_on, elsewhere, related
from casework.recognition.reasons import reason

if TYPE_CHECKING:
    import uuid

    from casework.accounts.models import User
    from casework.evidence.models import Item

MOST_HINTS = 20


def register_all() -> None:
    """Tell evidence whom to ask; called when the app is ready."""
    arrivals.register("recognition", on_arrival)
    independence.register("recognition", dependent_on)
    item_rooms.register(item_rooms.Panel("recognition", 20, "recognition/_item_panel.html", on_item))


def on_item(item: Item, user: User) -> Mapping[str, Any] | None:
    """What is related to an item, as far as the person sees it; None for what cannot be compared and never was."""
    pairs = Pair.objects.visible_to(user).of(item.pk).select_related("first", "second")
    found = related(item, pairs[:MOST_HINTS])
    comparable, waiting, failed = comparing(item)
    if not comparable and not found:
        return None
    told, teams = elsewhere(item, user)
    return {
        "related": [each for each in found if each.pair.verdict != Verdict.DIFFERENT],
        "refused": [each for each in found if each.pair.verdict == Verdict.DIFFERENT],
        "waiting": waiting,
        "failed": failed,
        "elsewhere": told,
        "teams": teams,
    }


def on_arrival(arrival: Arrival, user: User) -> Recognised:
    """Items that the person sees whose footage, picture or sound is in what has just arrived. That another team holds
    such is told only when every team of theirs, and that one, allow it."""
    hashes = list(arrival.sha256s)
    if not hashes:
        return Recognised()
    waiting = Fingerprint.objects.filter(blob__in=hashes, state=Fingerprint.State.WAITING).exists()
    matches = Match.objects.filter(Q(first__in=hashes) | Q(second__in=hashes)).order_by("-sure", "-found_at", "pk")
    found: dict[str, list[tuple[str, Match]]] = defaultdict(list)
    for match in matches:
        for mine, theirs in ((match.first_id, match.second_id), (match.second_id, match.first_id)):
            if mine in hashes:
                found[theirs].append((mine, match))
    hints = _of_items(found, user)
    if _elsewhere([*hashes, *found], user):
        hints.append(_told_elsewhere())
    return Recognised(hints, waiting)


def _told_elsewhere() -> Hint:
    """All that is told across teams."""
    label = _("Another team holds related footage")
    return Hint(Strength.POSSIBLE, label, _("Both teams allow this to be said. Ask your team’s reviewers."))


def _of_items(found: dict[str, list[tuple[str, Match]]], user: User) -> list[Hint]:
    seen = EvidenceFile.objects.visible_to(user).select_related("item", "blob")
    mine: dict[str, set[uuid.UUID]] = defaultdict(set)
    arrived = {sha256 for each in found.values() for sha256, _match in each}
    for file in seen.filter(blob__in=arrived):
        mine[file.blob_id].add(file.item_id)
    hints, told = [], set()
    for file in seen.filter(blob__in=found).order_by("item__reference", "pk"):
        for sha256, match in found[file.blob_id]:
            if file.item_id in mine[sha256] or (file.item_id, match.pk) in told:
                continue
            told.add((file.item_id, match.pk))
            hints.append(_hint(file, sha256, match))
    refused = _refused(hints, mine)
    hints = [hint for hint in hints if not refused(hint)]
    return sorted(hints, key=lambda hint: -hint.strength)[:MOST_HINTS]


def _hint(file: EvidenceFile, arrived: str, match: Match) -> Hint:
    detail = {"kind": match.kind, "spans": match.spans, "sha256": arrived, "match": match.pk}
    label = f"{Kind(match.kind).label} · {Sure(match.sure).label}"
    return Hint(Strength(match.sure), label, reason(match, arrived), file.item, (file,), detail)


def _refused(hints: Sequence[Hint], mine: Mapping[str, set[uuid.UUID]]) -> Callable[[Hint], bool]:
    """Tells of a hint whether somebody said already that an item with these very bytes and that item are not the same.
    One query for all hints."""
    own, found = set().union(*mine.values()), {hint.item.pk for hint in hints if hint.item}
    both = Q(first__in=own, second__in=found) | Q(first__in=found, second__in=own)
    pairs = Pair.objects.filter(both, verdict=Verdict.DIFFERENT).values_list("first_id", "second_id")
    apart = {frozenset(pair) for pair in pairs} if own and found else set()
    return lambda hint: any(frozenset((key, hint.item.pk)) in apart for key in mine[hint.detail["sha256"]] if hint.item)


def _elsewhere(hashes: list[str], user: User) -> bool:
    """Whether another team that lets it be known holds one of these, and the person's own teams let it too."""
    own = user.teams_as(Role.INVESTIGATOR)
    if not own or Team.objects.filter(pk__in=own, tells_of_related=False).exists():
        return False
    theirs = EvidenceFile.objects.filter(blob__in=hashes, item__team__tells_of_related=True)
    theirs = theirs.exclude(item__team__in=own)
    return theirs.exclude(pk__in=EvidenceFile.objects.visible_to(user).filter(blob__in=hashes)).exists()
