"""Home: what waits, for whom, and that each number leads to its list."""

from __future__ import annotations

import datetime

import pytest

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.models import Task
from casework.office.home import home_of
from casework.office.navigation import Facts
from tests.factories import CaseFactory, FindingFactory, ItemFactory, TeamFactory, grant, person

BACKEND = "casework.accounts.backends.CaseworkBackend"


@pytest.fixture
def case(cast):
    return CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)


@pytest.fixture
def read(client):
    def open_as(user):
        client.force_login(user, backend=BACKEND)
        answer = client.get("/")
        assert answer.status_code == 200
        return answer.content.decode()

    return open_as


def test_it_lists_overdue_tasks_first(cast, case):
    today = clock.today()
    for title, days in (("Later", 5), ("Overdue", -3)):
        Task.objects.create(
            case=case, title=title, due_on=today + datetime.timedelta(days=days), assignee=cast.investigator,
            created_by=cast.investigator,
        )  # fmt: skip
    Task.objects.create(case=case, title="Any time", assignee=cast.investigator, created_by=cast.investigator)
    Task.objects.create(case=case, title="Another's", assignee=cast.colleague, created_by=cast.investigator)
    assert [task.title for task in home_of(cast.investigator).desk.tasks] == ["Overdue", "Later", "Any time"]


def test_it_shows_a_reviewer_what_waits_and_not_what_they_proposed(cast, case):
    waiting = FindingFactory(case=case, proposed_by=cast.investigator)
    FindingFactory(case=CaseFactory(team=cast.team), proposed_by=cast.reviewer)
    assert home_of(cast.reviewer).desk.reviews == [waiting]
    assert home_of(cast.investigator).desk.reviews == []


def test_it_shows_evidence_linked_to_nothing(cast, case):
    loose = ItemFactory(team=cast.team)
    ItemFactory(team=cast.team, case=case)
    ItemFactory(team=cast.other_team)
    assert home_of(cast.investigator).desk.unlinked == [loose]


def test_it_counts_only_what_the_person_sees(cast, case):
    CaseFactory(team=cast.other_team)
    CaseFactory(team=cast.team, sensitive=True)
    tiles = home_of(cast.viewer).desk.tiles
    assert [tile.value for tile in tiles] == ["1", "0", "0", "0"]


def test_it_prints_the_day_beside_the_headline_figures(cast, case, read):
    FindingFactory(case=case, proposed_by=cast.investigator, state="approved", counts={"captured": (6, 6)})
    text = read(cast.viewer)
    assert '<p class="stat__value">6</p>' in text
    assert "as of" in text


def test_it_shows_an_auditor_break_glass_and_refusals(cast, case, read):
    record(Event.BROKE_GLASS, actor=cast.reviewer, obj=case, reason="A deadline")
    text = read(cast.auditor)
    assert "Break-glass access opened" in text
    assert case.title not in text


def test_it_shows_an_administrator_who_has_no_second_factor(cast, read):
    text = read(cast.administrator)
    assert cast.auditor.name in text
    assert "Without a second factor" in text


def test_it_tells_somebody_without_a_role_what_to_do(db, read):
    assert "Ask an administrator" in read(person("Nobody Yet"))


def test_it_says_what_to_do_when_there_is_nothing(cast, read):
    text = read(cast.investigator)
    assert "No case yet" in text
    assert "/cases/new/" in text


def test_it_costs_the_same_for_one_case_and_many(cast, client, case, django_assert_max_num_queries):
    client.force_login(cast.investigator, backend=BACKEND)
    with django_assert_max_num_queries(26) as one:
        client.get("/")
    for _number in range(12):
        made = CaseFactory(team=cast.team, lead=cast.investigator)
        ItemFactory(team=cast.team)
        FindingFactory(case=made)
    with django_assert_max_num_queries(len(one)):
        client.get("/")


def test_navigation_offers_each_person_their_rooms(cast, read):
    assert 'href="/cases/"' in read(cast.viewer)
    assert 'href="/audit/"' not in read(cast.viewer)
    assert 'href="/audit/"' in read(cast.auditor)
    assert 'href="/cases/"' not in read(cast.administrator)
    assert 'href="/admin/"' in read(cast.administrator)


def test_navigation_counts_reviews_in_one_query(cast, case, client, django_assert_num_queries):
    FindingFactory(case=case, proposed_by=cast.investigator)
    cast.reviewer.roles  # noqa: B018  (read before, as on every request)
    with django_assert_num_queries(1):
        facts = Facts(cast.reviewer)
        assert (facts.reviews, facts.line) == ("1", "Reviewer, Team East")


def test_navigation_marks_the_room_one_is_in(cast, client, case):
    client.force_login(cast.investigator, backend=BACKEND)
    text = client.get(f"/cases/{case.pk}/").content.decode()
    assert 'href="/cases/" aria-current="page"' in text


def test_navigation_names_several_roles_and_teams(cast):
    grant(cast.investigator, "reviewer", cast.team)
    grant(cast.investigator, "viewer", TeamFactory(name="Team North"))
    assert Facts(cast.investigator).line == "Investigator, Reviewer, Team East · Viewer, Team North"
