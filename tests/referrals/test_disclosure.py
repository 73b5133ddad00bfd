"""What a recipient sees: nothing that is under embargo, under a caveat, or never told; and exactly what was frozen."""

from __future__ import annotations

import datetime
import json
import threading
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.audit import clock
from casework.audit.clock import travelling_to
from casework.cases.models import Case, Victim
from casework.core.errors import Blocked, Conflict, IntegrityFailure
from casework.evidence import store
from casework.evidence.actions import register_item, withdraw_consent
from casework.evidence.actions.custody import verify_custody
from casework.evidence.models import CustodyEvent, EvidenceFile
from casework.referrals import actions
from casework.referrals.disclosure import compute_disclosure, content_of, dossier_from
from casework.referrals.models import Disclosure, Recipient, Referral
from casework.referrals.packages import archive
from casework.referrals.queries import holders_of, outdated_holdings
from tests.helpers import stepped_up
from tests.referrals import conftest as told
from tests.referrals.conftest import draft_of, finding_of, link_of, referral_in

NEVER = [told.EMBARGOED, told.SOURCE_NAME, told.REPORT_AUTHOR, told.FORBIDDEN_TITLE, told.FILE_NAME, "zhuravlenko"]


def pdf_text(sha256: str) -> str:
    with store.open_blob(sha256) as stored:
        document = pypdfium2.PdfDocument(stored.read())
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def flat(text: str) -> str:
    return "".join(text.split()).casefold()


@pytest.fixture
def texts(story: SimpleNamespace, icrc: Recipient) -> dict[str, str]:
    """Everything that leaves for the ICRC, and what an officer sees of it as the recipient would."""
    referral = referral_in("approved", story, icrc)
    client = stepped_up(Client(), story.people.referral_officer)
    page = client.get(reverse("referrals:dossier", args=[referral.pk])).content.decode()
    dossier = page[page.index('<article class="dossier"') : page.index("</article>")]
    api = client.get(f"/api/v1/referrals/{referral.pk}/").content.decode()
    return {
        "pdf": pdf_text(referral.package.dossier_id),
        "manifest": json.dumps(referral.package.manifest),
        "page": dossier,
        "api": api,
        "archive": b"".join(archive(referral.package)).decode("latin-1"),
    }


@pytest.mark.parametrize("secret", NEVER)
def test_it_tells_no_secret(secret: str, texts: dict[str, str]) -> None:
    for place in ("pdf", "manifest", "page", "api"):
        assert flat(secret) not in flat(texts[place]), place
    assert told.FILE_NAME not in texts["archive"]


def test_an_item_kept_back_is_in_no_count(texts: dict[str, str], story: SimpleNamespace) -> None:
    for place in ("pdf", "manifest", "page"):
        assert story.closed_item.reference not in texts[place]
        assert story.open_item.reference in texts[place]


def test_it_tells_what_may_be_told(texts: dict[str, str]) -> None:
    for text in (told.NAMED, "Name withheld", "AB-4711", "Recording from above", "Confirmed violation"):
        assert flat(text) in flat(texts["pdf"]), text


def test_the_preparer_is_told_what_stays_behind(story: SimpleNamespace, icrc: Recipient, hrmmu: Recipient) -> None:
    now = compute_disclosure(draft_of(story, icrc))
    rules = {(one.what.split()[0], one.rule) for one in now.withheld}
    assert (story.closed_item.reference, "caveat") in rules
    assert {"embargo", "profile", "never", "caveat"} <= {one.rule for one in now.withheld}
    assert now.dossier.cases[0].perpetrators == ()
    other = compute_disclosure(draft_of(story, hrmmu))
    assert other.dossier.cases[0].perpetrators[0].label == told.PERPETRATOR


def test_reasons_that_rest_on_an_item_kept_back_stay_behind(story: SimpleNamespace, icrc: Recipient) -> None:
    finding_of(story.people, story.case, [link_of(story.closed_item)], reasons="The basalt intercept says so.")
    now = compute_disclosure(draft_of(story, icrc))
    assert now.dossier.cases[0].reasons == ""
    assert any("reasons" in one.what for one in now.withheld)


