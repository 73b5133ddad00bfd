"""The words of files: read in the sandbox, kept per file, found by those who see the item, offered to the record."""

from __future__ import annotations

import datetime
import email.message
import io
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from casework.cases.models import Case
from casework.core.errors import NotFound
from casework.evidence import ocr, store, texts
from casework.evidence.actions import add_file, register_item
from casework.evidence.actions.attachments import register_attachment
from casework.evidence.jobs import read_text, requeue_texts
from casework.evidence.models import EvidenceFile, FileText, Item, ItemOrigin
from casework.evidence.sniffing import sniff
from casework.evidence.suggestions import suggestions
from casework.office.search import find
from tests.evidence import samples
from tests.evidence.conftest import PNG, upload
from tests.factories import CaseFactory
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
REPORT = "Рапорт № 123/45 від 12.01.2025\nДоповідаю: військова частина А1234 бачила зелену вантажівку."


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def docx(text: str = REPORT, head: str = "") -> bytes:
    buffer = io.BytesIO()
    words = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<?xml version='1.0'?>{head}<w:document {space}>{words}</w:document>")
    return buffer.getvalue()


def eml(*attachments: tuple[str, bytes]) -> bytes:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "unit@mil.example", "office@example.org", "Доповідь"
    message["Date"] = "Sun, 12 Jan 2025 10:00:00 +0200"
    message.set_content("Надсилаємо доповідь і знімок.\n", charset="koi8-u")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def registered(
    cast: SimpleNamespace, case: Case | None, kind: str, data: bytes, name: str, **more: Any
) -> EvidenceFile:
    details = {"unit": "A unit"} if kind == "unit_report" else {"pseudonym": "P", "consent": "c"}
    item = register_item(
        actor=cast.investigator, team=cast.team, kind=kind, title="A paper", case=case,
        files=[upload(data, name, "application/octet-stream")], establishes=["act"] if case else (),
        details=details if kind in {"unit_report", "testimony"} else None,
    )  # fmt: skip
    return item.files.get()


def was_read(file: EvidenceFile) -> FileText:
    read_text(sha256=file.blob_id)
    return FileText.objects.get(blob_id=file.blob_id)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [(docx(), "report.docx", "зелену вантажівку"), (eml(), "report.eml", "доповідь і знімок"),
     ("Просто текст".encode("cp1251"), "note.txt", "Просто текст")],
)  # fmt: skip
def test_it_reads_the_words_of(cast: SimpleNamespace, data: bytes, name: str, words: str) -> None:
    read = texts.read(_kept(data), sniff(data, name))
    assert words in read.text
    assert not read.recognised


def _kept(data: bytes) -> str:
    return store.keep(store.receive([data]))


def test_it_refuses_entities_before_they_are_expanded(cast: SimpleNamespace) -> None:
    bomb = (
        "<!DOCTYPE w [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9)) + "]>"
    )
    data = docx("&a8;", bomb)
    assert texts.read(_kept(data), sniff(data)).reason == "the document declares entities and is not opened"
    outside = docx("&x;", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>')
    assert texts.read(_kept(outside), sniff(outside)).text == ""


def test_it_refuses_a_document_that_unpacks_to_too_much(cast: SimpleNamespace) -> None:
    data = docx("A" * (40 << 20))
    assert texts.read(_kept(data), sniff(data)).reason == "the document unpacks to too much"


def test_the_words_are_found_by_those_who_see_the_item_alone(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "unit_report", docx(), "report.docx")
    assert not find(cast.viewer, "вантажівку").groups
    assert was_read(file).state == "read"
    (group,) = find(cast.viewer, "вантажівку").groups
    assert [hit.reference for hit in group.hits] == [file.item.reference]
    assert find(cast.outsider, "вантажівку").empty
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[file.item_id])).content.decode()
    assert "зелену вантажівку" in page
    assert "Use it" not in page


def test_the_same_bytes_in_a_later_item_are_found_there_too(cast: SimpleNamespace, case: Case) -> None:
    data = docx()
    was_read(registered(cast, case, "document", data, "report.docx"))
    later = registered(cast, None, "document", data, "copy.docx")
    (group,) = find(cast.investigator, "вантажівку").groups
    assert later.item.reference in {hit.reference for hit in group.hits}


def test_a_testimony_is_read_for_those_who_may_know_the_witness_and_found_by_nobody(
    cast: SimpleNamespace, case: Case
) -> None:
    file = registered(cast, case, "testimony", docx("Мене звати Тестовий Свідок"), "talk.docx")
    was_read(file)
    assert find(cast.investigator, "Тестовий").empty
    url = reverse("evidence:detail", args=[file.item_id])
    assert "Тестовий" not in signed_in(cast.viewer).get(url).content.decode()
    assert "Shown only to the people named on the case." in signed_in(cast.viewer).get(url).content.decode()
    before_a_look = reverse("evidence:look", args=[file.pk])
    assert "Тестовий" not in signed_in(cast.viewer).get(before_a_look).content.decode()
    assert "Тестовий" in signed_in(cast.investigator).get(before_a_look).content.decode()


def test_what_a_witness_attached_is_taken_out_by_those_alone_who_may_know_them(
    cast: SimpleNamespace, case: Case
) -> None:
    file = registered(cast, case, "testimony", eml(("passport.txt", b"Real Name")), "talk.eml")
    was_read(file)
    for number in (1, 2):
        with pytest.raises(NotFound):
            register_attachment(file, actor=cast.colleague, number=number)
    assert not ItemOrigin.objects.exists()
    assert register_attachment(file, actor=cast.investigator, number=1).title == "passport.txt"


