"""Time-stamps: kept as they came, verified at once and offline, asked for again when an authority fails."""

from __future__ import annotations

import base64
import datetime
import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from casework.audit import clock
from casework.integrity import casework_verify, exporting, sealing, stamping
from casework.integrity.casework_verify import Bad, token_of, verify_token, whole_der
from casework.integrity.models import Delivery, Head, Stamp, Stamping
from tests.integrity.authority import answering, make_authority, openssl, reply
from tests.integrity.conftest import Verdict, an_item

DAY = datetime.timedelta(days=1)
IMPRINT = hashlib.sha256(b"what is stamped").digest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)
    return folder


@pytest.fixture(scope="module")
def token(authority: Path) -> bytes:
    """A token for IMPRINT."""
    return token_of(reply(authority, request()))


def request() -> bytes:
    """A request about IMPRINT."""
    builder = TimestampRequestBuilder().data(b"what is stamped").hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


@pytest.fixture(scope="module")
def long_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority two CAs below the one that is believed."""
    folder = tmp_path_factory.mktemp("long-chain")
    make_authority(folder, between=2)
    return folder


def parts_of(token: bytes) -> tuple[list[bytes], bytes]:
    """The certificates of a token as they come in it, and what names the signer's. Neither is signed."""
    parts = whole_der(token, "it").items()[1].items()[0].items()
    signer = parts[-1].items()[0].items()
    return [each.raw for each in parts[3].items()], signer[1].raw


def key_of(folder: Path) -> bytes:
    """What names the signer's certificate by its key."""
    signer = x509.load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
    return der(0x80, signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)


def der(tag: int, content: bytes) -> bytes:
    """A value with its length."""
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(2, "big")
    return bytes([tag, 0x82]) + length + content


def replaced(value: bytes, old: bytes, new: bytes) -> bytes:
    """The same value with one piece of it exchanged, every length around the piece made right."""
    found = whole_der(value, "it")
    if old in (found.raw, found.content):
        return new if old == found.raw else der(found.tag, new)
    if not found.tag & 0x20 or old not in found.content:
        return value
    inner = b"".join(replaced(each.raw, old, new) for each in found.items())
    return der(found.tag, inner)


