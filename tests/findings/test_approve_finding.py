"""Approving: four eyes, sound bytes, force from the day, superseding."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange as Days

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.core.errors import Blocked, Conflict, NotAllowed, NotFound, StepUpRequired
from casework.evidence import store
from casework.evidence.models import Blob, EvidenceFile
from casework.findings.actions import approve_finding, propose_finding
from casework.findings.models import Finding
from casework.findings.queries import finding_in_force
from tests.factories import grant
from tests.findings.conftest import cite, keep_bytes, proposal_of

pytestmark = pytest.mark.django_db


def on(day: str):  # type: ignore[no-untyped-def]
    return clock.travelling_to(datetime.datetime.fromisoformat(f"{day}T10:00:00+00:00"))


@pytest.fixture
def finding(cast, case, proposal):  # type: ignore[no-untyped-def]
    with on("2024-11-01"):
        return propose_finding(case, actor=cast.investigator, **proposal)


def test_it_puts_the_finding_in_force_from_the_day(cast, case, finding) -> None:
    with on("2024-11-22"):
        approved = approve_finding(finding, actor=cast.reviewer)
    assert (approved.state, approved.approved_by, approved.decided_on) == (
        "approved",
        cast.reviewer,
        datetime.date(2024, 11, 22),
    )
    assert (approved.in_force.lower, approved.in_force.upper) == (datetime.date(2024, 11, 22), None)
    assert finding_in_force(case, datetime.date(2024, 11, 21)) is None
    assert finding_in_force(case, datetime.date(2024, 11, 22)) == approved
    assert finding_in_force(case) == approved
    assert approved.is_in_force
    assert AuditEvent.objects.filter(event="findings.approved", actor_id=cast.reviewer.pk).count() == 1


@pytest.mark.parametrize(("day", "late"), [("2024-12-31", False), ("2025-01-01", True)])
def test_it_is_late_after_the_quarter_of_the_incident(cast, finding, day, late) -> None:
    with on(day):
        assert approve_finding(finding, actor=cast.reviewer).late_verification is late


def test_it_is_refused_to_the_person_who_proposed(cast, finding) -> None:
    grant(cast.investigator, "reviewer", cast.team)
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.investigator)
    assert "You proposed this" in caught.value.reasons[0]
    finding.refresh_from_db()
    assert finding.state == "proposed"


def test_it_is_refused_to_whoever_registered_cited_evidence(cast, case, parties, link) -> None:
    own = cite(case, cast.reviewer, data=b"other pictures")
    finding = propose_finding(case, actor=cast.investigator, **proposal_of(link, links=[link, own]))
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.reviewer)
    assert own.item.reference in caught.value.reasons[0]


@pytest.mark.parametrize("who", ["colleague", "viewer", "referral_officer"])
def test_it_is_for_reviewers_of_the_team(cast, finding, who) -> None:
    with pytest.raises(NotAllowed):
        approve_finding(finding, actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["outsider", "auditor", "administrator"])
def test_it_hides_the_finding_from_others(cast, finding, who) -> None:
    with pytest.raises(NotFound):
        approve_finding(finding, actor=getattr(cast, who))


def test_it_is_refused_to_tokens(cast, finding) -> None:
    cast.reviewer.token_scopes = {"read", "write"}
    with pytest.raises(StepUpRequired):
        approve_finding(finding, actor=cast.reviewer)


def test_it_needs_what_the_reviewer_read(cast, finding) -> None:
    seen = finding.updated_at
    type(finding).objects.filter(pk=finding.pk).update(updated_at=clock.now())
    with pytest.raises(Conflict) as caught:
        approve_finding(finding, actor=cast.reviewer, expected=seen)
    assert caught.value.code == "stale_edit"


def test_it_needs_evidence_still_linked_and_an_open_case(cast, case, link, finding) -> None:
    link.removed_at = clock.now()
    link.save()
    type(case).objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.reviewer)
    assert len(caught.value.reasons) == 2


def damage(sha256: str) -> None:
    path = store.originals().blobs / sha256[:2] / sha256[2:4] / sha256
    path.chmod(0o600)
    path.write_bytes(b"other bytes!!!!")


def test_it_needs_the_bytes_it_cites(cast, finding) -> None:
    damage(finding.cited.get().sha256)
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.reviewer)
    assert "clip.mp4" in caught.value.reasons[0]


def test_it_believes_the_last_check_of_a_file_too_large_to_read_now(cast, finding, monkeypatch) -> None:
    monkeypatch.setattr("casework.findings.soundness.REHASHED_UP_TO", 3)
    damage(finding.cited.get().sha256)
    Blob.objects.update(check_result="mismatch")
    with pytest.raises(Blocked, match="not as they were"):
        approve_finding(finding, actor=cast.reviewer)
    Blob.objects.update(check_result="matches")
    assert approve_finding(finding, actor=cast.reviewer).state == "approved"


def test_it_supersedes_the_finding_in_force(cast, case, link, finding) -> None:
    with on("2024-11-22"):
        first = approve_finding(finding, actor=cast.reviewer)
    with on("2025-03-01"):
        later = propose_finding(case, actor=cast.colleague, **proposal_of(link, counts={"captured": (4, 4)}))
        second = approve_finding(later, actor=cast.reviewer)
    first.refresh_from_db()
    assert second.supersedes == first
    assert first.superseded_on == datetime.date(2025, 3, 1)
    assert finding_in_force(case, datetime.date(2025, 2, 28)) == first
    assert finding_in_force(case, datetime.date(2025, 3, 1)) == second
    event = AuditEvent.objects.get(event="findings.superseded")
    assert (event.object_label, event.detail["by"]) == (first.reference, second.reference)


def test_it_supersedes_on_the_same_day(cast, case, link, finding) -> None:
    with on("2024-11-22"):
        first = approve_finding(finding, actor=cast.reviewer)
        second = approve_finding(
            propose_finding(case, actor=cast.colleague, **proposal_of(link)), actor=cast.reviewer
        )  # fmt: skip
        third = approve_finding(propose_finding(case, actor=cast.colleague, **proposal_of(link)), actor=cast.reviewer)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.in_force.isempty
    assert second.in_force.isempty
    assert first.superseded_on == datetime.date(2024, 11, 22)
    assert finding_in_force(case, datetime.date(2024, 11, 22)) == third
    assert third.supersedes == second


def test_it_is_not_backdated_before_the_finding_in_force(cast, case, link, finding) -> None:
    with on("2024-11-22"):
        approve_finding(finding, actor=cast.reviewer)
    with on("2024-11-20"):
        later = propose_finding(case, actor=cast.colleague, **proposal_of(link))
        with pytest.raises(Blocked, match="later day"):
            approve_finding(later, actor=cast.reviewer)


def test_it_is_refused_to_the_person_who_added_a_cited_file(cast, case, link) -> None:
    EvidenceFile.objects.create(
        item=link.item, blob=keep_bytes(b"the part that matters"), name="more.mp4", added_by=cast.reviewer
    )
    finding = propose_finding(case, actor=cast.investigator, **proposal_of(link))
    with pytest.raises(Blocked) as caught:
        approve_finding(finding, actor=cast.reviewer)
    assert link.item.reference in caught.value.reasons[0]
    with pytest.raises(DatabaseError, match="registered none of its evidence"), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(
            state="approved", approved_by=cast.reviewer, decided_on=clock.today(), in_force=Days(clock.today(), None)
        )


def test_it_is_open_to_the_person_who_added_a_file_after_the_proposal(cast, case, link) -> None:
    finding = propose_finding(case, actor=cast.investigator, **proposal_of(link))
    EvidenceFile.objects.create(item=link.item, blob=keep_bytes(b"later"), name="later.mp4", added_by=cast.reviewer)
    assert approve_finding(finding, actor=cast.reviewer).approved_by == cast.reviewer
