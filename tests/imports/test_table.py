"""Files with a table: every error by row and column, nothing before it is confirmed, then all or nothing."""

from __future__ import annotations

import datetime
import io
from typing import Any

import openpyxl
import pytest

from casework.core.errors import Blocked
from casework.evidence.actions import register_item
from casework.evidence.models import Blob, EvidenceFile, Item, Post
from casework.evidence.uploads import stored_from_bytes
from casework.imports.actions import confirm_import
from casework.imports.models import Import, ImportProblem, ImportRow
from tests.factories import CaseFactory, SourceFactory
from tests.imports.exports import MP4, packed, png

pytestmark = pytest.mark.django_db
KIND = Import.Kind.TABLE


def problems(batch: Import) -> set[tuple[str, str]]:
    return {(each.place, each.field) for each in batch.problems.filter(weight="error")}


def workbook(*rows: list[Any]) -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


TABLE = """File,Title,Description,Recorded,Published,Source URL,Language,How obtained,Credibility,Graphic,Notes
a/v.mp4,From the air,Two men,2024-10-05,2024-10-06 07:00,,Ukrainian,By courier,2,3,x
p.png,,,2024-10,,,,,,,
,A post,,,,t.me/s/front/5?single,,,,,
"""


def test_rows_become_items_with_their_files(bring, finish, cast):
    source = SourceFactory(team=cast.team, caveat="public")
    case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    data = packed({"metadata.csv": TABLE, "a/v.mp4": MP4, "p.png": png(1), "left.txt": "x"})
    batch = bring(KIND, data, source=source, case=case, establishes=["act"], graphic=1)
    assert batch.figures["new"] == 3, batch.failure
    assert {said["text"].split(" ")[0] for said in batch.told} == {"The", "No"}
    finish(batch)
    video, picture, post = Item.objects.order_by("reference")
    assert (video.kind, video.title, video.credibility, video.graphic) == ("video", "From the air", 2, 3)
    assert (video.recorded_earliest, video.language, video.how_obtained) == (
        datetime.date(2024, 10, 5), "Ukrainian", "By courier",
    )  # fmt: skip
    assert video.published_at == datetime.datetime(2024, 10, 6, 7, tzinfo=datetime.UTC)
    assert (picture.kind, picture.title, picture.graphic) == ("image", "p.png", 1)
    assert (post.kind, post.post.normal_url, post.post.platform) == ("post", "https://t.me/front/5", "telegram")
    assert {item.source for item in (video, picture, post)} == {source}
    assert {item.caveat for item in (video, picture, post)} == {"public"}
    assert [link.case for link in video.links.all()] == [case]
    assert [event.act for event in video.custody.all()] == ["registered", "linked", "file_added"]
    assert Blob.objects.filter(pk=video.files.get().blob_id, size=len(MP4)).exists()


def test_every_error_is_told_by_row_and_column(bring):
    table = "\n".join([
        "file;title;kind;recorded;published;url;credibility;graphic;sha256",
        "gone.mp4;A;video;;;;;;",
        ";B;spaceship;;;;;;",
        ";C;video;;;;;;",
        ";D;;2024-13-01;;;;;",
        ";E;;2999;;;;;",
        ";F;;;yesterday;;;;",
        ";G;post;;;;;;",
        ";H;;;;not an address;;;",
        ";I;;;;;1;;",
        ";J;;;;;9;;",
        ";K;;;;;;7;",
        "p.png;L;;;;;;;" + "0" * 64,
        ";;;;;;2;;",
        ";M;document;;;;;;;too;many",
        ";N\x00;document;;;;;;",
        ";" + "O" * 300 + ";document;;;;;;",
        ";P;testimony;;;;;;",
        "../../etc/passwd;Q;;;;;;;",
        "p.png;Fine;;;;;;;",
    ])  # fmt: skip
    batch = bring(KIND, packed({"metadata.csv": table, "p.png": png(1)}))
    expected = [
        (2, "file"), (3, "kind"), (4, "file"), (5, "recorded"), (6, "recorded"), (7, "published"), (8, "url"),
        (9, "url"),
        (10, "credibility"), (11, "credibility"), (12, "graphic"), (13, "file"), (14, "title"), (15, ""), (16, "title"),
        (18, "kind"), (19, "file"),
    ]  # fmt: skip
    assert {(f"row {number}", column) for number, column in expected} <= problems(batch)
    assert (batch.figures["wrong"], batch.figures["new"]) == (len({number for number, _column in expected}), 2)
    assert not Item.objects.exists()


def test_zeros_in_a_heading_or_a_file_name_are_told_with_marks(bring):
    batch = bring(KIND, packed({"m.csv": "title,no\0tes,file\nGood,x,\nBad,x,a\0b.png\n"}))
    assert (batch.state, batch.figures["new"], batch.figures["wrong"]) == ("preview", 1, 1), batch.failure
    assert "no\ufffdtes" in batch.told[0]["text"]
    assert "a\ufffdb.png" in batch.problems.get().text


def test_rows_with_errors_are_left_out_only_when_somebody_says_so(bring, finish, cast):
    data = packed({"m.csv": "title,recorded\nGood,2024\nBad,never\n"})
    batch = bring(KIND, data)
    with pytest.raises(Blocked):
        confirm_import(batch, actor=cast.investigator)
    finish(batch, leave_out=True)
    assert [item.title for item in Item.objects.all()] == ["Good"]