def test_suggestions_are_offered_and_written_only_when_taken(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "unit_report", docx(), "report.docx")
    was_read(file)
    office, url = signed_in(cast.investigator), reverse("evidence:detail", args=[file.item_id])
    assert "From the text:" in office.get(url).content.decode()
    assert Item.objects.get(pk=file.item_id).unit_report.number == ""
    use = reverse("evidence:use_suggestion", args=[file.item_id, "number"])
    assert office.post(use, {"value": "9/9"}).status_code == 409
    assert signed_in(cast.viewer).post(use, {"value": "123/45"}).status_code == 403
    assert office.post(use, {"value": "123/45"}).status_code == 302
    report = Item.objects.get(pk=file.item_id).unit_report
    assert (report.number, report.dated, report.unit) == ("123/45", None, "A unit")
    assert office.post(use, {"value": "123/45"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "number", "day", "unit"),
    [
        (REPORT, "123/45", datetime.date(2025, 1, 12), "військова частина А1234"),
        ("ДОПОВІДЬ\nВих. №45/12/301 від «5» січня 2025 року", "45/12/301", datetime.date(2025, 1, 5), None),
        ("Рапорт\nИсх. № 17 от 3 марта 2024 г.\nв/ч 12345", "17", datetime.date(2024, 3, 3), "в/ч 12345"),
        ("Report no. 88/24, 12 January 2025\n35th Separate Marine Brigade", "88/24", datetime.date(2025, 1, 12),
         "35th Separate Marine Brigade"),
        ("05.11.2026 № 408/окр\nДоповідаю, що 04.11.2026 о 14:20", "408/окр", datetime.date(2026, 11, 5), None),
        ("74 окремий розвідувальний батальйон\n2025-02-30 2025-02-28", None, datetime.date(2025, 2, 28),
         "74 окремий розвідувальний батальйон"),
        ("Nothing of the kind. Call 555-1234.", None, None, None),
    ],
)  # fmt: skip
def test_it_suggests_from_the_forms_that_are_used(
    text: str, number: str | None, day: datetime.date | None, unit: str | None
) -> None:
    found = {each.field: each.value for each in suggestions(text)}
    assert (found.get("number"), found.get("dated"), found.get("unit")) == (number, day, unit)


def test_attachments_become_items_that_point_back_once(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "unit_report", eml(("photo.png", PNG), ("talk.txt", b"words")), "report.eml")
    assert [each["name"] for each in was_read(file).attachments] == ["photo.png", "talk.txt"]
    office = signed_in(cast.investigator)
    url = reverse("evidence:register_attachment", args=[file.pk, 1])
    first, again = office.post(url), office.post(url)
    assert first["Location"] == again["Location"]
    child = ItemOrigin.objects.get().item
    assert (child.kind, child.title, child.files.get().blob.size) == ("image", "photo.png", len(PNG))
    assert [link.case_id for link in child.links.all()] == [case.pk]
    page = office.get(reverse("evidence:detail", args=[child.pk])).content.decode()
    assert f'<span class="reference">{file.item.reference}</span>' in page
    assert child.reference in office.get(reverse("evidence:detail", args=[file.item_id])).content.decode()
    assert office.post(reverse("evidence:register_attachment", args=[file.pk, 3])).status_code == 404
    assert signed_in(cast.outsider).post(url).status_code == 404


def test_an_attachment_never_leaves_the_circle_of_its_message(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "document", eml(("a.txt", b"words")), "report.eml")
    was_read(file)
    case.sensitive = True
    case.save()
    outside = cast.reviewer
    with pytest.raises(NotFound):
        register_attachment(file, actor=outside, number=1)
    child = register_attachment(file, actor=cast.investigator, number=1)
    assert not Item.objects.visible_to(outside).filter(pk=child.pk).exists()


def scan(text: str = "REPORT 7 TRUCK") -> bytes:
    page = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(page).text((40, 100), text, font=ImageFont.load_default(72), fill="black")
    buffer = io.BytesIO()
    page.save(buffer, "PDF", resolution=100)
    return buffer.getvalue()


@pytest.mark.skipif(not ocr.languages(), reason="tesseract is not installed")
def test_a_scan_is_recognised_and_says_how_sure(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "document", scan(), "scan.pdf")
    row = was_read(file)
    assert (row.state, row.method) == ("read", "recognised")
    assert "TRUCK" in row.text
    assert row.confidence is not None and row.confidence > 50
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[file.item_id])).content.decode()
    assert "Recognised by a program" in page
    assert f"{row.confidence} % sure on average." in page


def test_without_the_program_it_says_so_and_reads_later(
    cast: SimpleNamespace, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr.shutil, "which", lambda *_args, **_more: None)
    file = registered(cast, case, "document", samples.pdf(), "scan.pdf")
    assert was_read(file).state == "unread"
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[file.item_id])).content.decode()
    assert "Not read: no text recognition on this machine" in page
    requeue_texts(timestamp=0)
    assert FileText.objects.get().state == "unread"
    monkeypatch.setattr(ocr, "languages", lambda: ("eng",))
    requeue_texts(timestamp=0)
    assert FileText.objects.get().state == "waiting"


def test_an_image_is_read_where_it_is_a_paper(cast: SimpleNamespace, case: Case) -> None:
    for kind, rows in (("image", 0), ("document", 1)):
        registered(
            cast, CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator), kind, PNG, "a.png"
        )
        assert FileText.objects.count() == rows


def test_one_damaged_file_leaves_the_item_as_it_is(cast: SimpleNamespace, case: Case, item: Item) -> None:
    file = add_file(item, actor=cast.investigator, upload=upload(docx()[:-200], "cut.docx", "application/octet-stream"))
    row = was_read(file)
    assert (row.state, row.text) == ("failed", "")
    assert (
        "Could not be read" in signed_in(cast.viewer).get(reverse("evidence:detail", args=[item.pk])).content.decode()
    )
