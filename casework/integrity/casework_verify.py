#!/usr/bin/env python3
"""casework-verify: checks what a casework office gives out, without that office.

One file; needs Python 3.11 and the package `cryptography`, and neither the office's program nor its database nor trust
in either. Three things can be checked:

    python casework_verify.py store EXPORT --blobs STORE --heads SAVED.jsonl --key office.pem --tsa-ca ca.pem
    python casework_verify.py item EXTRACT.json --files FILE ... --heads SAVED.jsonl
    python casework_verify.py package PACKAGE.zip --sha256 HASH

It recomputes every link of every chain from its canonical bytes, checks the signature of every head, that each head
follows the one before, that what each head saw is still there, that time-stamps belong to heads, and that files have
their hashes.
Heads that were saved somewhere the office cannot reach are what makes this worth something: give them with --heads.

Ends with 0 when everything holds, 1 when something does not (each line WRONG names it), 2 when it could not be checked.

Formats
    link        hash = SHA-256(hash of the link before, or 32 zero bytes; canonical JSON of the payload)
    canonical   UTF-8 JSON, keys sorted, no spaces, no escapes but those that JSON demands
    head        {"format", "office", "number", "made_at", "previous", "audit": {"position", "hash"}, "root", "key"};
                its hash is the SHA-256 of its canonical form, which is what is signed (Ed25519) and time-stamped
    root        Merkle root (the tree of RFC 6962) over the points of the head, each [kind, key, position, hash]: every
                chain that moved since the head before, and where it then ended
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

HEAD_FORMAT, ITEM_FORMAT = "casework-head-1", "casework-item-1"
PACKAGE_FORMAT, PROOF_FORMAT = "casework-package-1", "casework-package-proof-1"
GENESIS = b"\x00" * 32
PIECE = 1 << 20
LONGEST_LINE = 64 << 20
LARGEST_JSON = 256 << 20
MOST_NAMED = 20
MOST_ISSUERS = 9
LATE = dt.timedelta(hours=1)
"""A link that calls itself older than the last head by more than this, and that no head has seen, is pointed out."""


class Bad(Exception):
    """What is wrong with one thing, in words."""


class CannotCheck(Exception):
    """Why nothing could be checked at all."""


# Bytes and JSON -------------------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value. Raises Bad for what has none."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise Bad(f"there is no canonical form: {_short(error)}") from None


def link_hash(previous: bytes, payload: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(payload)).digest()


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object, strictly. Raises Bad."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Bad(f"{what} cannot be read: {_short(error)}") from None
    if not isinstance(value, dict):
        raise Bad(f"{what} is not a JSON object")
    return value


def _short(error: object) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


def _printable(text: str) -> str:
    """Text that no terminal obeys: what is not plain ASCII is written as its code."""
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)


def get(record: Mapping[str, Any], name: str, kind: type, what: str) -> Any:
    """A field of the expected type. Raises Bad."""
    value = record.get(name) if isinstance(record, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Bad(f"{what} has no proper {name}")
    return value


def unhex(text: Any, size: int, what: str) -> bytes:
    """`size` bytes from lower-case hexadecimal digits. Raises Bad."""
    try:
        found = bytes.fromhex(text) if isinstance(text, str) and len(text) == 2 * size else b""
    except ValueError:
        found = b""
    if len(found) != size or found.hex() != text:
        raise Bad(f"{what} is not {size} bytes in hexadecimal")
    return found


def moment(text: Any, what: str) -> dt.datetime:
    """A time with a zone. Raises Bad."""
    try:
        value = dt.datetime.fromisoformat(text)
        if value.tzinfo and 1900 < value.year < 9000:
            return value.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        pass
    raise Bad(f"{what} is not a time with its zone")


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines of a file of JSON lines, blank ones left out. Raises Bad for a line beyond all measure."""
    try:
        with open(path, "rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise Bad(f"{path.name}, line {number} is longer than {LONGEST_LINE} bytes")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise Bad(f"{path.name} cannot be read: {error.strerror}") from None


def read_object(path: Path) -> dict[str, Any]:
    """A file that is one JSON object. Raises CannotCheck when it is not there, Bad when it is malformed."""
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise Bad(f"{path.name} is larger than {LARGEST_JSON} bytes")
        return parse(path.read_bytes(), path.name)
    except OSError as error:
        raise CannotCheck(f"{path} cannot be read: {error.strerror}") from None


def digest_of(file: IO[bytes], limit: int | None = None) -> tuple[str, int]:
    """SHA-256 and size of what is left of a file; stops beyond `limit` bytes."""
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
        if limit is not None and size > limit:
            break
    return digest.hexdigest(), size


# The report -----------------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What was looked at, what is wrong, and what is no error but ought to be known."""

    facts: dict[str, str] = field(default_factory=dict)
    wrong: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: int = 0

    def fail(self, kind: str, where: str, what: str) -> None:
        """Note one thing that does not hold. `kind` is one word for a program to sort by."""
        self.wrong.append({"kind": kind, "where": where, "what": what})

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @property
    def whole(self) -> bool:
        return not self.wrong

    def text(self) -> str:
        """The report for a person."""
        lines = [f"{name:<12}{fact}" for name, fact in self.facts.items()]
        lines += [f"{'NOTE':<12}{note}" for note in self.notes]
        lines += [f"{'WRONG':<12}{each['where']}: {each['what']}" for each in self.wrong]
        end = "Everything that was checked holds." if self.whole else f"DOES NOT HOLD: {len(self.wrong)} wrong."
        return "\n".join(_printable(line) for line in [*lines, end])

    def as_json(self) -> str:
        found = {"whole": self.whole, "facts": self.facts, "wrong": self.wrong, "notes": self.notes}
        return json.dumps(found, indent=2, ensure_ascii=True)


# Merkle trees ---------------------------------------------------------------------------------------------------------


def leaf_of(point: Sequence[Any]) -> bytes:
    return hashlib.sha256(b"\x00" + canonical(list(point))).digest()


def root_of(points: Iterable[Sequence[Any]]) -> bytes:
    """The root over points in their order; of none, the SHA-256 of nothing."""
    level = [leaf_of(point) for point in points]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def root_by_path(point: Sequence[Any], path: Any) -> bytes:
    """The root that a point and its path of [side, hash] lead to. Raises Bad."""
    node = leaf_of(point)
    if not isinstance(path, list) or len(path) > 64:
        raise Bad("the proof is no path")
    for step in path:
        if not isinstance(step, list) or len(step) != 2 or step[0] not in ("left", "right"):
            raise Bad("the proof has a step that is none")
        other = unhex(step[1], 32, "a step of the proof")
        node = hashlib.sha256(b"\x01" + (other + node if step[0] == "left" else node + other)).digest()
    return node


def check_point(point: Any) -> tuple[str, str, int, bytes]:
    """[kind, key, position, hash] as a head lists it. Raises Bad."""
    if not isinstance(point, list) or len(point) != 4:
        raise Bad("a point is not [kind, key, position, hash]")
    kind, key, position, digest = point
    right = isinstance(kind, str) and isinstance(key, str) and type(position) is int and position > 0
    if not right:
        raise Bad("a point is not [kind, key, position, hash]")
    return kind, key, position, unhex(digest, 32, "the hash of a point")


# Heads ----------------------------------------------------------------------------------------------------------------


@dataclass
class Head:
    """One signed head. `points` is None when only proofs of some of them came along."""

    number: int
    made_at: dt.datetime
    office: str
    previous: bytes
    hash: bytes
    audit_position: int
    audit_hash: bytes
    root: bytes
    key: str
    public: bytes
    next_key: bytes | None
    points: list[tuple[str, str, int, bytes]] | None


def key_id(public: bytes) -> str:
    """What a public key is called: the first 16 digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def read_head(record: Mapping[str, Any], what: str) -> Head:
    """One line of a file of heads: form, hash, signature and root are checked. Raises Bad."""
    body = get(record, "head", dict, what)
    number = get(body, "number", int, what)
    what = f"head {number}"
    if body.get("format") != HEAD_FORMAT or number < 1:
        raise Bad(f"{what} is not in the format {HEAD_FORMAT}")
    public = unhex(record.get("public_key"), 32, f"the public key of {what}")
    data = canonical(body)
    digest = hashlib.sha256(data).digest()
    if record.get("hash", digest.hex()) != digest.hex():
        raise Bad(f"{what} was altered: its hash is another")
    _check_signature(public, unhex(record.get("signature"), 64, f"the signature of {what}"), data, what)
    if body.get("key") != key_id(public):
        raise Bad(f"{what} names another key than the one that signed it")
    audit = get(body, "audit", dict, what)
    root = unhex(body.get("root"), 32, f"the root of {what}")
    return Head(
        number, moment(body.get("made_at"), f"the time of {what}"), get(body, "office", str, what),
        unhex(body.get("previous"), 32, f"what {what} follows"), digest, get(audit, "position", int, what),
        unhex(audit.get("hash"), 32, f"the audit's hash in {what}"), root, key_id(public), public,
        _next_key(body, what), _points(record, root, what),
    )  # fmt: skip


def _check_signature(public: bytes, signature: bytes, data: bytes, what: str) -> None:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise Bad(f"{what}: the signature is not that of its key") from None


def _next_key(body: Mapping[str, Any], what: str) -> bytes | None:
    said = body.get("next_key")
    if said is None:
        return None
    public = unhex(get(body, "next_key", dict, what).get("public"), 32, f"the next key in {what}")
    if said.get("id") != key_id(public):
        raise Bad(f"{what} gives the next key a wrong name")
    return public


def _points(record: Mapping[str, Any], root: bytes, what: str) -> list[tuple[str, str, int, bytes]] | None:
    """The head's whole list, or the points proved by paths; None when neither is there."""
    if "points" in record:
        listed = get(record, "points", list, what)
        points = [check_point(point) for point in listed]
        if root_of(listed) != root:
            raise Bad(f"{what}: its list of chains is not the one that was signed")
        return points
    if "proofs" not in record:
        return None
    proved = []
    for proof in get(record, "proofs", list, what):
        point = get(proof, "point", list, what)
        proved.append(check_point(point))
        if root_by_path(point, proof.get("path")) != root:
            raise Bad(f"{what}: a proof does not lead to what was signed")
    return proved


def heads_in(path: Path, report: Report) -> dict[int, Head]:
    """The heads of a file of JSON lines, by number. A line that a crash cut off is only noted when others follow: what
    it held follows too, or is missed as a gap."""
    heads: dict[int, Head] = {}
    broken: list[str] = []
    cut: list[str] = []
    try:
        for number, line in read_lines(path):
            for each in cut:
                report.note(f"{path.name}, {each}; it was left out.")
            cut = []
            try:
                record = parse(line, f"line {number}")
            except Bad as error:
                cut = [str(error)]
                continue
            try:
                take_head(heads, read_head(record, f"line {number}"))
            except Bad as error:
                broken.append(f"line {number}: {error}")
    except Bad as error:
        broken.append(str(error))
    for each in [*broken[:MOST_NAMED], *cut]:
        report.fail("head", path.name, each)
    return heads


def take_head(heads: dict[int, Head], head: Head) -> None:
    """Add one head. Raises Bad when there is another of its number."""
    other = heads.setdefault(head.number, head)
    if other.hash != head.hash:
        raise Bad(f"there are two different heads {head.number}")
    if other.points is None:
        heads[head.number] = head


def check_head_chain(heads: dict[int, Head], keys: Sequence[bytes], report: Report, *, sparse: bool = False) -> None:
    """That heads follow one another and are signed by keys that somebody vouched for.

    `keys` are public keys known from elsewhere. `sparse`: only some of the heads are here, so only the keys are asked.
    """
    vouched = {key_id(key) for key in keys}
    expected: str | None = None
    last: Head | None = None
    for number in sorted(heads):
        head = heads[number]
        if last is not None and not sparse:
            _check_follows(head, last, report)
        if expected is None and not vouched:
            report.note(f"No key was given: key {head.key} of head {number} is believed because it came along.")
        _check_key(head, expected, vouched, report, sparse=sparse)
        expected = key_id(head.next_key) if head.next_key else head.key
        last = head
    first = heads[min(heads)] if heads else None
    if first and first.number == 1 and first.previous != GENESIS:
        report.fail("head", "head 1", "is said to follow another head")
    if first and first.number > 1 and not sparse:
        report.note(f"The heads begin with number {first.number}; what lies before is known through the chains alone.")


def _check_follows(head: Head, last: Head, report: Report) -> None:
    where = f"head {head.number}"
    if head.number != last.number + 1:
        report.fail("head", where, f"head {last.number + 1} is missing before it")
    elif head.previous != last.hash:
        report.fail("head", where, f"does not follow head {last.number}: one of them was replaced")
    if head.office != last.office:
        report.fail("head", where, "belongs to another office")
    if head.audit_position < last.audit_position:
        report.fail("head", where, "saw a shorter audit than the head before it")


def _check_key(head: Head, expected: str | None, vouched: set[str], report: Report, *, sparse: bool) -> None:
    where = f"head {head.number}"
    if expected is None or sparse:
        if vouched and head.key not in vouched:
            report.fail("key", where, f"is signed by key {head.key}, which is none of those given")
    elif head.key != expected:
        if head.key not in vouched:
            report.fail("key", where, f"is signed by key {head.key}, in which no earlier key had signed")
        else:
            report.note(f"Head {head.number} begins key {head.key}, given here, without the word of the key before.")


def read_key(path: Path) -> bytes:
    """A public key: PEM, or 64 hexadecimal digits. Raises CannotCheck."""
    try:
        data = path.read_bytes()
        if b"-----BEGIN" in data:
            key = serialization.load_pem_public_key(data)
            if isinstance(key, ed25519.Ed25519PublicKey):
                return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        else:
            return unhex(data.decode("ascii").strip(), 32, "the key")
    except (OSError, ValueError, Bad, TypeError) as error:
        raise CannotCheck(f"the key {path} cannot be used: {_short(error)}") from None
    raise CannotCheck(f"the key {path} is not an Ed25519 key")


# Chains ---------------------------------------------------------------------------------------------------------------


@dataclass
class Chain:
    """A walk along one chain, link by link. `points` maps positions to what heads saw there: {hash: head's number}."""

    name: str
    report: Report
    points: dict[int, dict[bytes, int]] = field(default_factory=dict)
    position: int = 0
    hash: bytes = GENESIS
    named: int = 0
    late: int = 0
    seen_to: int = 0

    def __post_init__(self) -> None:
        self.seen_to = max(self.points, default=0)

    def wrong(self, kind: str, what: str) -> None:
        self.named += 1
        if self.named <= MOST_NAMED:
            self.report.fail(kind, self.name, what)

    def take(self, record: Mapping[str, Any], *, last_head: Head | None = None) -> Mapping[str, Any]:
        """Check one link and go on to it; returns its payload. Raises Bad when it is no link at all."""
        payload = get(record, "payload", dict, "a link")
        position = get(payload, "position", int, "a link")
        stored = unhex(record.get("hash"), 32, f"the hash of link {position}")
        previous = unhex(record.get("previous"), 32, f"what link {position} follows")
        if position != self.position + 1:
            gone = f"link {self.position + 1} is missing: link {position} comes next"
            self.wrong("missing", gone if position > self.position else f"link {position} stands at a wrong place")
            self.hash = previous
        if previous != self.hash:
            self.wrong("broken", f"link {position} does not follow the one before")
        computed = link_hash(self.hash, payload)
        if computed != stored:
            self.wrong("altered", f"link {position} was altered")
        self._compare(position, computed)
        self.position, self.hash = max(position, self.position), stored
        self._look_at_time(payload, last_head)
        return payload

    def _compare(self, position: int, computed: bytes) -> None:
        for seen, number in self.points.pop(position, {}).items():
            if seen != computed:
                self.wrong("rewritten", f"link {position} is not the one that head {number} saw")

    def _look_at_time(self, payload: Mapping[str, Any], last_head: Head | None) -> None:
        if last_head is None or self.position <= self.seen_to:
            return
        try:
            self.late += moment(payload.get("at"), "") < last_head.made_at - LATE
        except Bad:
            self.late += 1

    def end(self) -> None:
        """Called after the last link: everything that a head saw must have been met."""
        for position, seen in sorted(self.points.items()):
            number = min(seen.values())
            self.wrong("cut", f"ends at link {self.position}, but head {number} saw link {position}")
        if self.named > MOST_NAMED:
            self.report.note(f"{self.name}: {self.named - MOST_NAMED} more that are wrong are not named.")


@dataclass
class Seen:
    """Where each chain ended as heads saw it."""

    audit: dict[int, dict[bytes, int]] = field(default_factory=dict)
    custody: dict[str, dict[int, dict[bytes, int]]] = field(default_factory=dict)
    last: Head | None = None
    ends: dict[str, int] = field(default_factory=dict)

    @classmethod
    def by(cls, heads: Mapping[int, Head]) -> Seen:
        seen = cls()
        for number in sorted(heads):
            head = seen.last = heads[number]
            if head.audit_position:
                seen.audit.setdefault(head.audit_position, {})[head.audit_hash] = number
            for kind, key, position, digest in head.points or ():
                if kind == "custody":
                    seen.custody.setdefault(key, {}).setdefault(position, {})[digest] = number
                    seen.ends[key] = max(position, seen.ends.get(key, 0))
        return seen


def check_audit(path: Path, seen: Seen, report: Report) -> None:
    """The audit's chain, in one pass at constant memory."""
    end = max(seen.audit, default=0)
    chain = Chain("audit", report, seen.audit)
    try:
        for number, line in read_lines(path):
            try:
                chain.take(parse(line, f"line {number}"))
            except Bad as error:
                chain.wrong("malformed", f"line {number}: {error}")
    except Bad as error:
        chain.wrong("malformed", str(error))
    chain.end()
    report.facts["Audit"] = f"{chain.position} links, {_window(chain.position - end, seen)}"


def _window(after: int, seen: Seen) -> str:
    if seen.last is None:
        return "no head to hold them against"
    made = seen.last.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{max(after, 0)} after head {seen.last.number} of {made}"


def check_custody(path: Path, seen: Seen, report: Report) -> dict[str, str]:
    """The chains of all items, in one pass. Returns the hashes of files that they say were received, with the item."""
    files: dict[str, str] = {}
    done: set[str] = set()
    chain: Chain | None = None
    links = window = late = 0
    try:
        for number, line in read_lines(path):
            try:
                record = parse(line, f"line {number}")
                item = get(record, "item", str, f"line {number}")
            except Bad as error:
                report.fail("malformed", path.name, str(error))
                continue
            if chain is None or chain.name != f"custody of {item}":
                window, late = _leave(chain, seen, window, late)
                chain = _enter(item, seen, done, report)
            links += 1
            _take_custody(chain, record, item, number, files, seen)
    except Bad as error:
        report.fail("malformed", path.name, str(error))
    window, late = _leave(chain, seen, window, late)
    for item in sorted(set(seen.custody) - done):
        number = min(min(each.values()) for each in seen.custody[item].values())
        report.fail("missing", f"custody of {item}", f"every link is missing, but head {number} saw it")
    if late:
        report.note(f"{late} links of custody lie after the last head though they call themselves older than it.")
    report.facts["Custody"] = f"{len(done)} items, {links} links, {_window(window, seen)}"
    return files


def _enter(item: str, seen: Seen, done: set[str], report: Report) -> Chain:
    chain = Chain(f"custody of {item}", report, {} if item in done else dict(seen.custody.get(item, {})))
    if item in done:
        chain.wrong("malformed", "its links do not stand together")
    done.add(item)
    return chain


def _leave(chain: Chain | None, seen: Seen, window: int, late: int) -> tuple[int, int]:
    if chain is None:
        return window, late
    chain.end()
    item = chain.name.removeprefix("custody of ")
    return window + max(chain.position - seen.ends.get(item, 0), 0), late + chain.late


def _take_custody(
    chain: Chain, record: Mapping[str, Any], item: str, number: int, files: dict[str, str], seen: Seen
) -> None:
    try:
        payload = chain.take(record, last_head=seen.last)
    except Bad as error:
        chain.wrong("malformed", f"line {number}: {error}")
        return
    if payload.get("item") != item:
        chain.wrong("altered", f"link {payload.get('position')} belongs to another item")
    digest = payload.get("sha256")
    if payload.get("act") == "file_added" and isinstance(digest, str) and digest:
        files.setdefault(digest, item)


# Files ----------------------------------------------------------------------------------------------------------------


def check_blobs(folder: Path, wanted: Mapping[str, str], report: Report) -> None:
    """Hash every file of a store, and miss none that custody speaks of."""
    root = folder / "sha256" if (folder / "sha256").is_dir() else folder
    if not root.is_dir():
        raise CannotCheck(f"{folder} is no folder of files")
    found, size = set(), 0
    for path in _walk(root):
        name = path.name
        used = f"; item {wanted[name]} holds it" if name in wanted else ""
        try:
            with open(path, "rb") as file:
                digest, length = digest_of(file)
        except OSError as error:
            report.fail("file", name, f"cannot be read: {error.strerror}{used}")
            continue
        found.add(name)
        size += length
        if digest != name:
            report.fail("file", name, f"does not have this hash: {length} bytes with {digest}{used}")
    for digest in sorted(set(wanted) - found):
        report.fail("file", digest, f"is missing; item {wanted[digest]} holds it")
    report.facts["Files"] = f"{len(found)} hashed, {size} bytes; custody speaks of {len(wanted)}"


def _walk(root: Path) -> Iterator[Path]:
    """Regular files at their places, `ab/cd/<hash>`; links are not followed."""
    for folder, folders, names in os.walk(root, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if not path.is_symlink() and path.is_file():
                yield path


# Time-stamps (RFC 3161, in the DER of RFC 5652) ---------------------------------------------------------------------


@dataclass(frozen=True)
class Der:
    """One value of DER: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    raw: bytes

    def expect(self, tag: int, what: str) -> Der:
        if self.tag != tag:
            raise Bad(f"{what} is not what it should be (tag {self.tag:#04x})")
        return self

    def items(self) -> list[Der]:
        """What a constructed value holds."""
        found, at = [], 0
        while at < len(self.content):
            value = read_der(self.content, at)
            found.append(value)
            at += len(value.raw)
        return found

    def number(self, what: str) -> int:
        content = self.expect(0x02, what).content
        if not content:
            raise Bad(f"{what} is empty")
        return int.from_bytes(content, "big", signed=True)

    def oid(self, what: str) -> str:
        content = self.expect(0x06, what).content
        if not content or content[-1] & 0x80 or len(content) > 64:
            raise Bad(f"{what} is not an object identifier")
        parts, value = [], 0
        for byte in content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(value)
                value = 0
        first = min(parts[0] // 40, 2)
        return ".".join(map(str, [first, parts[0] - 40 * first, *parts[1:]]))


def read_der(data: bytes, at: int = 0) -> Der:
    """The value that begins at `at`. Only definite lengths: DER has no others. Raises Bad."""
    head = data[at : at + 2]
    if len(head) < 2 or head[0] & 0x1F == 0x1F:
        raise Bad("the token is cut off or has a tag that cannot be here")
    length, begins = head[1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or len(data) < begins + size:
            raise Bad("the token has a length that is none")
        length, begins = int.from_bytes(data[begins : begins + size], "big"), begins + size
    if len(data) < begins + length:
        raise Bad("the token is cut off")
    return Der(head[0], data[begins : begins + length], data[at : begins + length])


def whole_der(data: bytes, what: str) -> Der:
    """The one value that `data` is. Raises Bad when something follows it."""
    value = read_der(data)
    if len(value.raw) != len(data):
        raise Bad(f"{what} is followed by something else")
    return value


SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
DIGESTS: dict[str, type[Any]] = {
    "1.3.14.3.2.26": hashes.SHA1, "2.16.840.1.101.3.4.2.1": hashes.SHA256, "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}  # fmt: skip
SIGNATURES: dict[str, type[Any]] = {
    "1.2.840.113549.1.1.11": hashes.SHA256, "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512, "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384, "1.2.840.10045.4.3.4": hashes.SHA512,
}  # fmt: skip
RSA_PLAIN, RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"


@dataclass(frozen=True)
class Stamp:
    """What a sound token says: when, by whom (the certificate's subject), and whether its chain leads to a given CA."""

    time: dt.datetime
    authority: str
    serial: int
    nonce: int | None
    anchored: bool


def token_of(response: bytes) -> bytes:
    """The token in an authority's response. Raises Bad with the authority's own words when it refused."""
    parts = whole_der(response, "the response").expect(0x30, "the response").items()
    status = parts[0].expect(0x30, "the status").items() if parts else []
    if not status:
        raise Bad("the response has no status")
    code = status[0].number("the status")
    if code not in (0, 1):
        words = b" ".join(text.content for each in status[1:2] if each.tag == 0x30 for text in each.items())
        raise Bad(f"the authority refused with status {code} {words.decode('utf-8', 'replace')[:120]}".strip())
    if len(parts) < 2:
        raise Bad("the response has no token")
    return parts[1].raw


def verify_token(token: bytes, imprint: bytes, anchors: Sequence[x509.Certificate]) -> Stamp:
    """Check a token for a SHA-256 imprint: content, signature over the signed attributes, certificate, use, times.

    `anchors` are the certificates of authorities that are believed; without any the chain is not followed and the
    result says so. Revocation is not asked: that would need the network. Raises Bad.
    """
    try:
        return _verify_token(token, imprint, anchors)
    except (Bad, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a parser that gives up raises what is no Exception
        raise Bad(f"the token cannot be understood: {type(error).__name__} {_short(error)}") from None


def _verify_token(token: bytes, imprint: bytes, anchors: Sequence[x509.Certificate]) -> Stamp:
    outer = whole_der(token, "the token").expect(0x30, "the token").items()
    if len(outer) != 2 or outer[0].oid("the type of the token") != SIGNED_DATA:
        raise Bad("the token is no signed data")
    parts = outer[1].expect(0xA0, "the signed data").items()[0].expect(0x30, "the signed data").items()
    if len(parts) < 4:
        raise Bad("the signed data lacks parts")
    content_type, *content = parts[2].expect(0x30, "the content").items()
    if content_type.oid("the type of the content") != TST_INFO or not content:
        raise Bad("the content is no time-stamp")
    info = content[0].expect(0xA0, "the content").items()[0].expect(0x04, "the content").content
    certificates = [
        x509.load_der_x509_certificate(each.raw)
        for part in parts[3:] if part.tag == 0xA0 for each in part.items() if each.tag == 0x30
    ]  # fmt: skip
    signers = parts[-1].expect(0x31, "the signers").items()
    if len(signers) != 1:
        raise Bad("the token has not exactly one signer")
    signer = _check_signer(signers[0], info, certificates)
    time, serial, nonce = _read_info(info, imprint)
    anchored = _check_chain(signer, certificates, anchors, time)
    return Stamp(time, signer.subject.rfc4514_string(), serial, nonce, anchored)


def _read_info(info: bytes, imprint: bytes) -> tuple[dt.datetime, int, int | None]:
    """Time, serial number and nonce of a TSTInfo that is about `imprint`."""
    parts = whole_der(info, "the time-stamp").expect(0x30, "the time-stamp").items()
    if len(parts) < 5:
        raise Bad("the time-stamp lacks parts")
    algorithm, digest = parts[2].expect(0x30, "the imprint").items()
    if DIGESTS.get(algorithm.items()[0].oid("the imprint's algorithm")) is not hashes.SHA256:
        raise Bad("the imprint is not by SHA-256")
    if digest.expect(0x04, "the imprint").content != imprint:
        raise Bad("the time-stamp is about something else")
    nonce = [part.number("the nonce") for part in parts[5:] if part.tag == 0x02]
    return _time(parts[4]), parts[3].number("the serial number"), nonce[0] if nonce else None


def _time(value: Der) -> dt.datetime:
    text = value.expect(0x18, "the time").content.decode("ascii", "replace")
    plain, _dot, fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z") or len(plain) != 14 or not plain.isdigit() or (fraction and not fraction.isdigit()):
        raise Bad("the time is not a time")
    moment_ = dt.datetime.strptime(plain, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    return moment_.replace(microsecond=int(fraction[:6].ljust(6, "0")) if fraction else 0)


def _check_signer(value: Der, info: bytes, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The signer's certificate, after the signature and the signed attributes were found right."""
    parts = value.expect(0x30, "the signer").items()
    if len(parts) < 6 or parts[3].tag != 0xA0:
        raise Bad("the signer has no signed attributes")
    signer = _find_signer(parts[1], certificates)
    digest = _digest(parts[2].items()[0].oid("the digest algorithm"))
    attributes: dict[str, Der] = {}
    for attribute in parts[3].items():
        name, values = attribute.expect(0x30, "an attribute").items()
        attributes[name.oid("an attribute")] = values.expect(0x31, "an attribute").items()[0]
    if CONTENT_TYPE not in attributes or attributes[CONTENT_TYPE].oid("the content type") != TST_INFO:
        raise Bad("what was signed is not called a time-stamp")
    hashed = hashes.Hash(digest)
    hashed.update(info)
    if MESSAGE_DIGEST not in attributes or attributes[MESSAGE_DIGEST].content != hashed.finalize():
        raise Bad("the time-stamp was altered after it was signed")
    _check_certificate_named(attributes, signer)
    # What is signed is the set of attributes under its own tag, not under the one it has in place.
    _check_cms_signature(signer, parts[4], parts[5].content, b"\x31" + parts[3].raw[1:], digest)
    return signer


def _digest(oid: str) -> hashes.HashAlgorithm:
    found = DIGESTS.get(oid)
    if found is None or found is hashes.SHA1:
        raise Bad(f"the digest algorithm {oid} is not one to believe")
    return found()


def _find_signer(sid: Der, certificates: list[x509.Certificate]) -> x509.Certificate:
    for certificate in certificates:
        if sid.tag == 0x30:
            issuer, serial = sid.items()
            same = certificate.issuer.public_bytes() == issuer.raw
            if same and certificate.serial_number == serial.number("a serial number"):
                return certificate
        elif sid.tag == 0x80 and _key_identifier(certificate) == sid.content:
            return certificate
    raise Bad("the signer's certificate is not in the token")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    """What a certificate calls its key; a CA's often says nothing, and comes before or after the signer's."""
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _check_certificate_named(attributes: Mapping[str, Der], signer: x509.Certificate) -> None:
    """The signed attribute that binds the signature to one certificate (RFC 3161 2.4.1, RFC 5816)."""
    if SIGNING_CERTIFICATE_V2 in attributes:
        first = attributes[SIGNING_CERTIFICATE_V2].items()[0].items()[0].items()
        named = first[0].tag == 0x30
        digest = _digest(first[0].items()[0].oid("an algorithm")) if named else hashes.SHA256()
        said = first[1 if named else 0].content
    elif SIGNING_CERTIFICATE in attributes:
        digest, said = hashes.SHA1(), attributes[SIGNING_CERTIFICATE].items()[0].items()[0].items()[0].content  # noqa: S303
    else:
        raise Bad("the token does not name its certificate")
    if signer.fingerprint(digest) != said:
        raise Bad("the token names another certificate")


def _check_cms_signature(
    signer: x509.Certificate, algorithm: Der, signature: bytes, data: bytes, digest: hashes.HashAlgorithm
) -> None:
    oid = algorithm.items()[0].oid("the signature's algorithm")
    digest = SIGNATURES[oid]() if oid in SIGNATURES else digest
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
            key.verify(signature, data, pss if oid == RSA_PSS else padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            raise Bad("the authority's key is of a kind that is not known here")
    except InvalidSignature:
        raise Bad("the signature is not that of the authority's certificate") from None


def _check_chain(
    signer: x509.Certificate, others: list[x509.Certificate], anchors: Sequence[x509.Certificate], time: dt.datetime
) -> bool:
    """Whether the certificate is for time-stamping, and leads to an anchor through certificates valid at `time`."""
    try:
        use = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Bad("the authority's certificate is not for time-stamping") from None
    if list(use.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not use.critical:
        raise Bad("the authority's certificate is not for time-stamping alone")
    _check_valid(signer, time)
    if not anchors:
        return False
    if not _leads(signer, others, anchors, time):
        raise Bad("the authority's certificate leads to none of the given CAs")
    return True


def _check_valid(certificate: x509.Certificate, time: dt.datetime) -> None:
    if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
        raise Bad(f"the certificate {certificate.subject.rfc4514_string()} was not valid at that time")


def _leads(
    signer: x509.Certificate, others: list[x509.Certificate], anchors: Sequence[x509.Certificate], time: dt.datetime
) -> bool:
    """Whether a chain of at most MOST_ISSUERS, each a CA valid at `time`, ends at an anchor; their order is nobody's.

    Each is met once, by its shortest chain, which every limit of length that a longer one keeps allows too: those that
    vouch for each other in circles cost no more than others.
    """
    left, reached = {*anchors, *others} - {signer}, {signer}
    if signer in anchors:
        return True
    for below in range(MOST_ISSUERS):
        reached = {
            issuer for issuer in left
            if _valid(issuer, time) and any(_issued(issuer, certificate, below) for certificate in reached)
        }  # fmt: skip
        if reached.intersection(anchors):
            return True
        left -= reached
    return False


def _valid(certificate: x509.Certificate, time: dt.datetime) -> bool:
    return certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc


def _issued(issuer: x509.Certificate, certificate: x509.Certificate, below: int) -> bool:
    """Whether `issuer` is a CA, may have `below` CAs beneath it, and signed the certificate."""
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not basic.ca or (basic.path_length is not None and basic.path_length < below):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


def read_anchors(paths: Iterable[Path]) -> list[x509.Certificate]:
    """CA certificates from PEM files. Raises CannotCheck."""
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CannotCheck(f"the CA file {path} cannot be used: {_short(error)}") from None
    return found


def check_stamps(
    records: Iterable[tuple[str, Mapping[str, Any]]], heads: Mapping[int, Head], anchors: Sequence[x509.Certificate],
    report: Report,
) -> None:  # fmt: skip
    """Every token against the head that it is said to be about."""
    sound, latest = 0, None
    for where, record in records:
        try:
            number = get(record, "head", int, "a time-stamp")
            where = f"time-stamp of head {number} by {str(record.get('authority'))[:120]}"
            head = heads.get(number)
            if head is None:
                raise Bad("the head is not here")
            token = base64.b64decode(get(record, "token", str, "a time-stamp"), validate=True)
            stamp = verify_token(token, head.hash, anchors)
        except (Bad, binascii.Error, ValueError) as error:
            report.fail("stamp", where, _short(error))
            continue
        sound += 1
        latest = max(latest, stamp.time) if latest else stamp.time
        if stamp.time < head.made_at - LATE:
            report.note(f"Head {number} says that it was made after it was stamped: the office's clock was wrong.")
        if not stamp.anchored:
            report.note("No CA was given (--tsa-ca): time-stamps were not followed to an authority that is believed.")
    last = f", the latest of {latest:%Y-%m-%d %H:%M:%S} UTC" if latest else ""
    report.facts["Stamps"] = f"{sound} sound{last}"


# What can be checked --------------------------------------------------------------------------------------------------


@dataclass
class Given:
    """What the person gave beside the thing to check."""

    keys: list[bytes]
    anchors: list[x509.Certificate]
    saved: dict[int, Head]


def gather(options: argparse.Namespace, report: Report) -> Given:
    """Keys, CAs and saved heads. Raises CannotCheck when a file is not there."""
    saved: dict[int, Head] = {}
    for path in map(Path, options.heads or ()):
        if not path.is_file():
            raise CannotCheck(f"{path} is not there")
        for head in heads_in(path, report).values():
            try:
                take_head(saved, head)
            except Bad as error:
                report.fail("head", path.name, str(error))
    if options.heads and not saved:
        report.fail("head", "saved heads", "there is no head in them")
    return Given(
        [read_key(Path(path)) for path in options.key or ()], read_anchors(map(Path, options.tsa_ca or ())), saved
    )


def join_heads(own: dict[int, Head], given: Given, report: Report, *, sparse: bool) -> dict[int, Head]:
    """The saved heads, and beside them those that came along. Where both are there they must be the same.

    `sparse`: only the heads that saw one thing came along, so that they need not follow one another.
    """
    joined = own | given.saved
    for number in sorted(set(own) & set(given.saved)):
        if own[number].hash != given.saved[number].hash:
            report.fail("head", f"head {number}", "is not the one that was saved elsewhere")
        elif joined[number].points is None:
            joined[number] = own[number]
    if not given.saved:
        report.note("No saved heads were given (--heads): who holds the office can have rewritten everything alike.")
    if not sparse:
        for number in sorted(set(given.saved) - set(own))[:MOST_NAMED]:
            report.fail("head", f"head {number}", "was saved elsewhere and is missing here")
        check_head_chain(joined, given.keys, report)
    elif given.saved:
        check_head_chain(given.saved, given.keys, report)
        _check_beyond(own, given, report)
    else:
        check_head_chain(own, given.keys, report, sparse=True)
    _describe_heads(joined, given, report)
    return joined


def _check_beyond(own: Mapping[int, Head], given: Given, report: Report) -> None:
    """Heads that came along and were not saved elsewhere: signed by a key of the saved ones, or by one given."""
    known = {head.key for head in given.saved.values()} | {key_id(key) for key in given.keys}
    known |= {key_id(head.next_key) for head in given.saved.values() if head.next_key}
    for number in sorted(set(own) - set(given.saved)):
        if own[number].key not in known:
            report.fail(
                "key", f"head {number}", f"is signed by key {own[number].key}, which the saved heads do not know"
            )


def _describe_heads(heads: Mapping[int, Head], given: Given, report: Report) -> None:
    if not heads:
        report.fail("head", "heads", "there is none: nothing can be held against anything")
        return
    last = heads[max(heads)]
    beyond = len(set(heads) - set(given.saved))
    saved = f"; {len(given.saved)} saved elsewhere, {beyond} not" if given.saved else ""
    made = last.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    report.facts["Heads"] = f"{len(heads)}, the last is {last.number} of {made}, key {last.key}{saved}"


def check_store(options: argparse.Namespace, report: Report) -> None:
    """A whole export, and the store with it."""
    folder = Path(options.export)
    needed = ("audit.jsonl", "custody.jsonl", "heads.jsonl")
    if not folder.is_dir() or not any((folder / name).exists() for name in needed):
        raise CannotCheck(f"{folder} is no export: it holds none of {', '.join(needed)}")
    given = gather(options, report)
    for name in needed:
        if not (folder / name).is_file():
            report.fail("missing", name, "is not in the export")
    heads = join_heads(heads_in(folder / "heads.jsonl", report), given, report, sparse=False)
    listless = [number for number, head in heads.items() if head.points is None]
    if listless:
        report.note(f"{len(listless)} heads came without their lists of chains: the custody they saw was not compared.")
    seen = Seen.by(heads)
    check_audit(folder / "audit.jsonl", seen, report)
    files = check_custody(folder / "custody.jsonl", seen, report)
    if options.blobs:
        check_blobs(Path(options.blobs), files, report)
    else:
        report.note("No store was given (--blobs): files were not hashed.")
    check_stamps(_stamp_lines(folder / "stamps.jsonl", report), heads, given.anchors, report)


def _stamp_lines(path: Path, report: Report) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not path.exists():
        return
    try:
        for number, line in read_lines(path):
            try:
                yield f"{path.name}, line {number}", parse(line, f"line {number}")
            except Bad as error:
                report.fail("malformed", path.name, str(error))
    except Bad as error:
        report.fail("malformed", path.name, str(error))


def _own_heads(record: Mapping[str, Any], report: Report) -> dict[int, Head]:
    """The heads that an extract or a proof carries."""
    heads: dict[int, Head] = {}
    for each in get(record, "heads", list, "it"):
        try:
            take_head(heads, read_head(each if isinstance(each, dict) else {}, "a head"))
        except Bad as error:
            report.fail("head", "heads", str(error))
    return heads


def _own_stamps(record: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found = record.get("stamps", [])
    return [("stamps", each if isinstance(each, dict) else {}) for each in found] if isinstance(found, list) else []


def check_item(options: argparse.Namespace, report: Report) -> None:
    """The extract of one item's custody, and its files."""
    given = gather(options, report)
    record = read_object(Path(options.extract))
    if record.get("format") != ITEM_FORMAT:
        raise Bad(f"the extract is not in the format {ITEM_FORMAT}")
    item = get(record, "item", str, "the extract")
    heads = join_heads(_own_heads(record, report), given, report, sparse=True)
    seen = Seen.by(heads)
    chain = Chain(f"custody of {item}", report, dict(seen.custody.get(item, {})))
    files: dict[str, str] = {}
    for number, link in enumerate(get(record, "links", list, "the extract"), 1):
        _take_custody(chain, link if isinstance(link, dict) else {}, item, number, files, Seen())
    chain.end()
    end = seen.ends.get(item, 0)
    report.facts["Custody"] = f"{chain.position} links of item {item}, {chain.position - end} that no head has seen"
    if not end:
        report.note("No head here has seen this item: nothing holds its custody but itself.")
    check_stamps(_own_stamps(record), heads, given.anchors, report)
    _check_files(options.files or (), files, report)


def _check_files(paths: Iterable[str], wanted: Mapping[str, str], report: Report) -> None:
    met: set[str] = set()
    expanded = [each for path in map(Path, paths) for each in (sorted(_walk(path)) if path.is_dir() else [path])]
    for path in expanded:
        try:
            with open(path, "rb") as file:
                digest, size = digest_of(file)
        except OSError as error:
            raise CannotCheck(f"{path} cannot be read: {error.strerror}") from None
        if digest in wanted:
            met.add(digest)
        else:
            report.fail("file", path.name, f"is no file of this item: {size} bytes with {digest}")
    for digest in sorted(set(wanted) - met):
        report.note(f"The file {digest}, of which custody speaks, was not given.")
    report.facts["Files"] = f"{len(met)} of {len(wanted)} given, and as custody says"


# Packages -------------------------------------------------------------------------------------------------------------


def check_package(options: argparse.Namespace, report: Report) -> None:
    """A referral's package: every file against the manifest, the manifest against its hash and its proof."""
    given = gather(options, report)
    path = Path(options.package)
    try:
        with zipfile.ZipFile(path) as bundle:
            _check_bundle(bundle, options, given, report)
    except OSError as error:
        raise CannotCheck(f"{path} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Bad(f"the package is damaged or no package: {_short(error)}") from None


def _check_bundle(bundle: zipfile.ZipFile, options: argparse.Namespace, given: Given, report: Report) -> None:
    entries = bundle.infolist()
    names = {entry.filename: entry for entry in entries}
    if len(names) != len(entries):
        report.fail("package", "package", "a name stands in it twice")
    data = _entry_bytes(bundle, names, "manifest.json")
    manifest = parse(data, "the manifest")
    if manifest.get("format") != PACKAGE_FORMAT:
        raise Bad(f"the manifest is not in the format {PACKAGE_FORMAT}")
    digest = hashlib.sha256(data).hexdigest()
    if canonical(manifest) != data:
        report.fail("package", "manifest.json", "is not in canonical form")
    if options.sha256 and options.sha256.strip().lower() != digest:
        report.fail("package", "manifest.json", f"its SHA-256 is {digest}, not the one that was expected")
    report.facts["Package"] = f"{manifest.get('referral')} v{manifest.get('version')}, SHA-256 {digest}"
    listed = [get(manifest, "dossier", dict, "the manifest"), *get(manifest, "files", list, "the manifest")]
    expected = {"manifest.json", "proof.json"}
    for each in listed:
        expected.add(_check_entry(bundle, names, each, report))
    for name in sorted(set(names) - expected):
        report.fail("package", name[:200], "is in the package and not in the manifest")
    report.facts["Files"] = f"{len(listed)} listed"
    if "proof.json" in names:
        _check_proof(parse(_entry_bytes(bundle, names, "proof.json"), "the proof"), digest, given, report)
    else:
        report.note("No proof rides along: only the package's own hash holds it.")


def _entry_bytes(bundle: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    entry = names.get(name)
    if entry is None:
        raise Bad(f"the package has no {name}")
    with bundle.open(entry) as file:
        data = file.read(LONGEST_LINE + 1)
    if len(data) > LONGEST_LINE:
        raise Bad(f"{name} is larger than {LONGEST_LINE} bytes")
    return data


def _check_entry(bundle: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], listed: Any, report: Report) -> str:
    """One file of the manifest. Returns its name."""
    name = get(listed, "name", str, "a file of the manifest")
    size = get(listed, "size", int, f"{name[:200]} in the manifest")
    wanted = unhex(listed.get("sha256"), 32, f"the hash of {name[:200]} in the manifest").hex()
    if name not in names:
        report.fail("package", name[:200], "is in the manifest and not in the package")
        return name
    try:
        with bundle.open(names[name]) as file:
            digest, length = digest_of(file, limit=size)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        report.fail("package", name[:200], f"cannot be read: {_short(error)}")
        return name
    if (digest, length) != (wanted, size):
        report.fail("package", name[:200], "is not the file that the manifest lists")
    return name


def _check_proof(proof: Mapping[str, Any], digest: str, given: Given, report: Report) -> None:
    if proof.get("format") != PROOF_FORMAT:
        raise Bad(f"the proof is not in the format {PROOF_FORMAT}")
    heads = join_heads(_own_heads(proof, report), given, report, sparse=True)
    holding = [
        number for number, head in heads.items()
        for kind, _key, _version, seen in head.points or () if kind == "package" and seen.hex() == digest
    ]  # fmt: skip
    if not holding:
        report.fail("package", "proof.json", "no head here has seen this package")
    else:
        made = heads[min(holding)].made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        report.facts["Seen by"] = f"head {min(holding)} of {made}"
    check_stamps(_own_stamps(proof), heads, given.anchors, report)


# The command ----------------------------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--heads", action="append", metavar="FILE", help="heads saved where the office cannot reach")
    common.add_argument("--key", action="append", metavar="FILE", help="the office's public key, known from elsewhere")
    common.add_argument("--tsa-ca", action="append", metavar="FILE", help="CA certificates of time-stamping (PEM)")
    common.add_argument("--json", action="store_true", help="say it in JSON")
    found = argparse.ArgumentParser(
        prog="casework-verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    modes = found.add_subparsers(dest="mode", required=True)
    store = modes.add_parser("store", parents=[common], help="a whole export, and the store with it")
    store.add_argument("export", help="the folder that `manage.py export_chains --to` wrote")
    store.add_argument("--blobs", metavar="FOLDER", help="the store of files, or a copy of it")
    store.set_defaults(check=check_store)
    item = modes.add_parser("item", parents=[common], help="one item: the extract of its custody, and its files")
    item.add_argument("extract", help="the extract (JSON)")
    item.add_argument("--files", nargs="+", metavar="FILE", help="its files, or folders of them")
    item.set_defaults(check=check_item)
    package = modes.add_parser("package", parents=[common], help="a referral's package")
    package.add_argument("package", help="the package (ZIP)")
    package.add_argument("--sha256", metavar="HASH", help="the package's hash, known from elsewhere")
    package.set_defaults(check=check_package)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what was asked, print the report. 0 all holds, 1 something does not, 2 it could not be checked."""
    options = parser().parse_args(arguments)
    report = Report()
    try:
        options.check(options, report)
    except Bad as error:
        report.fail("malformed", options.mode, str(error))
    except CannotCheck as error:
        print(f"casework-verify: {error}", file=sys.stderr)
        return 2
    except (OSError, MemoryError) as error:
        print(f"casework-verify: cannot go on: {_short(error)}", file=sys.stderr)
        return 2
    print(report.as_json() if options.json else report.text())
    return 0 if report.whole else 1


if __name__ == "__main__":
    sys.exit(main())
