"""Linking items to cases and taking them out again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence.actions import link_item, unlink_item
from casework.evidence.actions.custody import verify_custody
from casework.evidence.models import Item
from tests.factories import CaseFactory, ItemFactory

pytestmark = pytest.mark.django_db


def test_it_links_one_item_to_several_cases(cast: SimpleNamespace, item: Item) -> None:
    second = CaseFactory(team=cast.team)
    link_item(item, actor=cast.colleague, case=second, establishes=["perpetrator"], note="Same vehicle")
    assert item.links.present().count() == 2
    assert AuditEvent.objects.filter(event="evidence.linked", case_id=second.pk).count() == 1
    assert verify_custody(item).whole


def test_it_links_once(cast: SimpleNamespace, item: Item, case: Case) -> None:
    with pytest.raises(Conflict):
        link_item(item, actor=cast.investigator, case=case, establishes=["act"])


@pytest.mark.parametrize("establishes", [[], ["guilt"]])
def test_it_asks_what_is_established(cast: SimpleNamespace, case: Case, establishes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        link_item(ItemFactory(team=cast.team), actor=cast.investigator, case=case, establishes=establishes)
    assert "establishes" in refused.value.fields


@pytest.mark.parametrize(
    ("who", "error"),
    [("reviewer", NotAllowed), ("viewer", NotAllowed), ("administrator", NotFound), ("outsider", NotFound)],
)
def test_it_asks_for_the_right(cast: SimpleNamespace, item: Item, who: str, error: type[Exception]) -> None:
    actor = getattr(cast, who)
    with pytest.raises(error):
        link_item(item, actor=actor, case=CaseFactory(team=cast.team), establishes=["act"])
    with pytest.raises(error):
        unlink_item(item.links.get(), actor=actor, reason="x")
    assert item.links.present().count() == 1


def test_it_hides_an_item_of_another_team_from_linking(cast: SimpleNamespace, case: Case) -> None:
    with pytest.raises(NotFound):
        link_item(ItemFactory(team=cast.other_team), actor=cast.investigator, case=case, establishes=["act"])


def test_it_leaves_closed_cases_alone(cast: SimpleNamespace, item: Item, case: Case) -> None:
    closed = CaseFactory(team=cast.team, state="closed")
    with pytest.raises((Conflict, NotAllowed)):
        link_item(item, actor=cast.investigator, case=closed, establishes=["act"])


def test_it_unlinks_with_a_reason_and_keeps_the_link_on_record(cast: SimpleNamespace, item: Item) -> None:
    link = item.links.get()
    with pytest.raises(Invalid):
        unlink_item(link, actor=cast.investigator, reason="  ")
    unlink_item(link, actor=cast.investigator, reason="Another place")
    assert item.links.present().count() == 0
    assert item.links.count() == 1
    assert AuditEvent.objects.get(event="evidence.unlinked").reason == "Another place"
    with pytest.raises(NotFound):
        unlink_item(link, actor=cast.investigator, reason="Again")
    link_item(item, actor=cast.investigator, case=link.case, establishes=["act"])