def crowd_of(count: int) -> list[x509.Certificate]:
    """Certificates of one name and one key: each could have issued each other one. The first may stamp."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=Crowd")
    now = datetime.datetime.now(datetime.UTC)
    use = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.8")])
    made = []
    for number in range(count):
        builder = x509.CertificateBuilder(name, name, key.public_key(), number + 1, now - DAY, now + DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made.append((builder if number else builder.add_extension(use, critical=True)).sign(key, hashes.SHA256()))
    return made


def anchors(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / "ca.pem").read_bytes())


class TestToken:
    def test_openssl_and_we_say_the_same_of_it(self, authority: Path, token: bytes) -> None:
        found = verify_token(token, IMPRINT, anchors(authority))
        assert found.anchored
        assert abs(found.time - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(hours=1)
        (authority / "token.der").write_bytes(token)
        said = openssl(
            "ts", "-verify", "-in", "token.der", "-token_in", "-digest", IMPRINT.hex(), "-CAfile", "ca.pem",
            folder=authority,
        )  # fmt: skip
        assert b"Verification: OK" in said

    @pytest.mark.long
    def test_an_rsa_authority_is_understood(self, tmp_path: Path) -> None:
        make_authority(tmp_path, key="rsa")
        assert verify_token(token_of(reply(tmp_path, request())), IMPRINT, anchors(tmp_path)).anchored

    def test_it_is_about_one_thing(self, authority: Path, token: bytes) -> None:
        with pytest.raises(Bad, match="about something else"):
            verify_token(token, hashlib.sha256(b"another").digest(), anchors(authority))

    def test_without_a_ca_it_is_not_anchored(self, token: bytes) -> None:
        assert not verify_token(token, IMPRINT, []).anchored

    def test_another_ca_does_not_vouch_for_it(self, token: bytes, tmp_path: Path) -> None:
        make_authority(tmp_path)
        with pytest.raises(Bad, match="none of the given CAs"):
            verify_token(token, IMPRINT, anchors(tmp_path))

    def test_the_certificate_has_to_be_for_stamping(self, authority: Path, token: bytes) -> None:
        """The use is looked at before the chain: openssl would not even sign with another."""
        signer = casework_verify.x509.load_pem_x509_certificate((authority / "ca.pem").read_bytes())
        with pytest.raises(Bad, match="not for time-stamping"):
            casework_verify._check_chain(signer, [], [], datetime.datetime.now(datetime.UTC))

    def test_the_certificate_has_to_be_valid_at_the_time(self, authority: Path) -> None:
        signer = x509.load_pem_x509_certificate((authority / "tsa.pem").read_bytes())
        with pytest.raises(Bad, match="not valid at that time"):
            casework_verify._check_chain(
                signer, [], anchors(authority), datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
            )

    def test_a_ca_that_may_not_sign_does_not_vouch(self, authority: Path, token: bytes) -> None:
        stamper = x509.load_pem_x509_certificates((authority / "tsa.pem").read_bytes())
        assert verify_token(token, IMPRINT, stamper).anchored
        assert not casework_verify._issued(stamper[0], stamper[0], 0)

    @pytest.mark.parametrize("named_by", ["issuer and number", "key"])
    def test_certificates_may_come_in_any_order(self, long_chain: Path, named_by: str) -> None:
        token = token_of(reply(long_chain, request()))
        certificates, sid = parts_of(token)
        assert len(certificates) == 4
        for order in itertools.permutations(certificates):
            changed = replaced(token, b"".join(certificates), b"".join(order))
            if named_by == "key":
                changed = replaced(changed, sid, key_of(long_chain))
            assert verify_token(changed, IMPRINT, anchors(long_chain)).anchored
        # One that is missing is no matter of order.
        without = next(each for each in certificates if b"Test BETWEEN1" in each and b"Test TSA" not in each)
        with pytest.raises(Bad, match="none of the given CAs"):
            verify_token(replaced(token, without, b""), IMPRINT, anchors(long_chain))

    def test_certificates_that_vouch_for_each_other_cost_little(
        self, authority: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        issued = casework_verify._issued
        monkeypatch.setattr(casework_verify, "_issued", lambda *args: asked.append(1) or issued(*args))
        signer, *crowd = crowd_of(13)
        assert issued(crowd[0], crowd[1], 0) and issued(crowd[1], crowd[0], 0)
        with pytest.raises(Bad, match="none of the given CAs"):
            casework_verify._check_chain(signer, crowd, anchors(authority), datetime.datetime.now(datetime.UTC))
        assert len(asked) <= 14**2

    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_no_change_of_it_stands_and_none_crashes(self, authority: Path, token: bytes, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(token) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "add", "swap"]))
        changed = bytearray(token)
        if kind == "flip":
            changed[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del changed[at:]
        elif kind == "add":
            changed += b"\x00"
        else:
            changed[at : at + 4] = b"\xff\xff\xff\xff"
        try:
            found = verify_token(bytes(changed), IMPRINT, anchors(authority))
        except Bad:
            return
        # What is not signed (a digest algorithm's name, the CA's copy) may change without changing what was said.
        assert found == verify_token(token, IMPRINT, anchors(authority))

    @hypothesis_settings(max_examples=40, deadline=None)
    @given(junk=st.binary(max_size=60))
    def test_junk_is_refused_in_words(self, junk: bytes) -> None:
        with pytest.raises(Bad):
            verify_token(junk, IMPRINT, [])
        with pytest.raises(Bad):
            token_of(junk)


@pytest.mark.django_db
class TestAuthorities:
    @pytest.fixture
    def head(self, cast: SimpleNamespace) -> Callable[..., Head]:
        def make(url: str, folder: Path | None = None) -> Head:
            settings.CASEWORK_TSA = [f"{url}|{folder / 'ca.pem'}" if folder else url]
            an_item(cast)
            head = sealing.seal()
            assert head is not None
            return head

        yield make
        settings.CASEWORK_TSA = []

    def test_a_head_is_stamped_and_verified_by_strangers(
        self, authority: Path, head: Callable[..., Head], exported: Callable[[], Path], verdict: Callable[..., Verdict]
    ) -> None:
        with answering(lambda query: reply(authority, query)) as (url, got):
            made = head(url, authority)
            assert stamping.stamp_waiting() == 1
            assert stamping.stamp_waiting() == 0
        assert len(got) == 1
        row = Stamping.objects.get()
        assert (row.result, row.problem, row.head_id) == ("sound", "", made.number)
        assert stamping.verify_again(everything=True) == []
        folder = exported()
        status, said = verdict("store", folder, "--tsa-ca", authority / "ca.pem")
        assert (status, said["wrong"]) == (0, [])
        assert said["facts"]["Stamps"].startswith("1 sound")
        line = json.loads((folder / "stamps.jsonl").read_text())
        line["token"] = base64.b64encode(base64.b64decode(line["token"])[:-9]).decode()
        (folder / "stamps.jsonl").write_text(json.dumps(line))
        status, said = verdict("store", folder, "--tsa-ca", authority / "ca.pem")
        assert (status, said["wrong"][0]["kind"]) == (1, "stamp")

    def test_without_its_ca_it_stands_unanchored_until_the_ca_is_given(
        self, authority: Path, head: Callable[..., Head]
    ) -> None:
        with answering(lambda query: reply(authority, query)) as (url, _got):
            head(url)
            stamping.stamp_waiting()
        assert Stamping.objects.get().result == "unanchored"
        settings.CASEWORK_TSA = [f"{url}|{authority / 'ca.pem'}"]
        stamping.verify_again()
        assert Stamping.objects.get().result == "sound"

    def test_a_token_that_does_not_hold_is_kept_and_shown(
        self, authority: Path, head: Callable[..., Head], tmp_path: Path
    ) -> None:
        make_authority(tmp_path / "other")
        with answering(lambda query: reply(authority, query)) as (url, _got):
            head(url, tmp_path / "other")
            stamping.stamp_waiting()
        row = Stamping.objects.get()
        assert row.result == "unsound"
        assert "none of the given CAs" in row.problem
        assert Stamp.objects.count() == 1
        assert len(stamping.verify_again(everything=True)) == 1

    def test_an_answer_to_another_request_is_not_taken(
        self, authority: Path, head: Callable[..., Head], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same imprint, an older nonce: a replay."""
        with answering(lambda query: reply(authority, query)) as (url, got):
            head(url, authority)
            monkeypatch.setattr(stamping, "conclude", lambda *a, **k: "not now")
            stamping.stamp_waiting()
            monkeypatch.undo()
            replayed = reply(authority, got[0])
        with answering(replayed) as (url, _got):
            settings.CASEWORK_TSA = [f"{url}|{authority / 'ca.pem'}"]
            Stamping.objects.update(authority=url)
            assert stamping.stamp_waiting() == 0
        assert Stamping.objects.get().result == "waiting"
        assert "another request" in Delivery.objects.get(place=url).problem

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (503, "answered 503"),
            ((302, {"Location": "http://127.0.0.1:1/"}), "redirect"),
            (b"<html>", "token"),
            (b"\x30\x03\x30\x01\x02", ""),
            (b"x" * (2 << 20), "more than"),
        ],
    )
    def test_one_that_fails_is_asked_again_ever_more_rarely(
        self, head: Callable[..., Head], answer: object, words: str
    ) -> None:
        with answering(answer) as (url, got):
            head(url)
            moment = clock.now()
            for minutes in (0, 1, 3):
                with clock.travelling_to(moment + datetime.timedelta(minutes=minutes, seconds=5)):
                    assert stamping.stamp_waiting() == 0
                    assert stamping.stamp_waiting() == 0
        assert len(got) == 3
        row = Delivery.objects.get(place=url)
        assert row.failures == 3
        assert words in row.problem
        assert Stamping.objects.get().result == "waiting"

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://user:secret@127.0.0.1/", "http://", "http://[x"])
    def test_an_address_that_is_none_is_not_called(self, head: Callable[..., Head], url: str) -> None:
        head(url)
        assert stamping.stamp_waiting() == 0
        assert Delivery.objects.get(place=url).problem == "is not an address that can be called"


