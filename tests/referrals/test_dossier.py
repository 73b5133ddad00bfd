from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.referrals.dossier import (
    DossierCase,
    DossierData,
    DossierEvidence,
    DossierFile,
    DossierPerpetrator,
    DossierVictim,
    render_dossier,
)
from casework.referrals.typesetting import _PLAIN, has_glyph, set_lines

ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def an_item(index: int = 1, **changes: Any) -> DossierEvidence:
    item = DossierEvidence(
        reference=f"EV-2025-{index:05d}",
        kind="Video",
        title="Aerial recording",
        description="A field road seen from above.",
        establishes="The act; capture status",
        source="Special service, reliability B",
        files=(DossierFile(f"DJI_{index:04d}.mp4", digest(str(index)), 1_234_567),),
    )
    return replace(item, **changes)


def a_case(index: int = 1, **changes: Any) -> DossierCase:
    case = DossierCase(
        reference=f"CW-2025-{index:04d}",
        title="Execution of prisoners near Selydove",
        occurred="between 28 and 31 January 2025",
        place="Ukraine, Donetsk oblast, Pokrovsk raion, Selydove",
        party_of_victims="Ukraine",
        party_responsible="Russian Federation",
        conclusion="Confirmed violation",
        standard_of_proof="Reasonable grounds to believe",
        victims_at_least=6,
        victims_at_most=6,
        victims=(DossierVictim("Name withheld", "Captured", "Killed", (("Rank", "Soldier"),)),),
        legal_qualification="Rome Statute, article 8(2)(a)(i)",
        reasons="Two recordings agree.",
        perpetrators=(DossierPerpetrator("991st Demonstration Rifle Regiment", "suspected", "Reported there."),),
        evidence=(an_item(index),),
    )
    return replace(case, **changes)


def a_dossier(*cases: DossierCase, **changes: Any) -> DossierData:
    data = DossierData(
        title="Executions of prisoners of war",
        reference="RF-2025-0007",
        recipient="International Committee of the Red Cross",
        purpose="Information",
        prepared_on=date(2025, 3, 5),
        handling="Confidential: for the ICRC only",
        office="Office for Documentation",
        cases=cases or (a_case(),),
    )
    return replace(data, **changes)


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range().replace("\r", "") for page in document]


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(pages_of(pdf)).split())


def test_it_gives_the_same_bytes_for_the_same_data():
    assert render_dossier(a_dossier()) == render_dossier(a_dossier())
    assert render_dossier(a_dossier()) != render_dossier(a_dossier(prepared_on=date(2025, 3, 6)))


def test_it_is_an_archival_and_tagged_pdf_dated_by_its_data():
    pdf = render_dossier(a_dossier(prepared_on=datetime(2025, 3, 5, 14, 30, tzinfo=UTC)))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    metadata = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert metadata["CreationDate"].startswith("D:20250305143000")
    assert metadata["Title"] == "RF-2025-0007 Executions of prisoners of war"


def test_it_says_everything_that_the_recipient_may_see():
    text = words_of(render_dossier(a_dossier(note="Dear colleagues.", supplements="RF-2025-0003")))
    for expected in (
        "Office for Documentation", "Dear colleagues.", "RF-2025-0003", "5 March 2025", "CW-2025-0001", "Selydove",
        "between 28 and 31 January 2025", "Confirmed violation", "Reasonable grounds to believe", "Name withheld",
        "Soldier", "article 8(2)(a)(i)", "Two recordings agree.", "991st Demonstration Rifle Regiment", "suspected",
        "EV-2025-00001", "Aerial recording", "DJI_0001.mp4", "1,234,567 bytes", digest("1"),
    ):  # fmt: skip
        assert expected in text, expected


def test_it_never_prints_what_was_withheld():
    shown = render_dossier(a_dossier(withheld=("CANARY-NAME",)))
    assert b"CANARY" not in shown
    assert shown == render_dossier(a_dossier())


def test_it_repeats_reference_handling_and_page_number_on_every_page():
    pages = pages_of(render_dossier(a_dossier(*(a_case(index) for index in range(1, 6)))))
    for number, page in enumerate(pages, start=1):
        assert "RF-2025-0007" in page
        assert "Confidential: for the ICRC only" in page
        assert f"Page {number} of {len(pages)}" in page


