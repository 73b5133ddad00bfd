"""What people judged of an item, as one person may read it: who agrees, who differs, what was said before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.accounts.models import User
from casework.evidence.access import WORKING_ROLES, can_see_item
from casework.evidence.models import Assessment, CredibilityRating, EvidenceLink, GraphicMark, Item
from casework.evidence.models.judgements import Aspect, Grade
from casework.evidence.reading import known_people


def can_assess_item(user: User, item: Item) -> bool:
    """Whoever works with the item in one of its teams may judge it, under their own name."""
    links = EvidenceLink.objects.visible_to(user).present().filter(item=item)
    working = set(user.teams_as(*WORKING_ROLES))
    teams = set(links.values_list("case__team_id", flat=True))
    return bool(working & teams) or (item.team_id in working and can_see_item(user, item))


TONES = {Grade.HOLDS: "good", Grade.RESERVED: "warn", Grade.FAILS: "bad", Grade.OPEN: "neutral"}


@dataclass(frozen=True)
class AspectSummary:
    """One aspect: the latest of each person, what they said before, and how far they agree, in words."""

    aspect: str
    label: Any
    words: str
    tone: str
    current: list[Assessment]
    earlier: list[Assessment]

    @property
    def differs(self) -> bool:
        return len({each.grade for each in self.current}) > 1


def assessments_of(item: Item, user: User) -> list[AspectSummary]:
    """All three aspects, in one query more than it takes to know whose names may be told."""
    rows = _told(item, user, Assessment.objects.filter(item=item).select_related("by"))
    return [_summary(aspect, [row for row in rows if row.aspect == aspect]) for aspect in Aspect]


def _summary(aspect: Any, rows: list[Assessment]) -> AspectSummary:
    current: dict[Any, Assessment] = {}
    for row in rows:
        current.setdefault(row.by_id, row)
    latest = list(current.values())
    words, tone = agreement([row.grade for row in latest])
    earlier = [row for row in rows if row not in latest]
    return AspectSummary(str(aspect.value), aspect.label, words, tone, latest, earlier)


def agreement(grades: Iterable[str]) -> tuple[str, str]:
    """How far people agree, in words, and the tone to say it in: a tie is no agreement."""
    counted = Counter(grades).most_common()
    if not counted:
        return _("Not assessed yet"), "neutral"
    grade, most = counted[0]
    label, people = str(Grade(grade).label), sum(count for _grade, count in counted)
    if people == 1:
        return _("%(grade)s, says one person") % {"grade": label}, TONES[Grade(grade)]
    if most == people:
        words = ngettext("%(grade)s: %(n)s person agrees", "%(grade)s: all %(n)s agree", people)
        return words % {"grade": label, "n": people}, TONES[Grade(grade)]
    if most == counted[1][1]:
        return _("%(n)s people differ") % {"n": people}, "warn"
    return _("%(grade)s: %(most)s of %(n)s agree") % {"grade": label, "most": most, "n": people}, "warn"


def credibility_history(item: Item, user: User) -> list[CredibilityRating]:
    """Every judgement of the item's credibility that the person may know of, the latest first."""
    return _told(item, user, CredibilityRating.objects.filter(item=item).select_related("by"))


def graphic_marks(item: Item, user: User) -> list[GraphicMark]:
    """The last mark of each person that this one may know of, the latest first."""
    marks = GraphicMark.objects.filter(item=item).latest_of_each().select_related("by")
    return _told(item, user, sorted(marks, key=lambda mark: mark.at, reverse=True))


def _told(item: Item, user: User, rows: Iterable[Any]) -> list[Any]:
    """Without the judgements of people whom only a hidden case can have brought here."""
    rows = list(rows)
    known = known_people(item, user, {row.by_id for row in rows})
    return [row for row in rows if row.by_id in known]
