"""Every step of a referral that is permitted, every one that is not, and who may take them."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from casework.audit.models import AuditEvent
from casework.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from casework.evidence.models import Preview
from casework.recognition.models import Fingerprint
from casework.referrals import actions
from casework.referrals.models import Recipient, Referral
from casework.referrals.workflow import REFERRAL_WORKFLOW
from tests.referrals.conftest import referral_in

TODAY = datetime.date.today
ACTS: dict[str, Any] = {
    "submit": lambda r, who: actions.submit_referral(r, actor=who),
    "approve": lambda r, who: actions.approve_referral(
        r, actor=who, sha256=r.package.sha256 if r.package else "0" * 64
    ),
    "return": lambda r, who: actions.return_referral(r, actor=who, reason="Add the place."),
    "withdraw": lambda r, who: actions.withdraw_referral(r, actor=who, reason="Not needed."),
    "record_sent": lambda r, who: actions.record_sent(r, actor=who, channel="portal"),
    "delivery_unknown": lambda r, who: actions.record_delivery_unknown(r, actor=who, reason="The line broke."),
    "resolve_sent": lambda r, who: actions.resolve_as_sent(r, actor=who, channel="portal"),
    "resolve_not_sent": lambda r, who: actions.resolve_as_not_sent(r, actor=who, reason="It came back."),
    "acknowledge": lambda r, who: actions.acknowledge_referral(r, actor=who, dated=TODAY()),
    "reply": lambda r, who: actions.record_reply(r, actor=who, dated=TODAY(), text="Thank you."),
    "close": lambda r, who: actions.close_referral(r, actor=who, outcome="no_public_accusation", reason="Closed."),
}


def actor_for(name: str, cast: SimpleNamespace) -> Any:
    return cast.second_officer if name == "approve" else cast.referral_officer


def answer(name: str, referral: Referral, who: Any) -> type[DomainError] | None:
    """The kind of refusal that an act meets; what was written for it is taken back."""
    mark = transaction.savepoint()
    try:
        ACTS[name](referral, who)
    except DomainError as refused:
        return type(refused)
    finally:
        transaction.savepoint_rollback(mark)
    return None


def test_it_has_an_act_for_every_transition() -> None:
    assert set(ACTS) == set(REFERRAL_WORKFLOW.by_name)


@pytest.mark.parametrize("state", sorted({source for t in REFERRAL_WORKFLOW.transitions for source in t.sources}))
def test_it_goes_where_the_table_says(state: str, story: SimpleNamespace, icrc: Recipient) -> None:
    pk = referral_in(state, story, icrc).pk
    for step in REFERRAL_WORKFLOW.transitions:
        if state not in step.sources:
            continue
        mark = transaction.savepoint()
        ACTS[step.name](Referral.objects.get(pk=pk), actor_for(step.name, story.people))
        assert Referral.objects.get(pk=pk).state == step.target
        event = AuditEvent.objects.filter(object_id=str(pk), event=step.event.value).first()
        assert event, step.name
        assert event.detail["from"] == state
        transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("state", Referral.State.values)
def test_it_refuses_every_other_step(state: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(state, story, icrc)
    before = Referral.objects.filter(pk=referral.pk).values().get()
    refused = [t.name for t in REFERRAL_WORKFLOW.transitions if state not in t.sources]
    answers = {name: answer(name, referral, actor_for(name, story.people)) for name in refused}
    assert answers == dict.fromkeys(refused, Conflict)
    assert Referral.objects.filter(pk=referral.pk).values().get() == before


@pytest.mark.parametrize("state", sorted({sorted(t.sources)[0] for t in REFERRAL_WORKFLOW.transitions}))
def test_it_is_for_officers(state: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(state, story, icrc)
    others = dict.fromkeys(("investigator", "viewer"), NotAllowed)
    others |= dict.fromkeys(("administrator", "auditor", "outsider"), NotFound)
    for name in (t.name for t in REFERRAL_WORKFLOW.transitions if state in t.sources):
        assert {who: answer(name, referral, getattr(story.people, who)) for who in others} == others, name


@pytest.mark.parametrize("name", [t.name for t in REFERRAL_WORKFLOW.transitions if t.needs_reason])
def test_it_asks_for_a_reason(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(sorted(REFERRAL_WORKFLOW[name].sources)[0], story, icrc)
    act = {
        "return": actions.return_referral,
        "withdraw": actions.withdraw_referral,
        "delivery_unknown": actions.record_delivery_unknown,
        "resolve_not_sent": actions.resolve_as_not_sent,
        "close": lambda r, **k: actions.close_referral(r, outcome="declined", **k),
    }[name]
    with pytest.raises(Invalid):
        act(referral, actor=story.people.referral_officer, reason="  ")


@pytest.mark.parametrize("name", ["approve", "record_sent", "resolve_sent"])
def test_it_is_never_done_with_a_token(name: str, story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in(sorted(REFERRAL_WORKFLOW[name].sources)[0], story, icrc)
    actor = actor_for(name, story.people)
    actor.token_scopes = {"read", "write"}
    with pytest.raises(DomainError) as refused:
        ACTS[name](referral, actor)
    assert refused.value.code == "step_up_required"


def test_a_reviewer_may_approve(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("awaiting_approval", story, icrc)
    approved = ACTS["approve"](referral, story.people.reviewer)
    assert approved.approved_by == story.people.reviewer
    assert approved.approved_sha256 == referral.package.sha256


def test_a_dossier_is_no_evidence(story: SimpleNamespace, icrc: Recipient) -> None:
    dossier = referral_in("awaiting_approval", story, icrc).package.dossier
    assert not Fingerprint.objects.filter(blob=dossier).exists()
    assert not Preview.objects.filter(blob=dossier).exists()


def test_a_return_voids_approval_and_package(story: SimpleNamespace, icrc: Recipient) -> None:
    referral = referral_in("approved", story, icrc)
    returned = ACTS["return"](referral, story.people.referral_officer)
    assert (returned.package, returned.approved_by, returned.approved_at, returned.approved_sha256) == (
        None, None, None, "",
    )  # fmt: skip
    again = actions.submit_referral(returned, actor=story.people.referral_officer)
    assert again.package.version == 2
