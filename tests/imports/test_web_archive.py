"""Web archives: contents, records and signatures are checked and told; chosen pages become items."""

from __future__ import annotations

import datetime
import signal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from casework.evidence.models import EvidenceFile, Item, Post
from casework.imports.models import Import
from casework.imports.readers.records import words_of
from casework.imports.readers.signatures import verify
from tests.imports.exports import packed
from tests.imports.web import HTML, URL, Authority, anonymous, sha256, wacz, warc

KIND = Import.Kind.WEB_ARCHIVE


def told(batch: Import) -> dict[str, str]:
    """What was told, by tone."""
    return {said["tone"]: said["text"] for said in batch.told}


@pytest.mark.django_db
def test_chosen_pages_become_items_with_the_whole_archive(bring, finish):
    batch = bring(KIND, {"crawl.wacz": wacz()})
    assert [(group["label"], group["chosen"]) for group in batch.groups] == [(URL, True), (f"{URL}/more", False)]
    assert "all 3 listed files match" in told(batch)["good"]
    assert any("2 responses and 2 requests" in said["text"] for said in batch.told)
    assert any("unsigned" in said["text"] for said in batch.told)
    finish(batch)
    post = Post.objects.get()
    assert (post.url, post.platform, post.text) == (URL, "web", "Слова of it")
    assert post.captured_at == datetime.datetime(2024, 10, 6, 7, tzinfo=datetime.UTC)
    assert post.item.title == "Stated title"
    assert EvidenceFile.objects.get().name == "crawl.wacz"
    finish(bring(KIND, {"crawl.wacz": wacz()}), groups=[group["key"] for group in batch.groups])
    assert Item.objects.count() == 2, "the page that was left out before"


@pytest.mark.django_db
def test_another_capture_of_a_page_is_evidence_of_its_own(bring, finish):
    finish(bring(KIND, {"a.warc.gz": warc()}))
    again = bring(KIND, {"a.warc.gz": warc()})
    assert (again.figures["new"], again.figures["known"]) == (0, 1)
    batch = bring(KIND, {"b.wacz": wacz()})
    assert batch.figures["known"] == 1, "the same page at the same time"


@pytest.mark.django_db
def test_a_warc_gives_its_pages(bring):
    batch = bring(KIND, {"a.warc.gz": warc({URL: HTML, "https://t.me/Front/5": HTML})})
    assert sorted(row.details["url"] for row in batch.rows.all()) == [URL, "https://t.me/Front/5"]
    assert {row.details["text"] for row in batch.rows.all()} == {"Слова of it"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (lambda: wacz(spoil="archive/data.warc.gz"), "do not match the digests"),
        (lambda: wacz(spoil="datapackage.json"), "list of its contents was changed"),
        (lambda: wacz(extra={"stranger.txt": b"x"}), "does not name"),
    ],
)
def test_what_was_changed_is_told(bring, archive, said):
    batch = bring(KIND, {"a.wacz": archive()})
    assert any(said in each["text"] and each["tone"] in ("bad", "warn") for each in batch.told), batch.told


@pytest.mark.django_db
def test_a_record_whose_digest_does_not_hold_is_told(bring):
    import gzip

    # Each record is a member of its own; together they are one plain WARC.
    plain = gzip.decompress(warc()).replace(b" of it", b" of us")
    batch = bring(KIND, {"a.warc": plain})
    assert any("do not hold" in said["text"] and said["tone"] == "bad" for said in batch.told), batch.told


@pytest.mark.django_db
def test_a_file_that_breaks_off_is_told(bring):
    batch = bring(KIND, {"a.warc.gz": warc()[:-40]})
    assert any("breaks off" in said["text"] for said in batch.told), (batch.failure, batch.told)


NOWHERE = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: 1\r\n\r\nx\r\n\r\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.txt": b"x"}, "no .wacz"),
        ({"a.wacz": packed({"x": "y"})}, "holds no datapackage.json"),
        ({"a.wacz": packed({"datapackage.json": "["})}, "cannot be read"),
        ({"a.wacz": b"no zip"}, "no whole ZIP"),
        ({"a.warc": b"no warc at all, and long enough to be read as one"}, "no whole WARC"),
        ({"a.warc.gz": b"\x1f\x8b\x08 no gzip at all, and long enough"}, "no whole WARC"),
        ({"a.warc": b"\0\0 nothing of the kind \0\r\n\r\n"}, "no whole WARC"),
        ({"a.warc": NOWHERE}, "headers that cannot be"),
    ],
)
def test_it_refuses_what_is_no_archive(bring, files, said):
    batch = bring(KIND, files)
    assert (batch.state, said in batch.failure) == ("failed", True), batch.failure


