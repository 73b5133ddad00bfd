"""The history of a case: who changed what from what to what."""

from __future__ import annotations

import pghistory
import pytest

from casework.cases.models import Case
from casework.office.history import case_history
from tests.factories import CaseFactory, FindingFactory, ItemFactory, VictimFactory

BACKEND = "casework.accounts.backends.CaseworkBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast):
    return CaseFactory(title="First title", team=cast.team, created_by=cast.investigator, lead=cast.investigator)


def changes(case, reader, number=1):
    return case_history(case, reader, number).changes


def titles_given(page):
    """What the title became, change by change. A test is one transaction, in which other records share the time."""
    return [field.after for change in page.changes for field in change.fields if field.label == "Title"]


def test_it_tells_what_a_field_said_before_and_after_and_who_changed_it(cast, case):
    with pghistory.context(user=str(cast.colleague.pk)):
        Case.objects.filter(pk=case.pk).update(title="Second title", priority="urgent")
    last = next(change for change in changes(case, cast.viewer) if change.title.endswith("changed"))
    assert (last.title, last.by) == ("Case " + case.reference + " changed", cast.colleague.name)
    assert [(field.label, field.before, field.after) for field in last.fields] == [
        ("Title", "First title", "Second title"),
        ("Priority", "Normal", "Urgent"),
    ]


def test_it_includes_people_evidence_and_findings(cast, case):
    VictimFactory(case=case, surname="Kovalenko", created_by=cast.investigator)
    ItemFactory(team=cast.team, case=case, registered_by=cast.investigator)
    FindingFactory(case=case, proposed_by=cast.investigator)
    titles = [change.title for change in changes(case, cast.viewer)]
    for word in ("Victim", "Evidence", "Finding", "Assignment", "Case"):
        assert any(title.startswith(word) for title in titles)
    assert {change.by for change in changes(case, cast.viewer)} <= {
        cast.investigator.name,
        "the system",
        case.created_by.name,
    }


def test_it_shows_what_rows_point_to_in_words(cast, case):
    item = ItemFactory(team=cast.team, case=case, registered_by=cast.investigator)
    evidence = next(change for change in changes(case, cast.viewer) if change.title.startswith("Evidence"))
    assert ("Item", "", item.reference) in [(field.label, field.before, field.after) for field in evidence.fields]


def test_it_leaves_out_another_case_that_was_merged_into_this_one(cast, case):
    hidden = CaseFactory(title="Hidden title", team=cast.other_team)
    Case.objects.filter(pk=hidden.pk).update(merged_into=case)
    values = [field.after for change in changes(case, cast.viewer) for field in change.fields]
    assert "Hidden title" not in values
    assert not any(hidden.reference in change.title for change in changes(case, cast.viewer))


def test_it_pages_newest_first(cast, case):
    for number in range(40):
        Case.objects.filter(pk=case.pk).update(title=f"Title {number}")
    first, second = case_history(case, cast.viewer), case_history(case, cast.viewer, 2)
    assert first.has_next
    given = titles_given(first) + titles_given(second)
    assert given == [f"Title {number}" for number in reversed(range(40))] + ["First title"]


def test_its_page_is_a_tab_of_the_case_and_hidden_with_it(cast, case, client):
    client.force_login(cast.viewer, backend=BACKEND)
    assert "First title" in client.get(f"/cases/{case.pk}/history/").content.decode()
    assert f'href="/cases/{case.pk}/history/"' in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.get(f"/cases/{case.pk}/history/?page=0").status_code == 400
    client.force_login(cast.outsider, backend=BACKEND)
    assert client.get(f"/cases/{case.pk}/history/").status_code == 404


def test_it_costs_the_same_for_one_change_and_many(cast, case, client, django_assert_max_num_queries):
    client.force_login(cast.viewer, backend=BACKEND)
    client.get(f"/cases/{case.pk}/history/")
    with django_assert_max_num_queries(25) as few:
        client.get(f"/cases/{case.pk}/history/")
    for number in range(20):
        Case.objects.filter(pk=case.pk).update(title=f"Title {number}")
    with django_assert_max_num_queries(len(few)):
        client.get(f"/cases/{case.pk}/history/")


def test_the_api_documentation_lists_operations(cast, client):
    client.force_login(cast.viewer, backend=BACKEND)
    text = client.get("/api/v1/docs/").content.decode()
    assert "/api/v1/cases/" in text
    assert "<script>" not in text