@pytest.mark.parametrize("name", ["Zhuravlenko", "ZHURAVLENKO", "Журавленко", "Журавленка", "Журавленком"])
def test_a_protected_name_in_a_text_blocks(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = draft_of(story, icrc, covering_note=f"Please trace {name}, killed in October.")
    with pytest.raises(Blocked) as refused:
        actions.submit_referral(referral, actor=story.people.referral_officer)
    assert "covering note" in refused.value.reasons[0]
    assert name not in refused.value.reasons[0]


def test_the_content_comes_back_as_it_was(story: SimpleNamespace, hrmmu: Recipient) -> None:
    dossier = compute_disclosure(draft_of(story, hrmmu)).dossier
    stored = json.loads(json.dumps(content_of(dossier)))
    assert content_of(dossier_from(stored)) == stored
    assert dossier_from(stored).cases == dossier.cases


CHANGES: dict[str, Any] = {
    "summary": lambda s: Case.objects.filter(pk=s.case.pk).update(summary="Three men."),
    "consent withdrawn": lambda s: Victim.objects.filter(surname=told.NAMED).update(kin="informed"),
    "caveat": lambda s: type(s.open_item).objects.filter(pk=s.open_item.pk).update(caveat="office"),
    "unlinked": lambda s: s.links[0].__class__.objects.filter(pk=s.links[0].pk).update(removed_at="2026-01-01T00:00Z"),
    "finding": lambda s: finding_of(s.people, s.case, [link_of(s.open_item)], counts={"captured": (3, 3)}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_freezing_voids(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("awaiting_approval", story, icrc)
    CHANGES[name](story)
    with pytest.raises(Blocked) as refused:
        actions.approve_referral(referral, actor=story.people.second_officer, sha256=referral.package.sha256)
    assert refused.value.code == "changed_since_frozen"
    assert Referral.objects.get(pk=referral.pk).state == "awaiting_approval"


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_approval_keeps_the_package_in(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc)
    CHANGES[name](story)
    with pytest.raises(Blocked):
        actions.note_package_download(referral, actor=story.people.referral_officer)


@pytest.mark.parametrize(("state", "act"), [
    ("awaiting_approval", lambda r, p: actions.approve_referral(r, actor=p.second_officer, sha256=r.package.sha256)),
    ("approved", lambda r, p: actions.note_package_download(r, actor=p.referral_officer)),
])  # fmt: skip
def test_a_witness_who_withdraws_keeps_the_package_in(
    state: str, act: Any, story: SimpleNamespace, icrc: Recipient
) -> None:
    account = register_item(
        actor=story.people.investigator, team=story.people.team, kind="testimony", title="Interview", case=story.case,
        establishes=["act"], caveat="any_recipient",
        details={"pseudonym": "Birch", "consent": "To the ICRC", "consent_uses": ["documentation", "referral"],
                 "consent_bodies": [icrc.pk], "consent_given_on": datetime.date(2026, 1, 10)},
    )  # fmt: skip
    referral = referral_in(state, story, icrc, links=[link_of(account)])
    assert account.reference in str(referral.package.content)
    withdraw_consent(account, actor=story.people.referral_officer, withdrawn_on=clock.today(), reason="By letter")
    with pytest.raises(Blocked) as refused:
        act(referral, story.people)
    assert refused.value.code == "changed_since_frozen"
    assert Referral.objects.get(pk=referral.pk).state == state


def test_another_hash_is_no_approval(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("awaiting_approval", story, icrc)
    with pytest.raises(Blocked):
        actions.approve_referral(referral, actor=story.people.second_officer, sha256="0" * 64)


def damage(sha256: str) -> None:
    path = store.originals()._path(sha256)
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


@pytest.mark.parametrize(("state", "act"), [
    ("draft", lambda r, p: actions.submit_referral(r, actor=p.referral_officer)),
    ("awaiting_approval", lambda r, p: actions.approve_referral(r, actor=p.second_officer, sha256=r.package.sha256)),
    ("approved", lambda r, p: actions.note_package_download(r, actor=p.referral_officer)),
    ("sent", lambda r, p: actions.note_package_download(r, actor=p.referral_officer)),
])  # fmt: skip
def test_a_flipped_bit_blocks_and_names_the_item(state: str, act: Any, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(state, story, icrc)
    damage(EvidenceFile.objects.get(item=story.open_item).blob_id)
    with pytest.raises(IntegrityFailure, match=story.open_item.reference):
        act(referral, story.people)


def test_sending_fills_register_and_custody(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("sent", story, icrc)
    lines = Disclosure.objects.filter(referral=referral)
    assert {line.finding for line in lines} == {story.finding}
    assert {line.item for line in lines} == {None, story.open_item, story.report}
    assert {line.sha256 for line in lines if line.item} == {
        file["sha256"] for file in referral.package.manifest["files"]
    }
    assert {line.approved_by for line in lines} == {story.people.second_officer}
    for item in (story.open_item, story.report):
        event = item.custody.get(act=CustodyEvent.Act.DISCLOSED)
        assert event.detail["package"] == referral.package.sha256
        assert verify_custody(item).whole
    assert not story.closed_item.custody.filter(act=CustodyEvent.Act.DISCLOSED).exists()


def test_a_superseded_finding_offers_a_supplement(story: SimpleNamespace, icrc: Recipient) -> None:
    officer = story.people.referral_officer
    earlier = referral_in("sent", story, icrc)
    assert list(holders_of(story.finding)) == [icrc]
    assert not outdated_holdings(officer)
    finding_of(story.people, story.case, [link_of(story.open_item)], counts={"captured": (3, 3)})
    assert [line.referral for line in outdated_holdings(officer)] == [earlier]
    shown = stepped_up(Client(), officer).get(reverse("referrals:case_referrals", args=[story.case.pk]))
    assert f"supplements={earlier.pk}" in shown.content.decode()
    referral_in("sent", story, icrc, purpose="supplement", supplements=earlier)
    assert not outdated_holdings(officer)


def test_deadlines_run_from_the_day_of_sending(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("sent", story, icrc)
    sent = referral.sent_on
    assert referral.ack_due_on == sent + datetime.timedelta(days=icrc.days_to_acknowledge)
    assert referral.reply_due_on == sent + datetime.timedelta(days=icrc.days_to_reply)
    for days, overdue in ((14, False), (15, True), (91, True)):
        moment = datetime.datetime.combine(sent + datetime.timedelta(days=days), datetime.time(9), datetime.UTC)
        with travelling_to(moment):
            assert referral.overdue is overdue
            assert Referral.objects.all().overdue().exists() is overdue
            assert Referral.objects.all().without_answer_since(days).exists()
            assert not Referral.objects.all().without_answer_since(days + 1).exists()
    acknowledged = actions.acknowledge_referral(referral, actor=story.people.referral_officer, dated=sent)
    for days, overdue in ((15, False), (90, False), (91, True)):
        moment = datetime.datetime.combine(sent + datetime.timedelta(days=days), datetime.time(9), datetime.UTC)
        with travelling_to(moment):
            assert acknowledged.overdue is Referral.objects.all().overdue().exists() is overdue


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["", "the same click"])
def test_of_two_sendings_one_wins(key: str, story: SimpleNamespace) -> None:
    icrc = Recipient.objects.get(code="ICRC")
    referral = referral_in("approved", story, icrc)
    barrier, outcomes = threading.Barrier(2), []

    def send() -> None:
        try:
            barrier.wait(timeout=20)
            actions.record_sent(referral, actor=story.people.referral_officer, channel="portal", key=key)
            outcomes.append("sent")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == (["sent", "sent"] if key else ["conflict", "sent"])
    assert Disclosure.objects.filter(referral=referral, item=None).count() == 1
    assert story.open_item.custody.filter(act=CustodyEvent.Act.DISCLOSED).count() == 1
