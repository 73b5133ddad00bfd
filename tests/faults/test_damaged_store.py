"""Five hundred damages to the store, one after the other: flipped bits, cut ends, swapped files. Each is found by the
schedule, and neither before nor after that is one of them given out: not by the page, not in parts, not in a package.
The API, which gives out no bytes, says of each that it does not match or is missing.

Prints the table that docs/measurements.md keeps. CASEWORK_FAULT_DAMAGES sets their number, CASEWORK_FAULT_SEED the
seed.
"""

from __future__ import annotations

import collections
import datetime
import os
import random
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.audit import clock
from casework.core.errors import DomainError
from casework.evidence import store
from casework.evidence.actions import register_item
from casework.evidence.models import Blob, EvidenceFile, EvidenceLink
from casework.evidence.uploads import stored_from_bytes
from casework.integrity import fixity
from casework.referrals.actions import approve_referral, note_package_download, prepare_referral, submit_referral
from casework.referrals.models import Package, Recipient, Referral
from casework.referrals.packages import archive, manifest_sha256
from tests.factories import CaseFactory
from tests.helpers import stepped_up

DAMAGES = int(os.environ.get("CASEWORK_FAULT_DAMAGES", 500))
SEED = int(os.environ.get("CASEWORK_FAULT_SEED", 20261128))
KINDS = ("flip", "truncation", "swap")
IN_ITEM = 8
pytestmark = pytest.mark.django_db


@dataclass
class Tally:
    """Of one kind of damage: how many were made, found, and how often bytes came out by each road."""

    made: int = 0
    found: int = 0
    told: int = 0
    asked: collections.Counter[str] = field(default_factory=collections.Counter)
    served: collections.Counter[str] = field(default_factory=collections.Counter)


def path_of(sha256: str) -> Path:
    return store.originals()._path(sha256)  # type: ignore[attr-defined]