def test_its_contents_lead_to_the_page_of_each_case():
    pages = pages_of(render_dossier(a_dossier(*(a_case(index) for index in range(1, 6)))))
    for index in range(1, 6):
        [start] = [
            number
            for number, page in enumerate(pages, start=1)
            if number > 1 and f"CW-2025-{index:04d}\nExecution of prisoners near Selydove\nWhen" in page
        ]
        assert f"between 28 and 31 January 2025 6 {start}" in " ".join(pages[0].split())


def test_it_marks_a_preliminary_case():
    assert "Preliminary" not in words_of(render_dossier(a_dossier()))
    text = words_of(render_dossier(a_dossier(a_case(preliminary=True))))
    assert "No approved finding is in force for this case." in text
    assert "Russian Federation (alleged)" in text


def test_it_marks_demonstration_data_on_every_page():
    pages = pages_of(render_dossier(a_dossier(demonstration=True)))
    assert all("Demonstration: synthetic data" in page for page in pages)


def test_its_annex_lists_an_item_cited_by_two_cases_once():
    data = a_dossier(a_case(1), a_case(2, evidence=(an_item(1), an_item(2))))
    assert [(entry.evidence, entry.cases) for entry in data.annex] == [
        ("EV-2025-00001", ("CW-2025-0001", "CW-2025-0002")),
        ("EV-2025-00002", ("CW-2025-0002",)),
    ]
    assert data.evidence_count == 2
    assert words_of(render_dossier(data)).count(digest("1")) == 1


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (3, 3, "3"),
        (3, None, "at least 3"),
        (3, 5, "at least 3, at most 5"),
        (None, 5, "at most 5"),
        (None, None, "not known"),
    ],
)
def test_it_words_the_number_of_victims(least, most, expected):
    assert a_case(victims_at_least=least, victims_at_most=most).victims_text == expected


def test_it_shows_code_as_text_and_reads_no_file(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("SECRET")
    monkeypatch.chdir(tmp_path)
    hostile = '#read("secret.txt") *bold* $x^2$ // gone #panic() \\ ]#[ <label> @ref'
    text = words_of(render_dossier(a_dossier(a_case(title=hostile, reasons=hostile), title=hostile)))
    assert text.count('#read("secret.txt") *bold* $x^2$ // gone #panic() \\ ]#[ <label> @ref') >= 3
    assert "SECRET" not in text


def test_it_shows_characters_that_mislead_by_their_code_and_names_them():
    text = words_of(render_dossier(a_dossier(a_case(reasons="before\u202eafter \U0001f525 漢\x07"))))
    assert "before U+202E after U+1F525 U+6F22 U+0007" in text
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in text
    assert "U+1F525 FIRE" in text
    assert "characters shown as codes" not in words_of(render_dossier(a_dossier()))


def test_it_prints_ukrainian_and_russian():
    name = "Прикладенко Ґеорг Їжакович, объект ёлка"
    assert name in words_of(render_dossier(a_dossier(a_case(victims=(DossierVictim(name),)))))


def test_it_keeps_long_words_and_many_rows_inside_the_page():
    word = "Щ" * 400
    items = tuple(an_item(index, title=word if index == 7 else "Запис") for index in range(200))
    data = a_dossier(a_case(title=word, place=word, evidence=items), reference="R" * 60, office=word)
    document = pypdfium2.PdfDocument(render_dossier(data))
    assert len(document) < 60
    for page in document:
        width, height = page.get_size()
        for found in page.get_objects():
            left, bottom, right, top = found.get_bounds()
            assert left >= 0
            assert right <= width
            assert bottom >= 0
            assert top <= height
    assert "\u200b" not in "".join(pages_of(render_dossier(data)))


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
def test_it_can_be_made_from_any_text(text):
    victim = DossierVictim(text, text, text, ((text, text),))
    case = a_case(title=text, victims=(victim,), evidence=(an_item(title=text),))
    assert render_dossier(a_dossier(case, title=text, office=text, handling=text, reference=text)).startswith(b"%PDF")


def test_its_fonts_hold_every_character_taken_for_granted():
    assert [character for character in _PLAIN if character != "\xa0" and not has_glyph(character)] == []


def test_it_leaves_paragraphs_and_drops_only_the_style_of_emoji():
    assert set_lines("one\r\ntwo\rthree") == [[("one", False)], [("two", False)], [("three", False)]]
    assert set_lines("a\ufe0fb") == [[("ab", False)]]
    assert set_lines("") == [[]]
