"""The rolling schedule: everything within its days, evenly, oldest first, by several workers, killed at any point."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.evidence import store
from casework.evidence.actions import register_item
from casework.evidence.actions.custody import append_custody
from casework.evidence.models import Blob, FixityDay, Item
from casework.integrity import fixity
from tests.evidence.conftest import upload

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def item_with(cast: Any, *contents: bytes) -> Item:
    files = [upload(data, f"{number}.txt") for number, data in enumerate(contents)]
    return register_item(actor=cast.investigator, team=cast.team, kind="document", title="Papers", files=files)


def spoil(sha256: str) -> None:
    path = store.originals()._path(sha256)  # type: ignore[attr-defined]
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(bytes(data))


def slice_at(moment: datetime.datetime, **options: Any) -> fixity.Slice:
    with clock.travelling_to(moment):
        return fixity.run_slice(**options)


@pytest.fixture
def papers(cast: SimpleNamespace) -> list[Blob]:
    """Ten files of 1000 bytes, last checked one to ten days before noon, the last one earliest."""
    item = item_with(cast, *(bytes([65 + number]) * 1000 for number in range(10)))
    blobs = [file.blob for file in item.files.order_by("name")]
    for number, blob in enumerate(blobs, 1):
        Blob.objects.filter(pk=blob.pk).update(checked_at=NOON - number * DAY)
    return blobs


def checked_since(moment: datetime.datetime) -> list[str]:
    return list(Blob.objects.filter(checked_at__gte=moment).order_by("checked_at").values_list("pk", flat=True))


def test_it_reads_the_oldest_first_and_no_more_than_its_share(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 100
    # 10,000 bytes in 80 days are 125 a day: one file of 1000 bytes puts the seven days after it in its debt.
    read = [slice_at(NOON + day * DAY).files for day in range(1, 18)]
    assert read == [0, 1, *[0] * 7, 1, *[0] * 7]
    assert checked_since(NOON) == [papers[-1].pk, papers[-2].pk]


def test_what_is_overdue_is_read_whatever_the_share(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 5
    done = slice_at(NOON)
    assert done.files >= 5
    assert set(checked_since(NOON)) >= {blob.pk for blob in papers[5:]}


def test_everything_is_read_within_its_days_and_what_was_disclosed_sooner(
    cast: SimpleNamespace, papers: list[Blob], settings: Any
) -> None:
    settings.CASEWORK_FIXITY_DAYS, settings.CASEWORK_FIXITY_DAYS_DISCLOSED = 20, 5
    told = item_with(cast, b"told to the recipient" * 20)
    append_custody(told, "disclosed", actor=cast.referral_officer, detail={"files": []})
    Blob.objects.update(checked_at=NOON)
    late: list[tuple[int, str]] = []
    loads = []
    for step in range(1, 2 * 25 + 1):
        moment = NOON + step * DAY / 2
        loads.append(slice_at(moment).bytes)
        own = told.files.get().blob_id
        for blob in Blob.objects.all():
            if moment - blob.checked_at > (5 if blob.pk == own else 20) * DAY:
                late.append((step, blob.pk))
    assert late == []
    assert max(loads) <= 2000, "no slice reads much more than the others"
    assert sum(loads) >= 10_420


def test_a_routine_check_leaves_no_line_in_the_audit_and_a_day_leaves_one(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 5
    before = AuditEvent.objects.count()
    slice_at(NOON)
    slice_at(NOON + fixity.SLICE_EVERY)
    assert AuditEvent.objects.count() == before
    for _twice in range(2):
        slice_at(NOON + DAY)
    told = AuditEvent.objects.get(event="integrity.files_checked")
    day = FixityDay.objects.get(day=NOON.date())
    assert told.detail == {"day": "2026-03-01", "files": day.files, "bytes": day.files * 1000, "damaged": 0}


def test_two_workers_never_read_the_same_file(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 1
    key = int.from_bytes(bytes.fromhex(papers[3].pk[:8]), "big", signed=True)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [fixity._LOCK_CLASS, key])
            slice_at(NOON)
            read = checked_since(NOON)
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [fixity._LOCK_CLASS, key])
    finally:
        other.close()
    assert papers[3].pk not in read
    assert len(read) == 9
    slice_at(NOON + fixity.SLICE_EVERY)
    assert papers[3].pk in checked_since(NOON)


def test_a_killed_slice_keeps_what_it_had_read(papers: list[Blob], settings: Any, monkeypatch: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 1
    really = fixity.recheck

    def killed(blob: Blob, **options: Any) -> Any:
        if blob.pk == papers[6].pk:
            raise KeyboardInterrupt
        return really(blob, **options)

    monkeypatch.setattr(fixity, "recheck", killed)
    with pytest.raises(KeyboardInterrupt):
        slice_at(NOON)
    assert set(checked_since(NOON)) == {blob.pk for blob in papers[7:]}
    assert FixityDay.objects.get().files == 3
    monkeypatch.setattr(fixity, "recheck", really)
    slice_at(NOON + fixity.SLICE_EVERY)
    assert len(checked_since(NOON)) == 10


def test_a_store_that_does_not_answer_is_no_damage(papers: list[Blob], settings: Any, monkeypatch: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 1

    def silent(*_args: Any, **_options: Any) -> None:
        raise store.StoreUnreachable("The store does not answer.")

    monkeypatch.setattr("casework.evidence.actions.checking.store.check", silent)
    assert slice_at(NOON).ended == "unreachable"
    assert not Blob.objects.unsound().exists()


def test_a_slice_ends_in_time_and_keeps_its_pace(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 1
    settings.CASEWORK_FIXITY_PACE = 0.001
    now = [0.0]
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        now[0] += seconds

    done = slice_at(NOON, seconds=3.5, timer=lambda: now[0], rest=rest)
    assert done.ended == "time"
    assert done.files == 4
    assert rests == [1.0] * 4


def test_it_counts_what_it_finds(papers: list[Blob], settings: Any) -> None:
    settings.CASEWORK_FIXITY_DAYS = 1
    spoil(papers[2].pk)
    store.originals()._path(papers[4].pk).unlink()  # type: ignore[attr-defined]
    assert slice_at(NOON).damaged == 2
    found = dict(Blob.objects.unsound().values_list("pk", "check_result"))
    assert found == {papers[2].pk: "mismatch", papers[4].pk: "missing"}