@pytest.mark.django_db
class TestDelivery:
    def test_the_file_gets_each_head_once_whatever_crashed(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        sealing.seal()
        path = Path(settings.CASEWORK_HEADS_FILE)
        assert path.stat().st_mode & 0o777 == 0o600
        whole = path.read_bytes()
        # Written and not noted; cut off in the middle; gone altogether.
        Delivery.objects.all().delete()
        exporting.deliver_to_file()
        assert path.read_bytes() == whole
        path.write_bytes(whole[:-20])
        exporting.deliver_to_file()
        assert path.read_bytes() == whole
        path.unlink()
        exporting.deliver_to_file()
        assert path.read_bytes() == whole

    def test_a_file_that_knows_more_than_the_office_is_a_finding(self, cast: SimpleNamespace) -> None:
        an_item(cast)
        sealing.seal()
        path = Path(settings.CASEWORK_HEADS_FILE)
        line = json.loads(path.read_text())
        line["head"]["number"] = 9
        path.write_text(f"{path.read_text()}{json.dumps(line)}\n")
        before = path.read_bytes()
        assert not exporting.deliver_to_file()
        assert "head 9, which this office does not have" in Delivery.objects.get(place="file").problem
        assert path.read_bytes() == before

    def test_a_file_that_cannot_be_written_stops_nothing(self, cast: SimpleNamespace, tmp_path: Path) -> None:
        settings.CASEWORK_HEADS_FILE = tmp_path / "nowhere" / "heads.jsonl"
        an_item(cast)
        assert sealing.seal() is not None
        assert Delivery.objects.get(place="file").failures == 1

    def test_another_host_gets_every_head_in_order_after_it_failed(self, cast: SimpleNamespace) -> None:
        try:
            with answering(500, b"", 500, b"") as (url, got):
                settings.CASEWORK_HEADS_URL = url
                for number in range(3):
                    an_item(cast, f"Page {number}", f"page {number}".encode())
                    sealing.seal()
                moment = clock.now()
                for minutes in (0, 2, 4):
                    with clock.travelling_to(moment + datetime.timedelta(minutes=minutes)):
                        exporting.deliver_to_address()
            numbers = [json.loads(body)["head"]["number"] for body in got]
            assert numbers == [1, 1, 2, 2, 3]
            assert Delivery.objects.get(place="address").last_number == 3
        finally:
            settings.CASEWORK_HEADS_URL = ""
