"""Hostile words stay words: escaped and marked on pages, neutral in every export, kept as they came in the database."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.models import Case
from casework.evidence.actions import register_item
from casework.evidence.models import EvidenceFile, Item
from casework.evidence.uploads import stored_from_bytes
from casework.statements.models import Statement
from tests.factories import CaseFactory, FindingFactory, ItemFactory, PartyFactory
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
HOSTILE = "Shot \u202egpj\u200b<script>alert(1)</script>{{7*7}}{% now 'Y' %}\"'><img src=x onerror=alert(2)>"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1", "＝1")


def entered(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return entered(cast.investigator)


def a_case(cast: SimpleNamespace, **fields: Any) -> Case:
    return CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator, **fields)


def a_statement(cast: SimpleNamespace) -> Statement:
    return Statement.objects.create(
        reference="S-1", team=cast.team, speaker=HOSTILE[:160], speaker_kind="official", party=PartyFactory(code="RU"),
        made_earliest="2024-10-01", made_latest="2024-10-01", medium=HOSTILE[:160], text=HOSTILE, language="Russian",
        kind="order", registered_by=cast.investigator,
    )  # fmt: skip


def shown(client: Client, url: str) -> None:
    """The page holds the words literally, the characters that hide or reorder others by their names, and no more."""
    answer = client.get(url)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert '<span class="invisible">U+202E</span>gpj' in text
    assert '<span class="invisible">U+200B</span>&lt;script&gt;alert(1)&lt;/script&gt;' in text
    assert "{{7*7}}" in text
    assert "{% now" in text
    for live in ("<script>alert(1)", "<img src=x", "\u202e", "\u200b"):
        assert live not in text


def test_a_case_shows_it_literally(cast: SimpleNamespace, office: Client) -> None:
    case = a_case(cast, title=HOSTILE, summary=HOSTILE, settlement=HOSTILE[:80], place_note=HOSTILE[:200])
    shown(office, reverse("cases:detail", args=[case.pk]))
    shown(office, reverse("cases:list"))
    case.refresh_from_db()
    assert case.title == HOSTILE


def test_evidence_shows_it_literally(cast: SimpleNamespace, office: Client) -> None:
    item = ItemFactory(team=cast.team, registered_by=cast.investigator, title=HOSTILE, description=HOSTILE)
    shown(office, reverse("evidence:detail", args=[item.pk]))
    shown(office, reverse("evidence:list"))
    assert Item.objects.get().description == HOSTILE


def test_a_statement_shows_it_literally(cast: SimpleNamespace, office: Client) -> None:
    statement = a_statement(cast)
    shown(office, reverse("statements:detail", args=[statement.pk]))
    shown(office, reverse("statements:list"))


# Exports


def cells(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [cell for row in list(csv.reader(io.StringIO(text, newline="")))[1:] for cell in row]


def neutral(found: list[str], *typed: str) -> None:
    """Every text that was typed is there behind an apostrophe, and no cell of text begins a formula."""
    for text in typed:
        assert f"'{text}" in found
        assert text not in found


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_export_of_cases_runs_nothing(cast: SimpleNamespace, office: Client, formula: str) -> None:
    case = a_case(cast, title=formula, settlement=formula)
    neutral(cells(office.get(reverse("cases:export"))), formula)
    case.refresh_from_db()
    assert case.title == formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_export_of_evidence_runs_nothing(cast: SimpleNamespace, office: Client, formula: str) -> None:
    ItemFactory(team=cast.team, registered_by=cast.investigator, title=formula)
    neutral(cells(office.get(reverse("evidence:export"))), formula)
    assert Item.objects.get().title == formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_export_of_the_audit_runs_nothing(cast: SimpleNamespace, formula: str) -> None:
    event = record(Event.CASE_CHANGED, actor=cast.investigator, obj=a_case(cast), reason=formula)
    neutral(cells(entered(cast.auditor).get(reverse("office:audit_export"))), formula)
    event.refresh_from_db()
    assert event.reason == formula


def test_the_exports_of_figures_run_nothing(cast: SimpleNamespace, office: Client) -> None:
    finding = FindingFactory(case=a_case(cast, title="=1+1", reference="=C+1"), state="approved")
    assert finding.case.reference == "=C+1"
    neutral(cells(office.get(reverse("figures:cases_csv"))), "=C+1")
    months = cells(office.get(reverse("figures:months_csv")))
    assert months
    assert not any(cell.startswith(("=", "+", "@")) for cell in months)


# Names of files


@pytest.mark.parametrize(
    "name", ["a%0D%0ASet-Cookie:%20x=1.txt", "a%0Ab.txt", "%1B[31m.txt", "a%C2%85b.txt", "%00.txt"]
)
def test_a_name_with_control_characters_is_refused_in_a_header(
    cast: SimpleNamespace, office: Client, name: str
) -> None:
    item = ItemFactory(team=cast.team, registered_by=cast.investigator)
    answer = office.post(
        f"/api/v1/evidence/{item.pk}/files/", b"data", content_type="application/octet-stream",
        headers={"X-Filename": name},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "X-Filename" in answer.json()["fields"]
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.txt", "a\nX-Evil: 1.txt", "\u202ecod.exe", '"; filename="b.html']
)
def test_a_download_carries_no_header_of_the_sender(cast: SimpleNamespace, office: Client, name: str) -> None:
    files = [stored_from_bytes("a.txt", b"data", "text/plain")]
    item = register_item(actor=cast.investigator, team=cast.team, kind="document", title="Words", files=files)
    # What an older row, or one written by other means, may hold.
    first = EvidenceFile.objects.select_related("blob").get()
    file = EvidenceFile.objects.create(
        item=item, blob=first.blob, part="attachment", name=name, added_by=first.added_by
    )
    answer = office.get(reverse("evidence:original", args=[file.pk]))
    assert answer.status_code == 200
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert disposition.count('"') == (0 if "filename*=" in disposition else 2)
    assert disposition.isascii() and disposition.isprintable()
    assert not {"Set-Cookie", "X-Evil"} & set(answer.headers)
    answer.close()
