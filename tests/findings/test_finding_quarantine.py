"""A finding and a file in quarantine: not proposed, not approved, and marked where it is in force already."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from casework.cases.models import Case
from casework.core.errors import Blocked
from casework.evidence.models import Blob, EvidenceLink
from casework.findings.actions import approve_finding, propose_finding, resubmit_finding, return_finding
from casework.findings.models import Finding
from tests.findings.test_finding_api import body
from tests.findings.test_finding_pages import form_data
from tests.helpers import BACKEND, stepped_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def finding(cast: SimpleNamespace, case: Case, proposal: dict[str, Any]) -> Finding:
    return propose_finding(case, actor=cast.colleague, **proposal)


def damaged(found: str = "mismatch") -> None:
    Blob.objects.update(check_result=found)


@pytest.mark.parametrize("found", ["mismatch", "missing"])
def test_it_is_not_proposed(
    cast: SimpleNamespace, case: Case, link: EvidenceLink, proposal: dict[str, Any], client: Any, found: str
) -> None:
    damaged(found)
    with pytest.raises(Blocked) as caught:
        propose_finding(case, actor=cast.colleague, **proposal)
    assert link.item.reference in caught.value.reasons[0]
    assert "once more" in caught.value.reasons[0]
    client.force_login(cast.colleague, backend=BACKEND)
    page = client.post(reverse("findings:propose", args=[case.pk]), form_data(link))
    assert page.status_code == 409
    assert link.item.reference in page.content.decode()
    answer = client.post("/api/v1/findings/", body(case, link), content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["type"] == "quarantine"
    assert not Finding.objects.exists()
    damaged("matches")
    assert client.post(reverse("findings:propose", args=[case.pk]), form_data(link)).status_code == 302


def test_it_is_not_proposed_again(cast: SimpleNamespace, finding: Finding, proposal: dict[str, Any]) -> None:
    return_finding(finding, actor=cast.reviewer, code="count", note="Count again")
    damaged()
    with pytest.raises(Blocked):
        resubmit_finding(finding, actor=cast.colleague, **proposal)
    finding.refresh_from_db()
    assert finding.state == "returned"


def test_it_is_not_approved(cast: SimpleNamespace, link: EvidenceLink, finding: Finding, client: Any) -> None:
    damaged()
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.reviewer)
    assert link.item.reference in caught.value.reasons[0]
    stepped_up(client, cast.reviewer)
    review = client.get(reverse("findings:review", args=[finding.pk])).content.decode()
    assert "no longer matches its hash" in review
    assert reverse("findings:approve", args=[finding.pk]) not in review
    page = client.post(reverse("findings:approve", args=[finding.pk]), {"expected": finding.updated_at.isoformat()})
    assert page.status_code == 409
    assert link.item.reference in page.content.decode()
    answer = client.post(f"/api/v1/findings/{finding.pk}/approve/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (409, "quarantine")
    finding.refresh_from_db()
    assert finding.state == "proposed"


def test_one_in_force_shows_that_its_evidence_is_damaged(
    cast: SimpleNamespace, case: Case, link: EvidenceLink, finding: Finding, client: Any
) -> None:
    approve_finding(finding, actor=cast.reviewer)
    client.force_login(cast.viewer, backend=BACKEND)
    pages = [reverse("findings:detail", args=[finding.pk]), reverse("findings:case_findings", args=[case.pk]),
             reverse("cases:detail", args=[case.pk])]  # fmt: skip
    for page in pages:
        assert "vidence damaged" not in client.get(page).content.decode()
    assert client.get(f"/api/v1/findings/{finding.pk}/").json()["evidence_damaged"] is False
    damaged()
    detail = client.get(pages[0]).content.decode()
    assert "Evidence that it stands on is damaged." in detail
    assert link.item.reference in detail
    assert "Evidence damaged" in client.get(pages[1]).content.decode()
    assert "Its evidence is damaged" in client.get(pages[2]).content.decode()
    assert client.get(f"/api/v1/findings/{finding.pk}/").json()["evidence_damaged"] is True
