"""`manage.py verify` names the dossiers and letters whose stored bytes are damaged, by the referral they belong to."""

from __future__ import annotations

import io
import os
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from casework.audit import clock
from casework.evidence import store
from casework.evidence.uploads import stored_from_bytes
from casework.referrals.actions import record_correspondence
from casework.referrals.models import Recipient
from tests.referrals.conftest import referral_in

LETTER_NAME = "zhuravlenko-reply.txt"


def broken_lines() -> list[str]:
    """What the command says of each broken file."""
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=out)
    return [line for line in out.getvalue().splitlines() if "BROKEN" in line]


def damage(sha256: str, how: str) -> None:
    path = store.originals()._path(sha256)
    if how == "missing":
        path.unlink()
        return
    os.chmod(path, 0o600)
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_it_names_the_package_of_a_damaged_dossier(story: SimpleNamespace, icrc: Recipient, how: str) -> None:
    referral = referral_in("approved", story, icrc)
    damage(referral.package.dossier_id, how)
    (line,) = broken_lines()
    assert line.endswith(f"used by the dossier of {referral.reference} v1")
    assert ("missing" in line) is (how == "missing")


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_it_names_every_letter_and_item_that_shares_a_damaged_file(
    story: SimpleNamespace, icrc: Recipient, how: str
) -> None:
    referral = referral_in("sent", story, icrc)
    shared = story.open_item.files.get().blob_id
    with store.open_blob(shared) as blob:
        copy = stored_from_bytes(LETTER_NAME, blob.read(), "text/plain")
    record_correspondence(
        referral, actor=story.people.referral_officer, direction="in", kind="other", dated=clock.today(), text="",
        files=[copy], confidential=True,
    )  # fmt: skip
    damage(shared, how)
    (line,) = broken_lines()
    assert line.endswith(f"used by {story.open_item.reference}, a letter on {referral.reference}")
    assert LETTER_NAME not in line
