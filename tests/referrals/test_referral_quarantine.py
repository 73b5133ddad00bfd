"""A referral and files that must not leave: in quarantine, or with malware that nobody released."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from casework.audit import clock
from casework.core.errors import Blocked, IntegrityFailure
from casework.evidence.actions import add_working_copy, clear_file
from casework.evidence.models import Blob, Scan
from casework.evidence.uploads import stored_from_bytes
from casework.referrals.actions import (
    approve_referral,
    note_package_download,
    record_delivery_unknown,
    record_sent,
    resolve_as_sent,
    submit_referral,
)
from casework.referrals.models import Recipient, Referral
from tests.helpers import stepped_up
from tests.referrals.conftest import draft_of, referral_in
from tests.referrals.test_pages import page
from tests.referrals.test_verify_files import damage

pytestmark = pytest.mark.django_db


def quarantine(story: SimpleNamespace) -> None:
    Blob.objects.filter(pk=story.open_item.files.get().blob_id).update(check_result="mismatch")


def infect(story: SimpleNamespace, signature: str = "Win.Test.EICAR_HDB-1") -> None:
    blob = story.open_item.files.get().blob
    values = {"state": "found", "signature": signature, "scanned_at": clock.now()}
    Scan.objects.update_or_create(blob=blob, defaults=values)


def refused(act: Callable[[], Any], words: str) -> None:
    with pytest.raises(Blocked) as caught:
        act()
    assert any(words in reason for reason in caught.value.reasons), caught.value.reasons
    assert caught.value.code == "quarantine"


STEPS = {
    "draft": ("submit", {}, lambda referral, story: submit_referral(referral, actor=story.people.referral_officer)),
    "awaiting_approval": (
        "approve",
        {"sha256": "package"},
        lambda referral, story: approve_referral(
            referral, actor=story.people.second_officer, sha256=referral.package.sha256
        ),
    ),
    "approved": (
        "record_sent",
        {"channel": "courier", "sent_on": clock.today().isoformat(), "key": "one"},
        lambda referral, story: record_sent(referral, actor=story.people.referral_officer, channel="courier"),
    ),
}


@pytest.mark.parametrize("why", ["quarantine", "malware"])
@pytest.mark.parametrize("state", list(STEPS))
def test_it_goes_no_further(story: SimpleNamespace, icrc: Recipient, state: str, why: str) -> None:
    referral = referral_in(state, story, icrc)
    step, fields, act = STEPS[state]
    if why == "malware":
        infect(story)
    else:
        Blob.objects.filter(pk=story.report.files.get().blob_id).update(check_result="mismatch")
    item = story.open_item if why == "malware" else story.report
    words = f"{item.reference}: "
    if why == "quarantine":
        # The bytes on the disk are sound: the check made on the way ends the quarantine of what goes along itself.
        Blob.objects.filter(pk=item.files.get().blob_id).update(check_result="mismatch")
        damage(item.files.get().blob_id, "damaged")
        with pytest.raises((Blocked, IntegrityFailure)) as caught:
            act(referral, story)
        assert item.reference in str(getattr(caught.value, "reasons", "")) + caught.value.message
    else:
        refused(lambda: act(referral, story), words)
    person = story.people.second_officer if step == "approve" else story.people.referral_officer
    client = Client()
    stepped_up(client, person)
    sent = {name: referral.package.sha256 if value == "package" else value for name, value in fields.items()}
    answer = client.post(page(step, referral.pk), sent)
    assert answer.status_code == 409
    assert item.reference in answer.content.decode()
    path = f"/api/v1/referrals/{referral.pk}/{step.replace('_', '-')}/"
    assert client.post(path, sent, content_type="application/json").status_code == 409
    assert Referral.objects.get(pk=referral.pk).state == state
    shown = client.get(page("detail", referral.pk)).content.decode()
    assert words in shown


@pytest.mark.parametrize("why", ["quarantine", "malware"])
def test_an_approved_package_is_not_handed_out(story: SimpleNamespace, icrc: Recipient, why: str) -> None:
    referral = referral_in("approved", story, icrc)
    officer = story.people.referral_officer
    if why == "malware":
        infect(story)
        refused(lambda: note_package_download(referral, actor=officer), story.open_item.reference)
    else:
        damage(story.open_item.files.get().blob_id, "damaged")
        with pytest.raises(IntegrityFailure, match=story.open_item.reference):
            note_package_download(referral, actor=officer)
    client = Client()
    stepped_up(client, officer)
    assert client.get(page("package", referral.pk)).status_code == 409


def test_what_arrived_is_recorded_whatever_became_of_the_bytes(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc)
    officer = story.people.referral_officer
    referral = record_delivery_unknown(referral, actor=officer, reason="The line dropped")
    damage(story.open_item.files.get().blob_id, "missing")
    assert resolve_as_sent(referral, actor=officer, channel="courier").state == "sent"


def test_a_damaged_dossier_or_letter_is_given_to_nobody(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc)
    Blob.objects.filter(pk=referral.package.dossier_id).update(check_result="missing")
    client = Client()
    stepped_up(client, story.people.referral_officer)
    for headers in ({}, {"range": "bytes=0-9"}):
        assert client.get(page("dossier_pdf", referral.pk), headers=headers).status_code == 409


def test_it_says_that_a_finding_it_tells_of_stands_on_damage(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc, links=[story.links[1]])
    quarantine(story)
    client = Client()
    stepped_up(client, story.people.referral_officer)
    shown = client.get(page("detail", referral.pk)).content.decode()
    assert f"{story.finding.reference} stands on {story.open_item.reference}" in shown
    officer = story.people.referral_officer
    assert record_sent(referral, actor=officer, channel="courier").state == "sent"


def test_a_release_covers_what_was_found_and_nothing_else(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = draft_of(story, icrc)
    officer = story.people.referral_officer
    infect(story)
    clear_file(story.open_item.files.get(), actor=officer, reason="Known to be harmless: the banner of a test file.")
    infect(story, "Win.Other-7")
    refused(lambda: submit_referral(referral, actor=officer), "Win.Other-7")
    infect(story)
    assert submit_referral(referral, actor=officer).state == "awaiting_approval"


def test_a_package_names_what_a_working_copy_was_made_from(story: SimpleNamespace, icrc: Recipient) -> None:
    original = story.open_item.files.get()
    copy = add_working_copy(
        original, actor=story.people.investigator, upload=stored_from_bytes("blurred.mp4", b"blurred"),
        operation="blurred", tool="ffmpeg 7.1",
    )  # fmt: skip
    referral = submit_referral(draft_of(story, icrc), actor=story.people.referral_officer)
    lines = {line["sha256"]: line for line in referral.package.manifest["files"]}
    assert lines[copy.blob_id]["made_from"] == original.blob_id
    assert lines[copy.blob_id]["operation"] == "blurred"
    assert "made_from" not in lines[original.blob_id]
