"""Results of the auto-archiver: addresses, files, hashes checked against the bytes, time-stamp tokens kept."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

import pytest

from casework.evidence.models import EvidenceFile, Post
from casework.imports.models import Import
from casework.imports.readers.literals import NotLiteral, read_literal
from tests.imports.exports import MP4, packed

pytestmark = pytest.mark.django_db
KIND = Import.Kind.ARCHIVER
WHEN = "2024-10-06T07:00:00+00:00"


def digest(data: bytes, name: str = "SHA-256") -> str:
    made = hashlib.new({"SHA-256": "sha256", "SHA3-512": "sha3_512"}[name], data)
    return f"{name}:{made.hexdigest()}"


def result(**more: Any) -> dict[str, Any]:
    """A result as the archiver keeps it in metadata.json."""
    return {
        "status": "telethon_extractor: success",
        "metadata": {
            "_processed_at": WHEN, "url": "https://t.me/s/Front/5?single", "title": "A video", "content": "Слова",
            "timestamp": "2024-10-05T06:26:40+00:00",
        },
        "media": [
            {"filename": "work/v.mp4", "_key": "front/v.mp4", "urls": ["https://bucket.example.org/front/v.mp4"],
             "properties": {"hash": digest(MP4), "thumbnails": [{"filename": "thumb.jpg"}]}},
            {"filename": "work/hashes.txt", "_key": "front/hashes.txt", "urls": [],
             "properties": {"id": "timestamped_hashes", "hash": digest(b"hashes", "SHA3-512"),
                            "timestamp_authority_files": [
                 {"filename": "work/timestamp_token_a.tst", "_key": "front/timestamp_token_a.tst", "urls": [],
                  "properties": {"tsa": "http://tsa.example.org", "cert_chain": [
                      {"filename": "work/1.crt", "_key": "front/1.crt", "properties": {}}]}}]}},
        ],
        **more,
    }  # fmt: skip


FILES = {
    "front/v.mp4": MP4, "front/hashes.txt": b"hashes", "front/timestamp_token_a.tst": b"token", "front/1.crt": b"cert",
}  # fmt: skip


def test_a_result_becomes_a_post_with_its_files_and_tokens(bring, finish):
    batch = bring(KIND, packed({"metadata.json": json.dumps(result()), **FILES}))
    assert batch.figures["new"] == 1, batch.failure
    finish(batch)
    post = Post.objects.get()
    assert (post.normal_url, post.text, post.platform) == ("https://t.me/front/5", "Слова", "telegram")
    assert "telethon_extractor" in post.capture_method
    assert post.captured_at == datetime.datetime(2024, 10, 6, 7, tzinfo=datetime.UTC)
    assert post.item.published_at == datetime.datetime(2024, 10, 5, 6, 26, 40, tzinfo=datetime.UTC)
    assert {file.name: file.part for file in EvidenceFile.objects.all()} == {
        "v.mp4": "original", "hashes.txt": "attachment", "timestamp_token_a.tst": "attachment", "1.crt": "attachment",
    }  # fmt: skip
    assert bring(KIND, packed({"metadata.json": json.dumps([result()]), **FILES})).figures["known"] == 1


def test_its_table_as_python_prints_it(bring):
    told = result()
    told["metadata"]["timestamp"] = datetime.datetime(2024, 10, 5, 6, 26, tzinfo=datetime.UTC)
    printed = [told["status"], repr(told["metadata"]), repr(told["media"])]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in printed)
    batch = bring(KIND, packed({"results.csv": f"status,metadata,media\n{quoted}\n", **FILES}))
    (row,) = batch.rows.all()
    assert (row.plan, len(row.media)) == ("new", 4), [each.text for each in batch.problems.all()]
    assert row.values["published_at"] == "2024-10-05T06:26:00Z"


def test_its_sheet(bring):
    sheet = (
        "Link,Archive status,Archive location,Archive date,Upload timestamp,Upload title,Text content,Hash\n"
        f"https://x.com/a/status/5,twitter: success,https://bucket.example.org/a/page.html,{WHEN},,T,W,{digest(b'<html>')}\n"
        "https://x.com/a/status/6,no archiver,,,,,,\n"
    )
    batch = bring(KIND, packed({"sheet.csv": sheet, "a/page.html": b"<html>"}))
    first, second = batch.rows.all()
    assert (first.plan, first.media[0]["part"], second.plan) == ("new", "attachment", "wrong")


@pytest.mark.parametrize("name", ["front/v.mp4", "front/hashes.txt"])
def test_bytes_that_do_not_match_their_stated_hash_are_an_error(bring, name):
    batch = bring(KIND, packed({"metadata.json": json.dumps(result()), **FILES, name: b"other bytes"}))
    assert batch.figures["wrong"] == 1
    assert "does not match" in batch.problems.get(weight="error").text


def test_an_address_of_no_host_names_no_file(bring):
    told = result()
    told["media"][0] |= {"filename": "http://[::1", "_key": "http://[::1"}
    batch = bring(KIND, packed({"metadata.json": json.dumps(told), **FILES}))
    assert (batch.state, batch.failure) == ("preview", "")


def test_what_is_missing_is_told(bring):
    batch = bring(KIND, packed({"metadata.json": json.dumps(result()), "front/v.mp4": MP4}))
    assert (batch.figures["new"], batch.figures["missing"]) == (1, 3)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"other.json": "{}"}, "neither"),
        ({"metadata.json": "{"}, "cannot be read"),
        ({"metadata.json": '{"metadata": {"url": "x"}, "a": NaN}'}, "NaN"),
    ],
)
def test_it_refuses_what_is_no_result(bring, files, said):
    batch = bring(KIND, packed(files))
    assert (batch.state, said in batch.failure) == ("failed", True), batch.failure


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('id')", "[x for x in ()]", "open('/etc/passwd')", "a", "(" * 5000, "1 + 1", "lambda: 1",
     "datetime.datetime(2024, 1, 1, tzinfo=evil())", "datetime.datetime('x')", "datetime.datetime(99999, 1, 1)",
     "{**{}}", "b'x'", "'\\ud800' + 'x'", "[" * 100 + "]" * 100, "x" * (3 << 20)],
)  # fmt: skip
def test_nothing_that_is_printed_is_run(text):
    with pytest.raises(NotLiteral):
        read_literal(text)


def test_printed_values_are_read():
    when = datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    value = {"a": [1, -2.5, None, True, "x"], "b": when, "c": {"d": ()}}
    assert read_literal(repr(value)) == {**value, "c": {"d": []}}
