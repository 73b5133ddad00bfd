"""The pages of findings, by the people who use them."""

from __future__ import annotations

import time

import pytest
from allauth.account.internal.flows import login
from django.urls import reverse

from casework.findings.actions import approve_finding, propose_finding, return_finding
from casework.findings.models import ElementAssessment, Finding
from tests.factories import CaseFactory, VictimFactory, grant
from tests.findings.conftest import proposal_of

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"


@pytest.fixture
def enter(client):  # type: ignore[no-untyped-def]
    """Sign in; with `proved` also as if the person had just confirmed their identity."""

    def sign_in(user, *, proved: bool = False):  # type: ignore[no-untyped-def]
        client.force_login(user, backend=BACKEND)
        if proved:
            session = client.session
            session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
            session.save()
        return client

    return sign_in


@pytest.fixture
def finding(cast, case, proposal):  # type: ignore[no-untyped-def]
    return propose_finding(case, actor=cast.investigator, **proposal)


def form_data(link, **changes):  # type: ignore[no-untyped-def]
    values = {
        "conclusion": "confirmed", "standard": "2", "occurred": "2024-10", "victims_party": "UA",
        "responsible_party": "RU", "captured_at_least": "2", "captured_at_most": "3", "qualifications": ["8-2-a-i"], 
        "links": [str(link.pk)],
        "reasons": "The video shows it.",
    }  # fmt: skip
    return values | changes


