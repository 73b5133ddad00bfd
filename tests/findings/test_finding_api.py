"""Findings through the API: the same actions, the same refusals, by session and by token."""

from __future__ import annotations

import datetime
import time

import pytest
from allauth.account.internal.flows import login

from casework.accounts.actions import make_token
from casework.accounts.models import Token
from casework.audit import clock
from casework.findings.actions import approve_finding, propose_finding, return_finding
from casework.findings.models import Finding
from tests.factories import CaseFactory, FindingFactory, grant

pytestmark = pytest.mark.django_db
URL = "/api/v1/findings/"
BACKEND = "casework.accounts.backends.CaseworkBackend"


def body(case, link, /, **changes):  # type: ignore[no-untyped-def]
    values = {
        "case": str(case.pk),
        "conclusion": "confirmed",
        "standard": 2,
        "victims_party": "UA",
        "responsible_party": "RU",
        "occurred": "2024-10",
        "counts": [{"status": "captured", "at_least": 2, "at_most": 3}],
        "qualifications": ["8-2-a-i"],
        "reasons": "The video shows it.",
        "links": [str(link.pk)],
    }
    return values | changes


@pytest.fixture
def api(client):  # type: ignore[no-untyped-def]
    """A signed-in session that sends JSON; `proved` as if identity had just been confirmed."""

    def enter(user, *, proved: bool = False):  # type: ignore[no-untyped-def]
        client.force_login(user, backend=BACKEND)
        if proved:
            session = client.session
            session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
            session.save()
        return lambda url, data: client.post(url, data, content_type="application/json")

    return enter


@pytest.fixture
def finding(cast, case, proposal):  # type: ignore[no-untyped-def]
    return propose_finding(case, actor=cast.investigator, **proposal)


def test_it_proposes(cast, case, link, parties, api) -> None:
    answer = api(cast.investigator)(URL, body(case, link))
    assert answer.status_code == 201, answer.json()
    said = answer.json()
    assert said["state"] == "proposed"
    assert said["counts"] == [{"status": "captured", "at_least": 2, "at_most": 3}]
    assert said["cited"][0]["sha256"] == link.item.files.get().blob_id
    assert said["occurred"]["text"] == "October 2024"
    assert "approve" not in said["transitions"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "approved"}, "state"),
        ({"approved_by": "x"}, "approved_by"),
        ({"case": "00000000-0000-0000-0000-000000000000"}, "case"),
        ({"links": ["00000000-0000-0000-0000-000000000000"]}, "links.0"),
        ({"counts": [{"status": "captured", "at_least": 4, "at_most": 3}]}, "counts.0.at_least"),
        ({"counts": [{"status": "captured", "at_least": 1, "at_most": 1}] * 2}, "counts"),
        ({"counts": {}}, "counts"),
        ({"counts": []}, "counts"),
        ({"standard": 1}, "standard"),
        ({"standard": 10**30}, "standard"),
        ({"occurred": "2999"}, "occurred"),
        ({"victims_party": "A\x00"}, "victims_party"),
        ({"qualifications": "8-2-a-i"}, "qualifications"),
        ({"reasons": ""}, "reasons"),
    ],
)
def test_it_names_the_field_at_fault(cast, case, link, parties, api, changes, field) -> None:
    answer = api(cast.investigator)(URL, body(case, link, **changes))
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["fields"]), answer.json()
    assert not Finding.objects.exists()


def test_it_answers_alike_for_hidden_and_absent_cases(cast, case, link, parties, api) -> None:
    hidden = CaseFactory(team=cast.other_team)
    first = api(cast.investigator)(URL, body(hidden, link)).json()
    second = api(cast.investigator)(URL, body(case, link, case="00000000-0000-0000-0000-000000000000")).json()
    assert first["fields"] == second["fields"]


def test_it_approves_by_session_after_proof(cast, finding, api) -> None:
    url = f"{URL}{finding.pk}/approve/"
    refused = api(cast.reviewer)(url, {})
    assert (refused.status_code, refused.json()["type"]) == (403, "step_up_required")
    answer = api(cast.reviewer, proved=True)(url, {"expected_updated_at": finding.updated_at.isoformat()})
    assert answer.status_code == 200
    assert answer.json()["in_force_from"] == clock.today().isoformat()
    assert api(cast.reviewer, proved=True)(url, {}).status_code == 409


