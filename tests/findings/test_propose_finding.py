"""Proposing: who may, what is refused, what is frozen."""

from __future__ import annotations

import datetime

import pytest

from casework.audit.models import AuditEvent
from casework.core.dates import UNKNOWN, DateRange
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.evidence.models import Item
from casework.findings.actions import propose_finding
from casework.findings.models import Finding
from tests.factories import CaseFactory
from tests.findings.conftest import cite, proposal_of

pytestmark = pytest.mark.django_db


def test_it_freezes_place_files_and_counts(cast, case, link, proposal) -> None:
    finding = propose_finding(case, actor=cast.investigator, **proposal)
    assert finding.state == "proposed"
    assert finding.reference.startswith("F-")
    assert (finding.country, finding.region_id) == ("UA", "UA-14")
    cited = finding.cited.get()
    assert cited.sha256 == link.item.files.get().blob_id
    assert (cited.file_name, cited.establishes, cited.bearing) == ("clip.mp4", ["act", "capture_status"], "supports")
    assert list(finding.victim_counts.values_list("status", "at_least", "at_most")) == [("captured", 2, 3)]
    event = AuditEvent.objects.get(event="findings.proposed")
    assert (event.actor_id, event.object_label, event.case_id) == (cast.investigator.pk, finding.reference, case.pk)


def test_it_cites_every_file_of_an_item_and_an_item_without_one(cast, case, link, proposal) -> None:
    from casework.evidence.models import EvidenceFile, EvidenceLink
    from tests.findings.conftest import keep_bytes

    second = keep_bytes(b"a screenshot")
    EvidenceFile.objects.create(item=link.item, blob=second, name="shot.png", added_by=cast.investigator)
    report = Item.objects.create(
        reference="E-90001", team=case.team, kind="unit_report", title="Report", registered_by=cast.investigator
    )
    bare = EvidenceLink.objects.create(item=report, case=case, establishes=["time"], linked_by=cast.investigator)
    finding = propose_finding(case, actor=cast.investigator, **(proposal | {"links": [link, bare, link]}))
    assert [(row.file_name, bool(row.sha256)) for row in finding.cited.all()] == [
        ("clip.mp4", True), ("shot.png", True), ("", False),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["reviewer", "referral_officer", "viewer"])
def test_it_is_for_investigators_of_the_team(cast, case, proposal, who) -> None:
    with pytest.raises(NotAllowed):
        propose_finding(case, actor=getattr(cast, who), **proposal)
    assert not Finding.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "administrator", "auditor"])
def test_it_does_not_tell_others_that_the_case_exists(cast, case, proposal, who) -> None:
    with pytest.raises(NotFound):
        propose_finding(case, actor=getattr(cast, who), **proposal)


def test_it_needs_an_open_case(cast, case, proposal) -> None:
    type(case).objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(NotAllowed):
        propose_finding(case, actor=cast.investigator, **proposal)


def test_it_needs_a_name_on_a_sensitive_case(cast, case, proposal) -> None:
    type(case).objects.filter(pk=case.pk).update(sensitive=True)
    with pytest.raises(NotFound):
        propose_finding(case, actor=cast.investigator, **proposal)


def test_it_is_one_at_a_time(cast, case, proposal) -> None:
    propose_finding(case, actor=cast.investigator, **proposal)
    with pytest.raises(Conflict, match="already proposed"):
        propose_finding(case, actor=cast.colleague, **proposal)


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        ({"conclusion": "certain"}, "conclusion"),
        ({"standard": 5}, "standard"),
        ({"standard": 1}, "standard"),
        ({"victims_party": None}, "victims_party"),
        ({"occurred": UNKNOWN}, "occurred"),
        ({"occurred": DateRange(datetime.date(2999, 1, 1), datetime.date(2999, 1, 1))}, "occurred"),
        ({"counts": {}}, "counts"),
        ({"counts": {"captured": (0, 4)}}, "counts"),
        ({"counts": {"captured": (3, 2)}}, "counts"),
        ({"counts": {"captured": (1, 10**6)}}, "counts"),
        ({"counts": {"sleeping": (1, 1)}}, "counts"),
        ({"reasons": "  "}, "reasons"),
        ({"reasons": "x" * 50_001}, "reasons"),
        ({"reasons": "nul \x00"}, "reasons"),
        ({"links": []}, "links"),
        ({"qualifications": ["8-2-z"]}, "qualifications"),
    ],
)
def test_it_names_the_field_at_fault(cast, case, proposal, changes, blamed) -> None:
    with pytest.raises(Invalid) as caught:
        propose_finding(case, actor=cast.investigator, **(proposal | changes))
    assert list(caught.value.fields) == [blamed]
    assert not Finding.objects.exists()


def test_it_counts_nobody_where_there_was_no_violation(cast, case, proposal) -> None:
    finding = propose_finding(
        case, actor=cast.investigator, **(proposal | {"conclusion": "not_violation", "counts": {"captured": (0, 0)}})
    )
    assert not finding.victim_counts.exists()


def test_it_cites_only_what_is_linked_to_the_case(cast, case, link, proposal) -> None:
    elsewhere = cite(CaseFactory(team=cast.team), cast.investigator)
    with pytest.raises(Invalid) as caught:
        propose_finding(case, actor=cast.investigator, **(proposal | {"links": [link, elsewhere]}))
    assert "links" in caught.value.fields
    link.removed_at = link.linked_at
    link.save()
    with pytest.raises(Invalid):
        propose_finding(case, actor=cast.investigator, **proposal_of(link))