MANIFEST = b'{"resources": []}'


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
@pytest.mark.parametrize("browser", [True, False])
def test_an_anonymous_signature(curve, browser):
    key, other = ec.generate_private_key(curve), ec.generate_private_key(curve)
    signed = anonymous(key, browser=browser)(sha256(MANIFEST))
    verdict = verify(signed, MANIFEST)
    assert verdict.outcome == "valid" and "anonymous key" in verdict.words
    assert verify(signed, MANIFEST + b" ").outcome == "invalid"
    assert (
        verify({**signed, "publicKey": anonymous(other)(sha256(MANIFEST))["publicKey"]}, MANIFEST).outcome == "invalid"
    )
    assert verify({**signed, "signature": signed["signature"][:-8] + "AAAAAAA="}, MANIFEST).outcome == "invalid"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(Path(tmp_path_factory.mktemp("authority")))


def test_a_signature_of_a_domain_with_its_time_stamp(authority):
    verdict = verify(authority.sign(sha256(MANIFEST)), MANIFEST)
    assert verdict.outcome == "valid", verdict.words
    assert "sign.example.org" in verdict.words and "time-stamped at" in verdict.words and "Test root" in verdict.words


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda signed, _other: {**signed, "domain": "other.example.org"}, "not for other.example.org"),
        (lambda signed, _other: {**signed, "created": "2020-01-01T00:00:00Z"}, "not valid when"),
        (lambda signed, _other: {**signed, "created": ""}, "does not say when"),
        (lambda signed, _other: {**signed, "timeSignature": ""}, "no time-stamp"),
        (lambda signed, other: {**signed, "timeSignature": other["timeSignature"]}, "time-stamp does not hold"),
        (lambda signed, other: {**signed, "signature": other["signature"]}, "did not sign this"),
        (lambda signed, _other: {**signed, "domainCert": signed["timestampCert"]}, "did not sign this"),
        (lambda signed, _other: {**signed, "domainCert": "no certificate"}, "cannot be read"),
        (lambda signed, _other: {**signed, "timeSignature": "AAAA"}, "time-stamp does not hold"),
        (lambda _signed, _other: ["no signature"], "is none"),
    ],
)
def test_a_signature_that_does_not_hold_says_why(authority, spoil, said):
    signed, other = authority.sign(sha256(MANIFEST)), authority.sign(sha256(b"other"))
    verdict = verify(spoil(signed, other), MANIFEST)
    assert verdict.outcome == "invalid" and said in verdict.words, verdict.words


def test_a_time_stamp_of_another_hour_does_not_count(authority):
    created = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)).isoformat()
    verdict = verify(authority.sign(sha256(MANIFEST), created=created), MANIFEST)
    assert verdict.outcome == "invalid" and "not of when" in verdict.words


@pytest.mark.django_db
def test_the_signature_of_an_archive_is_shown(bring, authority):
    batch = bring(KIND, {"a.wacz": wacz(authority.sign)})
    assert any("signature: valid" in said["text"] and said["tone"] == "good" for said in batch.told), batch.told
    spoiled = bring(KIND, {"a.wacz": wacz(authority.sign, spoil="datapackage.json")})
    assert any("signature: invalid" in said["text"] and said["tone"] == "bad" for said in spoiled.told)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>One</p><p>Two &amp; three</p>", ("", "One\nTwo & three")),
        ("<title>T</title><body>a<script>b</script><style>c</style>d", ("T", "ad")),
        ("<b" * 5000, None),
        ("\x00<p>a\x00b", ("", "ab")),
        ("<![CDATA[x", None),
        ("</script></script>shown", ("", "shown")),
        ("<a title='1>0' href=x>said</a> 2 < 3<!-- not --> here<br/>there", ("", "said 2 < 3 here\nthere")),
        ("<p title=it's>one</p><p title=it's>two</p>", ("", "one\ntwo")),
        ("before<SCRIPT>if (a < b) '</x>'</script >after", ("", "beforeafter")),
        ("&#" + "9" * 5000, None),
    ],
)
def test_words_of_a_page_hold_no_markup(html: str, words: Any):
    found = words_of(html)
    assert words is None or found == words


@pytest.mark.parametrize("piece", ["<!", "<!--x>", "<a x='"])
def test_a_page_that_never_ends_is_gone_through_once(piece: str):
    """Looking for each end through all the rest would go on for minutes; the test does not wait for that."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    try:
        words_of("<p>seen</p>" + piece * ((2 << 20) // len(piece)))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