def test_it_never_approves_by_token(cast, finding, client) -> None:
    _token, secret = make_token(
        cast.reviewer, actor=cast.reviewer, name="script", scope=Token.Scope.WRITE,
        ends_at=clock.now() + datetime.timedelta(days=1),
    )  # fmt: skip
    headers = {"authorization": f"Bearer {secret}"}
    answer = client.post(f"{URL}{finding.pk}/approve/", {}, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "step_up_required")
    answer = client.post(
        f"{URL}{finding.pk}/return/", {"code": "count", "note": "No."}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 200


def test_it_does_not_approve_ones_own(cast, finding, api) -> None:
    grant(cast.investigator, "reviewer", cast.team)
    answer = api(cast.investigator, proved=True)(f"{URL}{finding.pk}/approve/", {})
    assert answer.status_code == 409
    assert "You proposed this" in answer.json()["reasons"][0]
    finding.refresh_from_db()
    assert finding.state == "proposed"


def test_it_returns_resubmits_and_withdraws(cast, case, link, finding, api) -> None:
    url = f"{URL}{finding.pk}/"
    assert api(cast.reviewer)(f"{url}return/", {"code": "mood", "note": "x"}).status_code == 400
    returned = api(cast.reviewer)(f"{url}return/", {"code": "count", "note": "Three."}).json()
    assert returned["returned_code"] == "count"
    again = body(case, link, expected_updated_at=returned["updated_at"])
    del again["case"]
    stale = again | {"expected_updated_at": "2020-01-01T00:00:00Z"}
    assert api(cast.investigator)(f"{url}resubmit/", stale).status_code == 409
    assert api(cast.investigator)(f"{url}resubmit/", again).json()["previous_version"]["returned_note"] == "Three."
    assert api(cast.investigator)(f"{url}withdraw/", {}).status_code == 400
    assert api(cast.colleague)(f"{url}withdraw/", {"reason": "Wrong."}).json()["state"] == "withdrawn"


@pytest.mark.parametrize("path", ["", "approve/", "return/", "resubmit/", "withdraw/"])
def test_it_hides_findings_of_other_teams(cast, finding, client, api, path) -> None:
    send = api(cast.outsider, proved=True)
    url = f"{URL}{finding.pk}/{path}"
    assert (client.get(url) if not path else send(url, {})).status_code == 404


def test_it_lists_what_is_visible_and_filters(cast, case, finding, client, api) -> None:
    approve_finding(finding, actor=cast.reviewer)
    FindingFactory(case=CaseFactory(team=cast.other_team), state="approved")
    api(cast.viewer)

    def references(query: str = "") -> list[str]:
        return [row["reference"] for row in client.get(URL + query).json()["results"]]

    assert references() == [finding.reference]
    assert references(f"?in_force={clock.today()}") == [finding.reference]
    assert references("?in_force=2020-01-01") == []
    assert references("?state=proposed") == []
    assert references("?standard_at_least=3") == []
    assert references("?occurred=2024-10&victims_party=UA") == [finding.reference]
    assert client.get(URL + "?case__title=x").status_code == 400
    assert client.get(URL + f"?case={CaseFactory(team=cast.other_team).pk}").status_code == 400


def test_it_asks_as_many_queries_for_many_as_for_one(cast, client, api, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    api(cast.reviewer)
    FindingFactory(case=CaseFactory(team=cast.team))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(URL)
    for state in ["approved", "proposed"] * 10:
        FindingFactory(case=CaseFactory(team=cast.team), state=state)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(URL).json()["results"]) == 21
    assert len(many) == len(few)


def test_it_judges_elements(cast, case, client, api) -> None:
    sent = {"case": str(case.pk), "qualification": "8-2-a-i", "element": "killed", "standing": "established"}
    assert api(cast.investigator)("/api/v1/elements/", sent).status_code == 201
    assert api(cast.investigator)("/api/v1/elements/", sent | {"element": "none"}).status_code == 400
    assert api(cast.reviewer)("/api/v1/elements/", sent).status_code == 403
    assert client.get(f"/api/v1/elements/?case={case.pk}").json()["results"][0]["standing"] == "established"


def test_it_keeps_a_returned_finding_readable(cast, finding, client, api) -> None:
    return_finding(finding, actor=cast.reviewer, code="other", note="No.")
    api(cast.investigator)
    said = client.get(f"{URL}{finding.pk}/").json()
    assert sorted(said["transitions"]) == ["resubmit", "withdraw"]
