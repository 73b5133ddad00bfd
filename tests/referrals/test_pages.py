"""The pages of referrals, walked by the people who use them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from casework.integrity import casework_verify, sealing
from casework.referrals.models import Correspondence, Recipient, Referral
from casework.referrals.workflow import REFERRAL_WORKFLOW
from tests.helpers import BACKEND, stepped_up
from tests.referrals.conftest import referral_in


def page(name: str, *args: Any) -> str:
    return reverse(f"referrals:{name}", args=args)


def hidden_value(body: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', body)
    assert found, name
    return found.group(1) or found.group(2)


def test_it_goes_from_draft_to_closed_by_pages(story: SimpleNamespace, icrc: Recipient) -> None:
    officer, second = Client(), Client()
    stepped_up(officer, story.people.referral_officer)
    stepped_up(second, story.people.second_officer)
    new = officer.get(page("new"), {"case": story.case.pk})
    assert new.status_code == 200
    made = officer.post(
        f"{page('new')}?case={story.case.pk}", {"recipient": icrc.pk, "purpose": "tracing", "cases": [story.case.pk]}
    )
    referral = Referral.objects.get()
    assert made["Location"] == page("evidence", referral.pk)
    choice = officer.get(made["Location"]).content.decode()
    assert story.closed_item.reference in choice
    assert str(story.links[2].pk) not in choice
    chosen = officer.post(page("evidence", referral.pk), {"links": [link.pk for link in story.links[:2]]})
    assert chosen["Location"] == page("note", referral.pk)
    assert officer.post(page("note", referral.pk), {"covering_note": "Please trace."}).status_code == 302
    assert "Please trace." in officer.get(page("detail", referral.pk)).content.decode()
    assert officer.get(page("submit", referral.pk)).status_code == 200
    assert officer.post(page("submit", referral.pk)).status_code == 302

    assert officer.get(page("approve", referral.pk)).status_code == 403
    shown = second.get(page("approve", referral.pk)).content.decode()
    referral.refresh_from_db()
    assert referral.package.sha256 in shown
    sha256 = hidden_value(shown, "sha256")
    assert second.post(page("approve", referral.pk), {"sha256": sha256}).status_code == 302

    sent = officer.get(page("record_sent", referral.pk)).content.decode()
    assert "Record as sent to ICRC" in sent
    form = {"channel": "secure_mail", "sent_on": hidden_value(sent, "sent_on"), "key": hidden_value(sent, "key")}
    assert officer.post(page("record_sent", referral.pk), form).status_code == 302
    assert officer.post(page("record_sent", referral.pk), form).status_code == 302
    assert officer.post(page("record_sent", referral.pk), form | {"key": "another"}).status_code == 409

    letter = {"dated": form["sent_on"], "their_reference": "CTA-7", "text": "Received."}
    assert officer.post(page("acknowledge", referral.pk), letter).status_code == 302
    scan = SimpleUploadedFile("reply.pdf", b"%PDF-1.7 reply", "application/pdf")
    reply = {"dated": form["sent_on"], "text": "We take it up.", "files": scan, "confidential": "on"}
    assert officer.post(page("reply", referral.pk), reply).status_code == 302
    file = Correspondence.objects.get(kind="reply").files.get()
    download = officer.get(page("letter_file", file.pk))
    assert b"".join(download.streaming_content) == b"%PDF-1.7 reply"
    assert download["Content-Disposition"].startswith("attachment")
    closed = officer.post(page("close", referral.pk), {"outcome": "no_public_accusation", "reason": "Bilateral."})
    assert closed.status_code == 302
    assert "No public accusation" in officer.get(page("detail", referral.pk)).content.decode()


STATES = [
    state if state in ("draft", "sent") else pytest.param(state, marks=pytest.mark.long)
    for state in Referral.State.values
]


@pytest.mark.parametrize("state", STATES)
def test_every_button_leads_to_a_page(state: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(state, story, icrc)
    for person in (story.people.referral_officer, story.people.second_officer, story.people.reviewer):
        client = stepped_up(Client(), person)
        assert client.get(page("detail", referral.pk)).status_code == 200
        available = {step.name for step in REFERRAL_WORKFLOW.available(referral, person)}
        for step in REFERRAL_WORKFLOW.transitions:
            expected = 200 if step.name in available else 409 if step.allowed(person, referral) else 403
            assert client.get(page(step.name, referral.pk)).status_code == expected, step.name


PAGES = [
    "detail",
    "dossier",
    "dossier_pdf",
    "package",
    "basics",
    "evidence",
    "note",
    "letter",
    *REFERRAL_WORKFLOW.by_name,
]


def test_other_teams_and_sensitive_cases_are_hidden(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("sent", story, icrc)
    outsider = stepped_up(Client(), story.people.outsider)
    assert {name: outsider.get(page(name, referral.pk)).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    story.case.sensitive = True
    story.case.save()
    officer = stepped_up(Client(), story.people.referral_officer)
    assert {name: officer.get(page(name, referral.pk)).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    assert referral.reference not in officer.get(page("list")).content.decode()
    assert referral.reference not in officer.get(page("register", icrc.pk)).content.decode()


def test_an_approval_needs_a_fresh_proof(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("awaiting_approval", story, icrc)
    client = Client()
    client.force_login(story.people.second_officer, backend=BACKEND)
    answer = client.post(page("approve", referral.pk), {"sha256": referral.package.sha256})
    assert answer.status_code == 302
    referral.refresh_from_db()
    assert referral.state == "awaiting_approval"


def test_the_package_is_what_its_manifest_says(story: SimpleNamespace, icrc: Recipient) -> None:
    import hashlib

    referral = referral_in("approved", story, icrc)
    client = stepped_up(Client(), story.people.referral_officer)
    first = b"".join(client.get(page("package", referral.pk)).streaming_content)
    again = b"".join(client.get(page("package", referral.pk)).streaming_content)
    assert first == again
    bundle = zipfile.ZipFile(io.BytesIO(first))
    manifest = referral.package.manifest
    assert hashlib.sha256(bundle.read("manifest.json")).hexdigest() == referral.package.sha256
    listed = {file["name"]: file["sha256"] for file in [manifest["dossier"], *manifest["files"]]}
    assert set(bundle.namelist()) == {"manifest.json", *listed}
    assert {name: hashlib.sha256(bundle.read(name)).hexdigest() for name in listed} == listed
    assert bundle.testzip() is None


def test_the_proof_of_a_sealed_package_rides_along(story: SimpleNamespace, icrc: Recipient, tmp_path: Path) -> None:
    referral = referral_in("approved", story, icrc)
    sealing.seal()
    client = stepped_up(Client(), story.people.referral_officer)
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(client.get(page("package", referral.pk)).streaming_content))
    report = casework_verify.Report()
    options = ["package", str(path), "--sha256", referral.package.sha256, "--heads", str(settings.CASEWORK_HEADS_FILE)]
    casework_verify.check_package(casework_verify.parser().parse_args(options), report)
    assert report.wrong == []
    assert report.facts["Seen by"].startswith("head 1 of")
    told = json.loads(zipfile.ZipFile(path).read("proof.json"))
    assert [proof["point"][0] for proof in told["heads"][0]["proofs"]] == ["package"]


@pytest.mark.parametrize("who", ["investigator", "viewer", "reviewer"])
def test_the_package_is_for_officers(who: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc)
    client = stepped_up(Client(), getattr(story.people, who))
    assert client.get(page("package", referral.pk)).status_code == 403


@pytest.mark.parametrize("query", ["", "?view=board", "?overdue=true", "?unanswered=30", "?state=sent&state=draft"])
def test_the_list_answers(query: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral_in("sent", story, icrc)
    client = stepped_up(Client(), story.people.referral_officer)
    assert client.get(page("list") + query).status_code == 200
    assert client.get(f"{page('list')}?colour=red").status_code == 400


def test_lists_cost_the_same_for_many(
    story: SimpleNamespace, icrc: Recipient, django_assert_max_num_queries: Any
) -> None:
    client = stepped_up(Client(), story.people.referral_officer)
    counts = []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _round in range(2):
        referral_in("sent", story, icrc)
        row = []
        for address in (
            page("list"), f"{page('list')}?view=board", page("recipients"), page("register", icrc.pk),
            page("case_referrals", story.case.pk), page("detail", Referral.objects.first().pk),
        ):  # fmt: skip
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(address).status_code == 200
            row.append(len(queries))
        counts.append(row)
        for _more in range(3):
            referral_in("sent", story, icrc)
    assert counts[0] == counts[1]
