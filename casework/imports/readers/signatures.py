"""The signature of a web archive (WACZ Signing and Verification 0.1): checked offline, step by step, each step told.

Signed is the text "sha256:…", the digest of datapackage.json, which itself holds the digests of everything else. Either
an anonymous key signed, which proves that nothing changed since, or a key with a certificate for a domain, whose
signature a time-stamp authority confirmed. Which roots are to be trusted is for the reader to judge: the end of each
chain is named.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.integrity.casework_verify import Bad, CannotCheck, token_of, verify_token

STAMP_WITHIN = datetime.timedelta(minutes=10)
MOST_CERTIFICATES = 10


class Failed(Exception):
    """A step that does not hold; the message says which and why."""


@dataclass
class Verdict:
    """valid, invalid or unsigned, and what was checked, in words."""

    outcome: str = "unsigned"
    steps: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        names = {"valid": _("valid"), "invalid": _("invalid"), "unsigned": _("unsigned")}
        checked = "; ".join(self.steps)
        return f"{names[self.outcome]} ({checked})" if checked else names[self.outcome]


def verify(signed: Any, manifest: bytes) -> Verdict:
    """What `signedData` of datapackage-digest.json proves of the bytes of datapackage.json."""
    if not signed:
        return Verdict()
    verdict = Verdict("valid")
    try:
        if not isinstance(signed, dict):
            raise Failed(_("what should be the signature is none"))
        _check_digest(signed, manifest, verdict)
        if signed.get("domainCert"):
            _check_domain(signed, verdict)
        else:
            _check_key(signed, verdict)
    except Failed as error:
        verdict.outcome = "invalid"
        verdict.steps.append(str(error))
    except (ValueError, TypeError, KeyError, IndexError, UnsupportedAlgorithm, binascii.Error) as error:
        verdict.outcome = "invalid"
        verdict.steps.append(_("the signature cannot be read (%(kind)s)") % {"kind": type(error).__name__})
    return verdict


def _check_digest(signed: dict[str, Any], manifest: bytes, verdict: Verdict) -> None:
    if signed.get("hash") != f"sha256:{hashlib.sha256(manifest).hexdigest()}":
        raise Failed(_("it was made for another list of contents"))
    verdict.steps.append(_("made for this list of contents"))


def _check_key(signed: dict[str, Any], verdict: Verdict) -> None:
    """An anonymous key: the list is as it was when signed, by whoever holds the key."""
    key = load_der_public_key(_decoded(signed, "publicKey"))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _signs(key, signed):
        raise Failed(_("the key did not sign this"))
    digest = hashlib.sha256(_decoded(signed, "publicKey")).hexdigest()[:16]
    verdict.steps.append(_("signed by an anonymous key, SHA-256 %(digest)s…") % {"digest": digest})


def _check_domain(signed: dict[str, Any], verdict: Verdict) -> None:
    chain = _chain(signed.get("domainCert"), _("the certificate of the domain"))
    key, domain = chain[0].public_key(), str(signed.get("domain") or "")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not _signs(key, signed):
        raise Failed(_("the key of the certificate did not sign this"))
    if domain.lower() not in _names(chain[0]):
        raise Failed(_("the certificate is not for %(domain)s") % {"domain": domain[:100]})
    created = parse_datetime(str(signed.get("created") or ""))
    if created is None or created.tzinfo is None:
        raise Failed(_("it does not say when it was made"))
    if not chain[0].not_valid_before_utc <= created <= chain[0].not_valid_after_utc:
        raise Failed(_("the certificate was not valid when it was made"))
    said = {"domain": domain, "root": _issuer(chain[-1])}
    verdict.steps.append(_("signed by %(domain)s, whose certificate leads to %(root)s") % said)
    _check_stamp(signed, created, verdict)


def _check_stamp(signed: dict[str, Any], created: datetime.datetime, verdict: Verdict) -> None:
    """The time-stamp on the signature, by the chain that came with it."""
    if not signed.get("timeSignature"):
        raise Failed(_("there is no time-stamp on the signature"))
    chain = _chain(signed.get("timestampCert"), _("the certificate of the time-stamp"))
    imprint = hashlib.sha256(str(signed["signature"]).encode("ascii")).digest()
    try:
        stamped = verify_token(token_of(_decoded(signed, "timeSignature")), imprint, [chain[-1]]).time
    except (Bad, CannotCheck) as error:
        raise Failed(_("the time-stamp does not hold: %(reason)s") % {"reason": str(error)[:200]}) from error
    said = {"time": f"{stamped:%Y-%m-%d %H:%M:%S} UTC", "root": _issuer(chain[-1])}
    if abs(stamped - created) > STAMP_WITHIN:
        raise Failed(_("the time-stamp is of %(time)s, not of when it was made") % said)
    verdict.steps.append(_("time-stamped at %(time)s, by a certificate that leads to %(root)s") % said)


def _signs(key: ec.EllipticCurvePublicKey, signed: dict[str, Any]) -> bool:
    """Whether the key made the signature: ECDSA in either of its two encodings, as servers and browsers write it."""
    given, said = _decoded(signed, "signature"), str(signed["hash"]).encode("ascii")
    encodings = [given]
    width = (key.curve.key_size + 7) // 8
    if len(given) == 2 * width:
        numbers = int.from_bytes(given[:width], "big"), int.from_bytes(given[width:], "big")
        encodings.append(utils.encode_dss_signature(*numbers))
    for signature in encodings:
        for digest in (hashes.SHA256(), hashes.SHA384()):
            try:
                key.verify(signature, said, ec.ECDSA(digest))
            except InvalidSignature:
                continue
            return True
    return False


def _chain(pem: Any, name: str) -> list[x509.Certificate]:
    """Certificates of which each was issued by the next."""
    chain = x509.load_pem_x509_certificates(str(pem or "").encode("ascii"))
    if len(chain) > MOST_CERTIFICATES:
        raise Failed(_("%(name)s has too long a chain") % {"name": name})
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise Failed(_("%(name)s was not issued by the one after it") % {"name": name}) from error
    return chain


def _names(certificate: x509.Certificate) -> set[str]:
    found = {str(part.value) for part in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)}
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found |= set(names.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        pass
    return {name.lower() for name in found}


def _issuer(certificate: x509.Certificate) -> str:
    return certificate.issuer.rfc4514_string()[:120]


def _decoded(signed: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(str(signed.get(name) or ""), validate=True)