def test_the_same_file_is_known_again(bring, finish, cast):
    register_item(actor=cast.investigator, team=cast.team, kind="image", title="Here",
                  files=[stored_from_bytes("x.png", png(1))])  # fmt: skip
    data = packed(
        {"m.csv": "file,title\na.png,A\nb.png,B\nc.png,C\n", "a.png": png(1), "b.png": png(2), "c.png": png(2)}
    )
    batch = bring(KIND, data)
    assert (batch.figures["new"], batch.figures["known"]) == (1, 2), "c is b again"
    finish(batch)
    assert bring(KIND, data).figures["new"] == 0


def test_what_is_hidden_is_not_known(bring, finish, cast):
    """Another team's file, and one of a case that this person may not see, count as not there."""
    register_item(actor=cast.outsider, team=cast.other_team, kind="image", title="Theirs",
                  files=[stored_from_bytes("x.png", png(1))])  # fmt: skip
    hidden = CaseFactory(team=cast.team, created_by=cast.colleague, lead=cast.colleague, sensitive=True)
    data = packed({"m.csv": "file,title\na.png,A\nb.png,B\n", "a.png": png(1), "b.png": png(2)})
    first = bring(KIND, data, actor=cast.colleague, case=hidden, establishes=["act"])
    assert first.figures["new"] == 2
    finish(first, actor=cast.colleague)
    batch = bring(KIND, data)
    assert (batch.figures["new"], batch.figures["known"]) == (2, 0)
    batch = finish(batch)
    assert (batch.state, batch.figures["written"]) == ("done", 2)
    assert bring(KIND, data).figures["new"] == 0


def test_it_reads_mixed_letters_and_separators(bring):
    table = "Файл\tНазва\tОпис\n".encode() + "\tОдин\tОпис\n".encode("cp1251") + "\tДва\tОпис\n".encode()
    batch = bring(KIND, {"list.csv": table})
    assert [row.values["title"] for row in batch.rows.all()] == ["Один", "Два"]
    assert [(each.place, each.weight) for each in batch.problems.all()] == [("row 2", "note")]
    utf16 = bring(KIND, {"list.csv": "title,text\nОдин,x\n".encode("utf-16")})
    assert [row.values["title"] for row in utf16.rows.all()] == ["Один"]


def test_it_reads_a_workbook(bring, finish):
    book = workbook(
        ["File", "Title", "Published", "Credibility", "Recorded"],
        ["p.png", "A", datetime.datetime(2024, 10, 6, 7), 3, datetime.datetime(2024, 10, 5)],
        [None, "=1+1", None, None, None],  # never computed: it has no value, and the row is empty
    )
    batch = bring(KIND, packed({"list.xlsx": book, "p.png": png(1)}))
    (first,) = batch.rows.all()
    assert (first.values["credibility"], first.values["recorded_earliest"]) == (3, "2024-10-05")
    assert (first.values["published_at"], first.plan) == ("2024-10-06T07:00:00Z", "new")
    assert bring(KIND, {"list.xlsx": workbook(["title"], ["Alone"])}).figures["new"] == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"m.csv": b"colour,size\nred,1\n"}, "names no column"),
        ({"m.csv": b"\n\n"}, "names no column"),
        ({"m.csv": b"title,Name\nA,B\n"}, "mean the same"),
        ({"p.png": png(1)}, "no table"),
        ({"a.csv": b"title\n", "b.csv": b"title\n"}, "several tables"),
        ({"m.xlsx": b"PK\x03\x04 no workbook"}, "no whole ZIP"),
        ({"m.xlsx": packed({"x.xml": "<x/>"})}, "workbook cannot be read"),
        ({"m.xlsx": packed({"xl/x.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})}, "entities"),
        ({"m.xlsx": packed({"xl/x.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")})}, "entities"),
        ({"m.csv": b"title\n" + b'"' + b"x" * 200_000}, "breaks off"),
    ],
)
def test_it_refuses_what_is_no_table(bring, data, said):
    batch = bring(KIND, data)
    assert (batch.state, said in batch.failure) == ("failed", True), batch.failure
    assert not ImportRow.objects.exists() and not ImportProblem.objects.exists()


def test_a_post_keeps_its_words_and_its_captures(bring, finish):
    table = "url,file,text,translation,kind\nhttps://x.com/a/status/5,p.png,Слова,Words,post\n"
    finish(bring(KIND, packed({"m.csv": table, "p.png": png(1)})))
    post = Post.objects.get()
    assert (post.text, post.translation, post.handle) == ("Слова", "Words", "@a")
    assert EvidenceFile.objects.get().item == post.item


def test_a_row_that_names_files_without_end_is_one_problem(bring):
    batch = bring(KIND, packed({"metadata.csv": "title,file\nMany," + "x;" * 5000 + "\nOne,p.png\n", "p.png": png(1)}))
    assert (batch.figures["wrong"], batch.figures["new"]) == (1, 1), batch.failure
    assert problems(batch) == {("row 2", "file")}
    assert batch.problems.count() == 1
