"""What pages read of pairs and clusters for one person. Nothing of an item that they do not see is in it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Q
from django.utils.translation import gettext as _

from casework.accounts.models import Role, Team, User
from casework.evidence.addresses import normal_form
from casework.evidence.models import EvidenceFile, EvidenceLink, Item
from casework.recognition.models import Fingerprint, Judgement, Kind, Match, Pair, Sure, Verdict
from casework.recognition.reasons import exact, reason

MOST_MEMBERS = 100
COUNTED = Q(verdict=Verdict.SAME) | Q(verdict="", sure__gte=Sure.LIKELY) & ~Q(kinds=[Kind.SOUND])
"""Pairs that make two items one footage: said by a person, or very likely and refused by nobody. The same sound alone
does not: music is laid under anything."""


@dataclass(frozen=True)
class Related:
    """A pair as one of its items sees it."""

    pair: Pair
    other: Item
    reasons: Sequence[str]


def related(item: Item, pairs: Iterable[Pair]) -> list[Related]:
    """The pairs of an item with why each was found: two queries whatever their number."""
    pairs = list(pairs)
    hashes = _hashes([item.pk, *(pair.other(item.pk).pk for pair in pairs)])
    matches = _matches(hashes)
    return [
        Related(pair, pair.other(item.pk), _reasons(hashes[item.pk], hashes[pair.other(item.pk).pk], matches))
        for pair in pairs
    ]


def reasons_of(pair: Pair) -> list[str]:
    """Why a pair was found; the seconds of its first item come first."""
    hashes = _hashes([pair.first_id, pair.second_id])
    return _reasons(hashes[pair.first_id], hashes[pair.second_id], _matches(hashes))


def matches_of(pair: Pair) -> list[tuple[str, str, Match]]:
    """What matches in a pair: hashes of a file of its first item and of its second, and the match."""
    hashes = _hashes([pair.first_id, pair.second_id])
    found = _matches(hashes)
    return [
        (mine, theirs, match)
        for mine in sorted(hashes[pair.first_id])
        for theirs in sorted(hashes[pair.second_id])
        for match in found.get(frozenset((mine, theirs)), [])
    ]


def _hashes(items: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    held: dict[uuid.UUID, set[str]] = defaultdict(set)
    for key, sha256 in EvidenceFile.objects.filter(item__in=items).values_list("item_id", "blob_id"):
        held[key].add(sha256)
    return held


def _matches(hashes: dict[uuid.UUID, set[str]]) -> dict[frozenset[str], list[Match]]:
    all_hashes = set().union(*hashes.values()) if hashes else set()
    found: dict[frozenset[str], list[Match]] = defaultdict(list)
    for match in Match.objects.filter(first__in=all_hashes, second__in=all_hashes).order_by("-sure", "kind"):
        found[frozenset((match.first_id, match.second_id))].append(match)
    return found


def _reasons(mine: set[str], theirs: set[str], matches: dict[frozenset[str], list[Match]]) -> list[str]:
    told = [exact()] if mine & theirs else []
    for first in sorted(mine):
        for second in sorted(theirs):
            told += [reason(match, first) for match in matches.get(frozenset((first, second)), [])]
    return told or [_("A person said so.")]


# Whether anything is known yet


def comparing(item: Item) -> tuple[bool, bool, list[str]]:
    """Whether any file of the item is of a kind that is compared, whether one still is, and why some could not be."""
    rows = Fingerprint.objects.filter(blob__in=item.files.values("blob_id"))
    states = list(rows.values_list("state", "note"))
    waiting = any(state == Fingerprint.State.WAITING for state, _note in states)
    return bool(states), waiting, sorted({note for state, note in states if state == Fingerprint.State.FAILED and note})


def elsewhere(item: Item, user: User) -> tuple[bool, list[Team]]:
    """Whether the person may learn that another team holds related footage; for reviewers of the item's team, which.

    A team is told of as such when both teams allow it; otherwise its name is told to the reviewers alone, who settle
    between them who may learn what. Neither learns a reference."""
    hidden = Pair.objects.filter(COUNTED).of(item.pk)
    seen = hidden.visible_to(user).values("pk")
    hidden = hidden.exclude(pk__in=seen).exclude(first__team=F("second__team"))
    teams: dict[uuid.UUID, Team] = {}
    for pair in hidden.select_related("first__team", "second__team")[:MOST_MEMBERS]:
        team = pair.other(item.pk).team
        if item.team_id != team.pk:
            teams[team.pk] = team
    both = item.team.tells_of_related and any(team.tells_of_related for team in teams.values())
    told = list(teams.values()) if user.has_role(Role.REVIEWER, item.team_id) else []
    return both, sorted(told, key=lambda team: team.name)


def told_to_reviewers(user: User) -> list[tuple[Item, Team]]:
    """Items of the teams that the person reviews for, as far as they see them, with the teams that hold related footage
    which they do not see."""
    teams = set(user.teams_as(Role.REVIEWER))
    pairs = Pair.objects.filter(COUNTED).filter(Q(first__team__in=teams) | Q(second__team__in=teams))
    pairs = pairs.exclude(first__team=F("second__team")).exclude(pk__in=pairs.visible_to(user).values("pk"))
    sides = []
    for pair in pairs.select_related("first__team", "second__team").order_by("-found_at", "pk")[:MOST_MEMBERS]:
        sides += [(pair.first, pair.second.team), (pair.second, pair.first.team)]
    own = {item.pk for item, _team in sides if item.team_id in teams}
    seen = set(Item.objects.visible_to(user).filter(pk__in=own).values_list("pk", flat=True))
    return list({(item.pk, team.pk): (item, team) for item, team in sides if item.pk in seen}.values())


# Clusters


@dataclass
class Member:
    """An item of a cluster: `repeats` are items here whose post it says to repeat, `pairs` how it came in."""

    item: Item
    repeats: list[Item] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    earliest: bool = False


def cluster(item: Item, user: User) -> list[Member]:
    """The items of the same footage as this one that the person sees, the earliest published first. They are reached
    through pairs of which the person sees both: what is hidden joins nothing."""
    visible = Pair.objects.visible_to(user).filter(COUNTED)
    members: dict[uuid.UUID, Item] = {item.pk: item}
    pairs: dict[uuid.UUID, Pair] = {}
    edge = {item.pk}
    while edge and len(members) < MOST_MEMBERS:
        found = visible.of(*edge).select_related("first__post", "second__post", "first__team", "second__team")
        edge = set()
        for pair in found:
            pairs[pair.pk] = pair
            for each in (pair.first, pair.second):
                if each.pk not in members:
                    members[each.pk] = each
                    edge.add(each.pk)
    return _in_order(members, list(pairs.values()))


def _in_order(members: dict[uuid.UUID, Item], pairs: list[Pair]) -> list[Member]:
    rows = [Member(each, _repeated(each, members), [p for p in pairs if each.pk in (p.first_id, p.second_id)])
            for each in members.values()]  # fmt: skip
    rows.sort(key=lambda row: (row.item.published_at is None, row.item.published_at or row.item.registered_at))
    if rows and rows[0].item.published_at is not None:
        rows[0].earliest = True
    return rows


def _repeated(item: Item, members: dict[uuid.UUID, Item]) -> list[Item]:
    post = getattr(item, "post", None)
    if post is None or not post.reposts:
        return []
    repeats = normal_form(post.reposts)
    return [
        each for each in members.values()
        if each.pk != item.pk and getattr(each, "post", None) and normal_form(each.post.url) == repeats
    ]  # fmt: skip


def independent(members: Sequence[Member], user: User) -> list[Item]:
    """Items on the same cases, as the person sees them, that support them, come from a known source and are none of the
    cluster's."""
    keys = [member.item.pk for member in members]
    links = EvidenceLink.objects.visible_to(user).present()
    cases = links.filter(item__in=keys).values("case_id")
    supports = links.filter(case_id__in=cases, bearing=EvidenceLink.Bearing.SUPPORTS).exclude(item__in=keys)
    items = Item.objects.visible_to(user).filter(pk__in=supports.values("item_id"), source__isnull=False)
    sources = {member.item.source_id for member in members if member.item.source_id}
    return list(items.exclude(source__in=sources).select_related("source").order_by("reference")[:MOST_MEMBERS])


def dependent_on(item: Item) -> set[uuid.UUID]:
    """Every item that is the same footage as this one: paired with it, or reached from it through items on one of its
    own cases. Whoever sees such a case sees these, and can correct a pair. A chain through hidden ones is not followed.
    """
    cases = EvidenceLink.objects.present().filter(item=item).values("case_id")
    near = set(EvidenceLink.objects.present().filter(case_id__in=cases).values_list("item_id", flat=True))
    known, edge = {item.pk}, {item.pk}
    while edge:
        pairs = Pair.objects.filter(COUNTED).of(*edge).values_list("first_id", "second_id")
        found = {key for pair in pairs for key in pair} - known
        known |= found
        edge = found & near
    return known - {item.pk}


def history(pair: Pair) -> list[Judgement]:
    """Everything that was said of a pair, the last first."""
    return list(pair.judgements.select_related("judged_by"))
