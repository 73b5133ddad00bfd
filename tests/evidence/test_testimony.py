"""Testimony: what the consent covers and no more, a warning before a repeat, the witness a pseudonym."""

from __future__ import annotations

import datetime
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.core.dates import DateRange
from casework.core.errors import Conflict, Invalid, NotAllowed
from casework.core.models import Submission
from casework.evidence.actions import add_earlier_interview, change_item, register_item, see_witness, withdraw_consent
from casework.evidence.case_room import evidence_counts
from casework.evidence.caveats import why_not_disclose
from casework.evidence.models import Item, Testimony
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
BODY, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
DAY = datetime.date(2026, 1, 10)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def interview(cast: SimpleNamespace, case: Case | None = None, actor: Any = None, **details: Any) -> Item:
    given = {
        "pseudonym": "Birch", "consent": "To the bodies named", "identity": "CANARY-NAME",
        "consent_uses": ["documentation", "referral"], "consent_bodies": [BODY], "consent_given_on": DAY,
    }  # fmt: skip
    more = {"case": case, "establishes": ["act"]} if case else {}
    return register_item(
        actor=actor or cast.investigator, team=cast.team, kind="testimony", title="Interview", caveat="any_recipient",
        details={**given, **details}, **more,
    )  # fmt: skip


def test_it_goes_only_where_the_witness_agreed(cast: SimpleNamespace) -> None:
    item = interview(cast)
    assert why_not_disclose(item, BODY) == ""
    assert "other bodies" in why_not_disclose(item, OTHER)
    silent = interview(cast, pseudonym="Oak", identity="", consent_uses=["documentation"], consent_bodies=[])
    assert "did not agree" in why_not_disclose(silent, BODY)
    withdraw_consent(item, actor=cast.referral_officer, withdrawn_on=clock.today(), reason="By letter")
    assert "withdrew consent" in why_not_disclose(Item.objects.get(pk=item.pk), BODY)


