"""Registering and correcting public statements."""

from __future__ import annotations

import datetime

import pytest

from casework.audit.models import AuditEvent
from casework.core.dates import UNKNOWN, DateRange
from casework.core.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.statements.actions import change_statement, register_statement
from casework.statements.models import Statement
from tests.factories import CaseFactory, ItemFactory, PartyFactory

pytestmark = pytest.mark.django_db


def said(**changes):  # type: ignore[no-untyped-def]
    day = datetime.date(2024, 5, 4)
    return {
        "speaker": "A deputy", "speaker_kind": "official", "office": "Regional assembly",
        "party": PartyFactory(code="RU"),
        "made": DateRange(day, day), "medium": "Television", "text": "Слова, як сказано.", "language": "Ukrainian",
        "kind": "call_execution",
    } | changes  # fmt: skip


def test_it_registers_what_was_said(cast) -> None:
    case, item = CaseFactory(team=cast.team), ItemFactory(team=cast.team)
    statement = register_statement(
        actor=cast.investigator, team=cast.team, **said(captures=[item], incidents=[case], url="https://example.org/1")
    )
    assert statement.reference.startswith("S-")
    assert (list(statement.captures.all()), list(statement.incidents.all())) == ([item], [case])
    assert AuditEvent.objects.get(event="statements.registered").object_label == statement.reference


@pytest.mark.parametrize("who", ["reviewer", "viewer", "referral_officer"])
def test_it_is_for_investigators(cast, who) -> None:
    with pytest.raises(NotAllowed):
        register_statement(actor=getattr(cast, who), team=cast.team, **said())


def test_it_is_of_ones_own_team(cast) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        register_statement(actor=cast.outsider, team=cast.team, **said())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "\x00"}, "text"),
        ({"kind": "song"}, "kind"),
        ({"made": UNKNOWN}, "made"),
        ({"made": DateRange(datetime.date(2999, 1, 1), datetime.date(2999, 1, 1))}, "made"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"party": None}, "party"),
        ({"command": "perhaps"}, "command"),
    ],
)
def test_it_names_the_field_at_fault(cast, changes, field) -> None:
    with pytest.raises(Invalid) as caught:
        register_statement(actor=cast.investigator, team=cast.team, **said(**changes))
    assert list(caught.value.fields) == [field]
    assert not Statement.objects.exists()


def test_it_links_only_what_the_person_sees(cast) -> None:
    hidden = CaseFactory(team=cast.other_team)
    with pytest.raises(Invalid) as caught:
        register_statement(actor=cast.investigator, team=cast.team, **said(incidents=[hidden]))
    assert "incidents" in caught.value.fields


def test_it_corrects_and_keeps_hidden_links(cast) -> None:
    statement = register_statement(actor=cast.investigator, team=cast.team, **said())
    hidden, own = CaseFactory(team=cast.other_team), CaseFactory(team=cast.team)
    statement.incidents.add(hidden)
    changed = change_statement(
        statement, actor=cast.colleague, expected=statement.updated_at, translation="The words.", incidents=[own]
    )
    assert changed.translation == "The words."
    assert set(changed.incidents.all()) == {hidden, own}
    assert AuditEvent.objects.get(event="statements.changed").detail == {"fields": ["incidents", "translation"]}
    with pytest.raises(Conflict):
        change_statement(changed, actor=cast.colleague, expected=statement.registered_at, text="Other.")
    with pytest.raises(NotAllowed):
        change_statement(changed, actor=cast.reviewer, text="Other.")
    with pytest.raises(NotFound):
        change_statement(changed, actor=cast.outsider, text="Other.")


def test_it_records_nothing_when_nothing_changed(cast) -> None:
    statement = register_statement(actor=cast.investigator, team=cast.team, **said())
    change_statement(statement, actor=cast.investigator, text=statement.text)
    assert not AuditEvent.objects.filter(event="statements.changed").exists()


def test_it_counts_speakers_apart(cast) -> None:
    for kind in ("official", "official", "military_group"):
        register_statement(actor=cast.investigator, team=cast.team, **said(speaker_kind=kind))
    assert Statement.objects.visible_to(cast.viewer).made_in(2024).by_speaker_kind() == {
        "official": 2,
        "military_group": 1,
    }
    assert Statement.objects.visible_to(cast.outsider).by_speaker_kind() == {}
    assert not Statement.objects.made_in(2023).exists()