def spoil(chance: random.Random, kind: str, one: Blob, other: Blob) -> list[Blob]:
    """Damage the stored bytes; returns the blobs that are no longer what they were."""
    path = path_of(one.pk)
    data = path.read_bytes()
    if kind == "flip":
        place = chance.randrange(len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        _write(path, bytes(changed))
        return [one]
    if kind == "truncation":
        _write(path, data[: chance.randrange(len(data))])
        return [one]
    aside = path_of(other.pk)
    theirs = aside.read_bytes()
    _write(path, theirs)
    _write(aside, data)
    return [one, other]


def _write(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


@pytest.fixture
def office(cast: SimpleNamespace) -> SimpleNamespace:
    """A store of files of many sizes in items of one case, and an approved package for each item."""
    chance = random.Random(SEED)
    case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    recipient = Recipient.objects.get(code="ICRC")
    referrals: dict[Any, Referral] = {}
    for number in range(-(-DAMAGES // IN_ITEM)):
        uploads = [
            stored_from_bytes(f"{number}-{each}.bin", chance.randbytes(chance.choice([3, 900, 40_000, 300_000])))
            for each in range(IN_ITEM)
        ]
        item = register_item(
            actor=cast.investigator, team=cast.team, kind="document", title=f"Box {number}", files=uploads, case=case,
            establishes=["act"], caveat="any_recipient",
        )  # fmt: skip
        draft = prepare_referral(
            actor=cast.referral_officer, recipient=recipient, cases=[case], links=[EvidenceLink.objects.get(item=item)]
        )
        submitted = submit_referral(draft, actor=cast.referral_officer)
        referrals[item.pk] = approve_referral(
            submitted, actor=cast.second_officer, sha256=submitted.package.sha256
        )  # fmt: skip
    files = list(EvidenceFile.objects.select_related("blob", "item").order_by("added_at", "pk"))
    return SimpleNamespace(chance=chance, files=files, referrals=referrals, cast=cast)


def attempts(office: SimpleNamespace, file: EvidenceFile, client: Client) -> dict[str, bool]:
    """Every road by which the bytes might come out, and whether they did."""
    original = reverse("evidence:original", args=[file.pk])
    referral = office.referrals[file.item_id]
    found = {
        "page": _came(client.get(original)),
        "Range, first bytes": _came(client.get(original, headers={"range": "bytes=0-1"})),
        "Range, last bytes": _came(client.get(original, headers={"range": "bytes=-2"})),
        "package page": _came(client.get(reverse("referrals:package", args=[referral.pk]))),
    }
    try:
        note_package_download(referral, actor=office.cast.referral_officer)
    except DomainError:
        found["package"] = False
    else:
        found["package"] = True
    found["archive"] = _archived(referral.package)
    return found


def _came(answer: Any) -> bool:
    if answer.status_code not in (200, 206):
        return False
    try:
        return bool(b"".join(answer.streaming_content))
    except DomainError:
        return False


def _told(client: Client, file: EvidenceFile) -> bool:
    """Whether the API says of this file that it is not what it was."""
    files = client.get(f"/api/v1/evidence/{file.item_id}/").json()["files"]
    return [each["check_result"] for each in files if each["id"] == str(file.pk)] != ["matches"]


def _archived(package: Package) -> bool:
    """Whether the archive alone, without the checks before it, would come to a good end."""
    assert manifest_sha256(package.manifest) == package.sha256
    try:
        data = b"".join(archive(package))
    except DomainError:
        return False
    return zipfile.ZipFile(BytesIO(data)).testzip() is None


def find(blobs: list[Blob]) -> int:
    """How many of these the schedule puts into quarantine when their time has come."""
    Blob.objects.filter(pk__in=[blob.pk for blob in blobs]).update(checked_at=clock.now() - datetime.timedelta(days=91))
    fixity.run_slice(seconds=600, rest=lambda _seconds: None)
    return Blob.objects.unsound().filter(pk__in=[blob.pk for blob in blobs]).count()


def mend(before: dict[str, bytes]) -> None:
    for sha256, data in before.items():
        _write(path_of(sha256), data)
    rows = Blob.objects.filter(pk__in=list(before))
    rows.update(check_result="matches", unsound_since=None, checked_at=clock.now())


def test_damage_is_found_and_given_to_nobody(office: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    client = Client()
    stepped_up(client, office.cast.referral_officer)
    Blob.objects.update(checked_at=clock.now())
    assert all(attempts(office, office.files[0], client).values()), "a sound file comes out by every road"
    tallies = {kind: Tally() for kind in KINDS}
    for number in range(DAMAGES):
        kind = KINDS[number % len(KINDS)]
        file = office.files[number]
        other = office.chance.choice([each for each in office.files if each.blob.size != file.blob.size])
        before = {each.blob_id: path_of(each.blob_id).read_bytes() for each in (file, other)}
        spoiled = spoil(office.chance, kind, file.blob, other.blob)
        tally = tallies[kind]
        tally.made += 1
        for road, came in attempts(office, file, client).items():
            tally.asked[f"{road}, before"] += 1
            tally.served[f"{road}, before"] += came
        # As if nobody had asked for it: what stumbled upon it put it into quarantine already.
        Blob.objects.filter(pk__in=list(before)).update(check_result="matches", unsound_since=None)
        tally.found += find(spoiled) == len(spoiled)
        tally.told += _told(client, file)
        for road, came in attempts(office, file, client).items():
            tally.asked[f"{road}, after"] += 1
            tally.served[f"{road}, after"] += came
        mend(before)
    _print(tallies, capsys)
    for tally in tallies.values():
        assert tally.found == tally.told == tally.made
        assert sum(tally.served.values()) == 0
    assert sum(tally.made for tally in tallies.values()) == DAMAGES


def _print(tallies: dict[str, Tally], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n\nSeed {SEED}. Six roads, each asked before and after the schedule found the damage.\n")
        print("| Damage | Made | Found by the schedule | Told by the API | Asked for | Given out |")
        print("|---|---:|---:|---:|---:|---:|")
        for kind, tally in tallies.items():
            asked, served = sum(tally.asked.values()), sum(tally.served.values())
            print(f"| {kind} | {tally.made} | {tally.found} | {tally.told} | {asked} | {served} |")