def test_a_withdrawal_is_on_record_and_shown(cast: SimpleNamespace, case: Case) -> None:
    item = interview(cast, case)
    assert evidence_counts(Case.objects.get(pk=case.pk))["shared"] == 1
    office = signed_in(cast.investigator)
    url = reverse("evidence:withdraw", args=[item.pk])
    for wrong in (
        {"withdrawn_on": "2999-01-01"},
        {"withdrawn_on": "2025-12-31"},
        {"withdrawn_on": "x"},
        {"reason": ""},
    ):
        assert office.post(url, {"withdrawn_on": "2026-02-01", "reason": "By letter", **wrong}).status_code == 422
    assert office.post(url, {"withdrawn_on": "2026-02-01", "reason": "By letter"}).status_code == 302
    assert Testimony.objects.get(item=item).consent_withdrawn_on == datetime.date(2026, 2, 1)
    assert evidence_counts(Case.objects.get(pk=case.pk))["shared"] == 0
    assert AuditEvent.objects.get(event="evidence.consent_withdrawn").reason == "By letter"
    for page in (reverse("evidence:detail", args=[item.pk]), reverse("evidence:case_evidence", args=[case.pk])):
        assert "Consent withdrawn" in signed_in(cast.viewer).get(page).content.decode()
    with pytest.raises(Conflict):
        withdraw_consent(item, actor=cast.investigator, withdrawn_on=clock.today(), reason="Again")
    with pytest.raises(NotAllowed):
        withdraw_consent(
            interview(cast, pseudonym="Oak", identity=""), actor=cast.reviewer, withdrawn_on=DAY, reason="x"
        )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"consent_bodies": []}, "consent_bodies"), ({"consent_uses": ["press"]}, "consent_uses"),
     ({"consent_uses": ["naming"], "consent_bodies": []}, "consent_uses"),
     ({"consent_given_on": datetime.date(2999, 1, 1)}, "consent_given_on"),
     ({"protection_level": "high"}, "protection_level"),
     ({"consent": ""}, "consent"), ({"earlier_interviews": [{"by_whom": " "}], "repeat_reason": "x"}, "earlier_by")],
)  # fmt: skip
def test_it_refuses_a_consent_that_contradicts_itself(cast: SimpleNamespace, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        interview(cast, **wrong)
    assert field in refused.value.fields
    assert not Item.objects.exists()


def test_a_change_cannot_make_the_consent_contradict_itself(cast: SimpleNamespace) -> None:
    item = interview(cast)
    with pytest.raises(Invalid):
        change_item(item, actor=cast.investigator, details={"consent_bodies": []})
    change_item(item, actor=cast.investigator, details={"consent_bodies": [], "consent_uses": ["documentation"]})


def test_it_warns_before_a_repeat_and_keeps_the_reason(cast: SimpleNamespace, case: Case) -> None:
    first = interview(cast, case)
    for same in ({"pseudonym": "birch"}, {"pseudonym": "Oak"}, {"pseudonym": "Ash", "identity": "",
                 "earlier_interviews": [{"by_whom": "A mission"}]}):  # fmt: skip
        with pytest.raises(Invalid) as warned:
            interview(cast, **same)
        assert warned.value.code == "repeat_interview"
        assert ("A mission" if "earlier_interviews" in same else first.reference) in warned.value.message
    again = interview(cast, repeat_reason="Who gave the order was not asked")
    assert Testimony.objects.get(item=again).repeat_reason == "Who gave the order was not asked"


def test_guessing_a_witness_tells_nothing(cast: SimpleNamespace, case: Case) -> None:
    interview(cast, case)
    # The colleague sees the item, and is not named on the case: the same name is no repeat to them.
    assert interview(cast, actor=cast.colleague, pseudonym="Oak").pk
    other = register_item(
        actor=cast.outsider, team=cast.other_team, kind="testimony", title="Interview",
        details={"pseudonym": "Birch", "consent": "Full"},
    )  # fmt: skip
    assert other.pk


def test_the_form_says_so_and_asks_why(cast: SimpleNamespace, case: Case) -> None:
    first = interview(cast, case)
    office = signed_in(cast.investigator)
    url = reverse("evidence:new", args=["testimony"])
    sent = {
        "title": "Again", "pseudonym": "Birch", "consent": "Full", "credibility": "6", "graphic": "1",
        "consent_uses": ["documentation"], "protection_level": "serious",
    }  # fmt: skip
    warned = office.post(url, sent)
    assert warned.status_code == 422
    assert first.reference in str(warned.context["form"].errors["repeat_reason"])
    assert office.post(url, {**sent, "repeat_reason": "Order not asked", "earlier_by": "A mission",
                             "earlier_held": "2025-03"}).status_code == 302  # fmt: skip
    kept = Item.objects.get(title="Again")
    assert [(each.by_whom, str(each.held)) for each in kept.earlier_interviews.all()] == [("A mission", "March 2025")]
    page = office.get(reverse("evidence:detail", args=[kept.pk])).content.decode()
    assert "Serious protection concern" in page
    assert "A mission" in page


def test_each_look_at_the_witness_is_on_record(cast: SimpleNamespace, case: Case) -> None:
    item = interview(cast, case)
    office = signed_in(cast.investigator)
    assert see_witness(item, actor=cast.investigator) == "CANARY-NAME"
    answer = office.post(f"/api/v1/evidence/{item.pk}/witness/", {}, content_type="application/json",
                         headers={"Idempotency-Key": "one"})  # fmt: skip
    assert answer.json() == {"identity": "CANARY-NAME"}
    assert not Submission.objects.filter(answer__contains="CANARY").exists()
    assert AuditEvent.objects.filter(event="evidence.witness_seen").count() == 2
    assert item.custody.filter(act="witness").count() == 2
    for who in (cast.colleague, cast.reviewer, cast.viewer):
        with pytest.raises(NotAllowed):
            see_witness(item, actor=who)
    shown = [
        office.get(f"/api/v1/evidence/{item.pk}/"), office.get("/api/v1/evidence/"),
        office.get(reverse("evidence:change", args=[item.pk])),
        office.get(reverse("office:case_history", args=[case.pk])),
        office.get(reverse("evidence:case_evidence", args=[case.pk])),
        office.get(reverse("office:search"), {"q": "CANARY"}),
        signed_in(cast.auditor).get(reverse("office:audit")),
    ]  # fmt: skip
    assert {answer.status_code for answer in shown} == {200}
    assert not any("CANARY-NAME" in answer.content.decode() for answer in shown)
    assert AuditEvent.objects.filter(event="evidence.witness_seen").count() == 2


def test_opening_the_form_and_saving_it_keeps_the_witness(cast: SimpleNamespace, case: Case) -> None:
    item = interview(cast, case)
    office = signed_in(cast.investigator)
    url = reverse("evidence:change", args=[item.pk])
    initial = office.get(url).context["form"].initial
    sent = {name: initial[name] for name in ("title", "pseudonym", "consent", "consent_uses", "protection_level")}
    # No recipient is known here but the one that the consent names.
    assert office.post(url, {**sent, "consent_uses": ["documentation"], "place": "Office"}).status_code == 302
    kept = Testimony.objects.get(item=item)
    assert (kept.identity, kept.place) == ("CANARY-NAME", "Office")


def test_earlier_interviews_are_added_by_those_who_may_know(cast: SimpleNamespace, case: Case) -> None:
    item = interview(cast, case)
    held = DateRange(DAY, DAY)
    add_earlier_interview(item, actor=cast.investigator, by_whom="A mission", held=held)
    with pytest.raises(NotAllowed):
        add_earlier_interview(item, actor=cast.colleague, by_whom="A mission")
    assert "A mission" in signed_in(cast.investigator).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    assert "A mission" not in signed_in(cast.colleague).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    answer = signed_in(cast.investigator).get(f"/api/v1/evidence/{item.pk}/").json()["testimony"]
    assert [each["by_whom"] for each in answer["earlier_interviews"]] == ["A mission"]
    assert "earlier_interviews" not in signed_in(cast.colleague).get(f"/api/v1/evidence/{item.pk}/").json()["testimony"]