def test_it_proposes_from_what_the_case_says(cast, case, link, parties, enter) -> None:
    type(case).objects.filter(pk=case.pk).update(
        victims_party="UA", occurred_earliest="2024-10-01", occurred_latest="2024-10-31"
    )
    group = {"kind": "group", "at_least": 2, "at_most": 4}
    for values in ({}, group, {"outcome": "survived"}):
        VictimFactory(case=case, status_at_death="captured", **values)
    url = reverse("findings:propose", args=[case.pk])
    form = enter(cast.investigator).get(url).context["form"]
    assert (form["captured_at_least"].value(), form["captured_at_most"].value()) == (3, 5)
    assert str(form["occurred"].value()) in ("2024-10", "October 2024")
    answer = enter(cast.investigator).post(url, form_data(link))
    assert answer.status_code == 302
    finding = Finding.objects.get()
    assert finding.victim_counts.get().at_most == 3
    assert finding.occurred_latest.isoformat() == "2024-10-31"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"captured_at_least": "5"}, "captured_at_least"),
        ({"captured_at_least": "", "captured_at_most": ""}, "captured_at_least"),
        ({"captured_at_least": "9" * 40}, "captured_at_least"),
        ({"links": []}, "links"),
        ({"links": ["nonsense"]}, "links"),
        ({"standard": "1"}, "standard"),
        ({"occurred": "someday"}, "occurred"),
        ({"occurred": ""}, "occurred"),
        ({"reasons": "\x00"}, "reasons"),
        ({"victims_party": "XX"}, "victims_party"),
    ],
)
def test_it_keeps_what_was_typed_beside_the_error(cast, case, link, parties, enter, changes, field) -> None:
    answer = enter(cast.investigator).post(reverse("findings:propose", args=[case.pk]), form_data(link, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Finding.objects.exists()


def test_it_says_when_something_is_proposed_already(cast, case, link, finding, enter) -> None:
    answer = enter(cast.colleague).post(reverse("findings:propose", args=[case.pk]), form_data(link))
    assert answer.status_code == 409
    assert finding.reference in answer.content.decode()


def test_it_shows_both_conclusions_on_the_case(cast, case, link, finding, enter) -> None:
    approved = approve_finding(finding, actor=cast.reviewer)
    later = propose_finding(case, actor=cast.colleague, **proposal_of(link, standard=3))
    page = enter(cast.viewer).get(reverse("findings:case_findings", args=[case.pk])).content.decode()
    assert approved.reference in page
    assert later.reference in page
    assert "Substantial grounds to believe" in page
    assert reverse("findings:propose", args=[case.pk]) not in page


def test_it_shows_everything_about_a_finding(cast, finding, enter) -> None:
    approved = approve_finding(finding, actor=cast.reviewer)
    page = enter(cast.viewer).get(reverse("findings:detail", args=[finding.pk])).content.decode()
    for text in (
        finding.cited.get().sha256,
        "Iryna Investigator",
        "Roman Reviewer",
        "Wilful killing",
        approved.reasons,
    ):
        assert text in page


def test_it_queues_the_oldest_first_and_marks_ones_own(cast, parties, case, finding, enter) -> None:
    grant(cast.investigator, "reviewer", cast.team)
    page = enter(cast.investigator).get(reverse("findings:review_queue"))
    assert [row.pk for row in page.context["page"].rows] == [finding.pk]
    assert page.context["waiting"] == 0
    assert "You proposed this" in page.content.decode()
    assert enter(cast.reviewer).get(reverse("findings:review_queue")).context["waiting"] == 1
    assert not enter(cast.outsider).get(reverse("findings:review_queue")).context["page"].rows


def test_it_approves_after_proof_of_identity(cast, finding, enter) -> None:
    url = reverse("findings:approve", args=[finding.pk])
    answer = enter(cast.reviewer).post(url, {"expected": finding.updated_at.isoformat()})
    assert answer.status_code == 302
    finding.refresh_from_db()
    assert finding.state == "proposed"
    client = enter(cast.reviewer, proved=True)
    assert "can never be changed" in client.get(url).content.decode()
    assert client.post(url, {"expected": finding.updated_at.isoformat()}).url == reverse(
        "findings:detail", args=[finding.pk]
    )
    finding.refresh_from_db()
    assert finding.state == "approved"


def test_it_does_not_approve_ones_own(cast, finding, enter) -> None:
    grant(cast.investigator, "reviewer", cast.team)
    client = enter(cast.investigator, proved=True)
    url = reverse("findings:approve", args=[finding.pk])
    assert "Another reviewer has to decide it" in client.get(url).content.decode()
    answer = client.post(url, {"expected": finding.updated_at.isoformat()})
    assert answer.status_code == 409
    assert "Another reviewer has to decide it" in answer.content.decode()
    review = client.get(reverse("findings:review", args=[finding.pk])).content.decode()
    assert url not in review
    finding.refresh_from_db()
    assert finding.state == "proposed"


def test_it_does_not_approve_another_version_than_was_read(cast, link, finding, enter) -> None:
    seen = finding.updated_at.isoformat()
    return_finding(finding, actor=cast.reviewer, code="count", note="Three.")
    client = enter(cast.investigator)
    again = reverse("findings:resubmit", args=[finding.pk])
    assert client.get(again).context["form"]["captured_at_most"].value() == 3
    assert client.post(again, form_data(link, captured_at_least="3")).status_code == 302
    client = enter(cast.reviewer, proved=True)
    page = client.get(reverse("findings:review", args=[finding.pk])).content.decode()
    assert "What changed since last time" in page
    assert "Captured: 2 to 3" in page
    assert client.post(reverse("findings:approve", args=[finding.pk]), {"expected": seen}).status_code == 409


def test_it_returns_with_a_code_and_a_note(cast, finding, enter) -> None:
    url = reverse("findings:return", args=[finding.pk])
    assert enter(cast.reviewer).post(url, {"code": "", "note": ""}).status_code == 422
    assert enter(cast.reviewer).post(url, {"code": "count", "note": "Three are seen."}).status_code == 302
    page = enter(cast.investigator).get(reverse("findings:detail", args=[finding.pk])).content.decode()
    assert "Three are seen." in page
    assert reverse("findings:resubmit", args=[finding.pk]) in page


def test_it_withdraws(cast, finding, enter) -> None:
    url = reverse("findings:withdraw", args=[finding.pk])
    assert enter(cast.colleague).post(url, {"reason": "Wrong case."}).status_code == 302
    finding.refresh_from_db()
    assert finding.state == "withdrawn"


def test_it_judges_elements(cast, case, enter) -> None:
    url = reverse("findings:elements", args=[case.pk])
    client = enter(cast.investigator)
    sent = {"qualification": "8-2-a-i", "element": "killed", "standing": "established", "note": "The video."}
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent | {"standing": "contested"}).status_code == 302
    assessment = ElementAssessment.objects.get()
    assert (assessment.standing, assessment.assessed_by) == ("contested", cast.investigator)
    page = client.get(url)
    assert "Contested" in page.content.decode()
    assert client.post(url, sent | {"element": "nothing"}).status_code == 400
    assert client.post(url, sent | {"standing": "sure"}).status_code == 422
    assert enter(cast.viewer).post(url, sent).status_code == 403


PAGES = ["detail", "review", "approve", "return", "resubmit", "withdraw"]


@pytest.mark.parametrize("name", PAGES)
def test_it_hides_findings_of_other_teams(cast, finding, enter, name) -> None:
    client = enter(cast.outsider, proved=True)
    url = reverse(f"findings:{name}", args=[finding.pk])
    assert (client.get(url).status_code, client.post(url).status_code in (404, 405)) == (404, True)


@pytest.mark.parametrize("name", ["case_findings", "propose", "elements"])
def test_it_hides_cases_of_other_teams(cast, case, enter, name) -> None:
    url = reverse(f"findings:{name}", args=[case.pk])
    assert enter(cast.outsider).get(url).status_code == 404


def test_it_asks_the_same_number_of_queries_for_a_long_queue(
    cast, parties, enter, django_assert_max_num_queries
) -> None:
    from tests.factories import FindingFactory

    for _number in range(30):
        FindingFactory(case=CaseFactory(team=cast.team))
    client = enter(cast.reviewer)
    with django_assert_max_num_queries(25):
        assert len(client.get(reverse("findings:review_queue")).context["page"].rows) == 25
