"""Synthetic web archives: WARC files, WACZ with its lists, and signatures of both kinds over them."""

from __future__ import annotations

import base64
import datetime
import hashlib
import io
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.imports.exports import packed

URL, WHEN = "https://news.example.org/one", "2024-10-06T07:00:00Z"
HTML = (
    b"<html><head><title>The page</title><style>.x{}</style></head><body><script>alert(1)</script>"
    b"<p>\xd0\xa1\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xb0 of it</p><img src=x onerror=alert(1)></body></html>"
)


def warc(pages: Mapping[str, bytes] | None = None) -> bytes:
    """Responses and requests of pages, compressed."""
    made = io.BytesIO()
    writer = WARCWriter(made, gzip=True)
    for url, body in (pages or {URL: HTML}).items():
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        stated = {"WARC-Date": WHEN}
        writer.write_record(
            writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=headers, warc_headers_dict=stated)
        )
        asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example.org")], is_http_request=True)
        writer.write_record(writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=stated))
    return made.getvalue()


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def wacz(sign: Any = None, *, records: bytes | None = None, extra: Mapping[str, bytes] | None = None,
         spoil: str = "") -> bytes:  # fmt: skip
    """A WACZ of one page and one further; `sign` makes signedData of a digest, `spoil` changes a file afterwards."""
    files = {
        "archive/data.warc.gz": records or warc({URL: HTML, f"{URL}/more": HTML}),
        "pages/pages.jsonl": _lines({"format": "json-pages-1.0"}, {"url": URL, "ts": WHEN, "title": "Stated title"}),
        "pages/extraPages.jsonl": _lines({"format": "json-pages-1.0"}, {"url": f"{URL}/more", "ts": WHEN}),
    }
    resources = [{"path": path, "hash": sha256(data), "bytes": len(data)} for path, data in files.items()]
    manifest = json.dumps(
        {"profile": "data-package", "wacz_version": "1.1.1", "software": "crawler 1", "resources": resources}
    )
    digest: dict[str, Any] = {"path": "datapackage.json", "hash": sha256(manifest.encode())}
    if sign:
        digest["signedData"] = sign(digest["hash"])
    files |= {"datapackage.json": manifest.encode(), "datapackage-digest.json": json.dumps(digest).encode()}
    files |= dict(extra or {})
    if spoil:
        files[spoil] = files[spoil].replace(b"crawler 1", b"crawler 2") if "json" in spoil else files[spoil] + b"x"
    return packed(files)


def _lines(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def anonymous(key: ec.EllipticCurvePrivateKey, *, browser: bool = True) -> Any:
    """Signs as a browser's archiver does, with the two numbers of the signature side by side."""

    def sign(digest: str) -> dict[str, Any]:
        made = key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))
        if browser:
            width = (key.curve.key_size + 7) // 8
            made = b"".join(number.to_bytes(width, "big") for number in utils.decode_dss_signature(made))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "hash": digest, "created": WHEN, "software": "archiver 1", "signature": base64.b64encode(made).decode(),
            "publicKey": base64.b64encode(public).decode(),
        }  # fmt: skip

    return sign


class Authority:
    """A local authority: issues a certificate for a domain, and time-stamps, by openssl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root_key, self.key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Test root", self.root_key, self.root_key, "Test root", ca=True)
        self.leaf = self._certificate("sign.example.org", self.key, self.root_key, "Test root")
        self.stamp_key = ec.generate_private_key(ec.SECP256R1())
        self.stamper = self._certificate("Test stamps", self.stamp_key, self.root_key, "Test root", stamps=True)

    def sign(self, digest: str, *, domain: str = "sign.example.org", created: str = "") -> dict[str, Any]:
        """signedData as a signing server makes it."""
        made = base64.b64encode(self.key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))).decode()
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        return {
            "hash": digest, "created": created or now.isoformat(), "software": "server 1", "signature": made,
            "domain": domain, "domainCert": _pem(self.leaf, self.root), "timestampCert": _pem(self.stamper, self.root),
            "timeSignature": base64.b64encode(self.stamp(made.encode())).decode(),
        }  # fmt: skip

    def stamp(self, data: bytes) -> bytes:
        """A time-stamp response over data."""
        at = self.folder
        (at / "data").write_bytes(data)
        (at / "stamp.pem").write_bytes(self.stamper.public_bytes(serialization.Encoding.PEM))
        (at / "root.pem").write_bytes(self.root.public_bytes(serialization.Encoding.PEM))
        key = self.stamp_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (at / "stamp.key").write_bytes(key)
        (at / "serial").write_text("01")
        (at / "tsa.cnf").write_text(_CONFIGURATION.format(folder=at))
        run = ["openssl", "ts", "-query", "-data", at / "data", "-sha256", "-cert", "-out", at / "query"]
        subprocess.run(run, check=True, capture_output=True)
        run = ["openssl", "ts", "-reply", "-config", at / "tsa.cnf", "-queryfile", at / "query", "-out", at / "reply"]
        subprocess.run(run, check=True, capture_output=True)
        return (at / "reply").read_bytes()

    def _certificate(
        self, name: str, key: Any, issuer_key: Any, issuer: str, *, ca: bool = False, stamps: bool = False
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        named = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])  # noqa: E731
        builder = (
            x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )  # fmt: skip
        # Authorities that issue say what for, and those that stamp do nothing else.
        uses = dict.fromkeys(_USES, False) | {"key_cert_sign" if ca else "digital_signature": True}
        builder = builder.add_extension(x509.KeyUsage(**uses), critical=True)
        if stamps:
            usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(issuer_key, hashes.SHA256())


def _pem(*certificates: x509.Certificate) -> str:
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)


_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
_CONFIGURATION = """
[tsa]
default_tsa = made
[made]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/stamp.pem
certs = {folder}/root.pem
signer_key = {folder}/stamp.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
