"""From a stored file to a hint beside the next one: read in the sandbox, compared, told only to who may know."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.core.queue import MOST_ATTEMPTS
from casework.evidence import arrivals
from casework.evidence.actions.blobs import evidence_blob, forget_blob, seal
from casework.evidence.arrivals import Arrival, Strength, recognise
from casework.evidence.uploads import stored_from_bytes
from casework.recognition import fingerprints, queue
from casework.recognition.actions import judge_pair
from casework.recognition.jobs import recognise_file, requeue
from casework.recognition.models import Fingerprint, Kind, Match, Pair, Prints, Sure
from tests.benchmarks import footage
from tests.evidence.samples import pdf
from tests.recognition.conftest import clip, recognise_all, register

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def arrive(data: bytes, name: str = "clip.mp4") -> str:
    """Bytes that are stored and have no record yet."""
    return evidence_blob(seal(stored_from_bytes(name, data))).pk


def told(user, *hashes: str) -> arrivals.Recognised:
    return recognise(Arrival(sha256s=hashes), user)


def picture(seed: int, *, quality: int = 92, size: tuple[int, int] = (480, 270)) -> bytes:
    frame = next(footage.pictures(seed, 5, 160, 90))
    buffer = io.BytesIO()
    Image.fromarray(frame).resize(size).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def test_it_tells_of_the_same_footage_before_a_record_is_made(cast, case):
    known = register(cast.investigator, clip(1), team=cast.team, case=case)
    register(cast.investigator, clip(2), team=cast.team, case=case)
    recognise_all()
    arrived = arrive(clip(1, "mirrored"))
    assert told(cast.investigator, arrived) == arrivals.Recognised([], True)
    recognise_file(arrived)
    answer = told(cast.investigator, arrived)
    assert not answer.still_looking
    [hint] = answer.hints
    assert hint.item == known
    assert hint.strength is Strength.SAME
    assert [file.item for file in hint.pair] == [known]
    assert "mirror image" in hint.reason
    assert "0:00 to 0:04 here is 0:00 to 0:04 there" in hint.reason


def test_it_says_which_seconds_are_which(cast, case):
    whole = register(cast.investigator, clip(3, seconds=12), team=cast.team, case=case)
    piece = footage.video(footage.slice_of(6, 5)(footage.pictures(3, 12, 160, 90)))
    part = register(cast.investigator, piece, team=cast.team, case=case)
    recognise_all()
    match = Match.objects.get()
    turned = match.first_id != part.files.get().blob_id
    [span] = match.spans
    here, there = (span[2:], span[:2]) if turned else (span[:2], span[2:])
    assert here == pytest.approx([0, 4.5], abs=1)
    assert there == pytest.approx([6, 10.5], abs=1)
    pair = Pair.objects.get()
    assert {pair.first, pair.second} == {whole, part}
    assert (pair.kinds, pair.sure) == ([Kind.FOOTAGE], Sure.SAME)


def test_it_tells_nothing_of_unrelated_footage(cast, case):
    for seed in (4, 5, 6):
        register(cast.investigator, clip(seed), team=cast.team, case=case)
    recognise_all()
    assert not Match.objects.exists()
    assert Fingerprint.objects.filter(state="ready", isolated=True).count() == 3


def test_it_knows_sound_without_the_picture(cast, case):
    register(cast.investigator, clip(7, seconds=8, sound=True), team=cast.team, case=case)
    other = footage.video(footage.pictures(8, 8, 160, 90), sound=footage.melody(7, 8) * 0.5)
    register(cast.investigator, other, team=cast.team, case=case)
    register(cast.investigator, clip(9, seconds=8, sound=True), team=cast.team, case=case)
    recognise_all()
    match = Match.objects.get()
    assert match.kind == Kind.SOUND
    assert match.spans[0] == pytest.approx([0, 7, 0, 7], abs=1.5)


def test_it_knows_a_picture_saved_anew_and_a_still_of_a_video(cast, case):
    register(cast.investigator, picture(10), team=cast.team, case=case, kind="image")
    arrived = arrive(picture(10, quality=40, size=(240, 135)), "small.jpg")
    register(cast.investigator, clip(10), team=cast.team, case=case)
    recognise_all()
    types = Match.objects.filter(kind=Kind.IMAGE).values_list("first__media_type", "second__media_type")
    assert {frozenset(each) for each in types} == {frozenset(["image/jpeg"]), frozenset(["image/jpeg", "video/mp4"])}
    [hint] = told(cast.investigator, arrived).hints[:1]
    assert hint.strength is Strength.SAME
    assert "of 256 bits" in hint.reason


@pytest.mark.parametrize("data", [clip(1)[:900], b"\x00\x00\x00\x18ftypmp42" + bytes(5000), pdf()[:200]])
def test_a_damaged_file_has_a_stated_result(cast, data):
    sha256 = arrive(data)
    recognise_file(sha256)
    row = Fingerprint.objects.get(blob=sha256)
    assert (row.state, bool(row.note)) == ("failed", True)
    assert not told(cast.investigator, sha256).still_looking


def test_half_a_video_is_known_by_its_half(cast, case):
    register(cast.investigator, clip(11, seconds=8), team=cast.team, case=case)
    cut = footage.video(footage.pictures(11, 8, 160, 90), container="matroska")
    half = arrive(cut[: len(cut) // 2])
    recognise_all()
    assert Match.objects.get().kind == Kind.FOOTAGE
    assert Fingerprint.objects.get(blob=half).state == "ready"


def test_bytes_that_lie_about_their_frames_are_not_believed(cast, monkeypatch):
    answers = [
        {"moments": np.array([0, np.nan], "<f4").tobytes(), "points": bytes(2 * 128 * 128)},
        {"moments": np.array([1, 0], "<f4").tobytes(), "points": bytes(2 * 128 * 128)},
        {"moments": bytes(4), "points": bytes(5)},
        {"sound-marks": bytes(8), "sound-moments": bytes(4)},
    ]
    sha256 = arrive(clip(1))
    for results in answers:
        Fingerprint.objects.update(state="waiting")
        outcome = fingerprints.sandbox.Outcome(results=results, isolated=True)
        monkeypatch.setattr(fingerprints.sandbox, "run", lambda *a, outcome=outcome, **k: outcome)
        recognise_file(sha256)
        assert Fingerprint.objects.get().state == "failed"
    assert not Prints.objects.exists()


def test_a_hidden_item_is_not_told_of(cast, case):
    register(cast.investigator, clip(12), team=cast.team, case=case)
    recognise_all()
    arrived = arrive(clip(12, "logo"))
    recognise_file(arrived)
    assert told(cast.investigator, arrived).hints
    assert told(cast.outsider, arrived) == arrivals.Recognised([], False)
    case.sensitive = True
    case.save()
    assert told(cast.viewer, arrived) == arrivals.Recognised([], False)


@pytest.mark.parametrize(("ours", "theirs", "said"), [(1, 1, True), (1, 0, False), (0, 1, False), (0, 0, False)])
def test_another_team_is_told_of_only_when_both_allow_it(cast, case, ours, theirs, said):
    register(cast.investigator, clip(12), team=cast.team, case=case)
    recognise_all()
    arrived = arrive(clip(12, "logo"))
    recognise_file(arrived)
    for team, allows in ((cast.other_team, ours), (cast.team, theirs)):
        team.tells_of_related = bool(allows)
        team.save()
    hints = told(cast.outsider, arrived).hints
    assert [hint.item for hint in hints] == [None] * said
    for hint in hints:
        assert "Another team" in hint.label
        assert cast.team.name not in f"{hint.label} {hint.reason}"
        assert (hint.pair, hint.detail) == ((), {})


def test_a_refused_pair_does_not_come_back(cast, case):
    first = register(cast.investigator, clip(13), team=cast.team, case=case)
    second = register(cast.investigator, clip(13, "brighter"), team=cast.team, case=case)
    recognise_all()
    pair = Pair.objects.get()
    judge_pair(pair, actor=cast.investigator, verdict="different", note="Another day")
    recognise_all()
    assert Pair.objects.get().verdict == "different"
    sha256 = second.files.get().blob_id
    assert first not in [hint.item for hint in told(cast.investigator, sha256).hints]


def test_the_same_bytes_pair_their_items(cast, case):
    items = [register(cast.investigator, clip(14), team=cast.team, case=case) for _ in range(3)]
    recognise_all()
    pairs = {frozenset((pair.first, pair.second)) for pair in Pair.objects.all()}
    assert pairs == {frozenset(two) for two in [items[:2], items[1:], items[::2]]}
    assert set(Pair.objects.values_list("sure", flat=True)) == {Sure.SAME}


def test_what_was_lost_or_came_before_is_compared_in_the_end(cast, case):
    register(cast.investigator, clip(15), team=cast.team, case=case)
    register(cast.investigator, clip(16), team=cast.team, case=case)
    lost, never = Fingerprint.objects.order_by("pk")
    never.delete()
    ProcrastinateJob.objects.filter(task_name=queue.RECOGNISE).update(status="failed")
    requeue(0)
    jobs = ProcrastinateJob.objects.filter(task_name=queue.RECOGNISE, status="todo")
    assert {job.args["sha256"] for job in jobs} == {lost.blob_id, never.blob_id}
    Fingerprint.objects.update(attempts=MOST_ATTEMPTS)
    jobs.update(status="failed")
    requeue(0)
    assert set(Fingerprint.objects.values_list("state", "note")) == {("failed", queue.GIVEN_UP)}


def test_an_upload_that_was_let_go_of_is_forgotten(cast, case):
    gone = arrive(clip(17))
    recognise_file(gone)
    forget_blob(gone)
    assert not Prints.objects.exists()
    register(cast.investigator, clip(17, "logo"), team=cast.team, case=case)
    recognise_all()
    assert Fingerprint.objects.get().state == "ready"
    assert not Match.objects.exists()
    recognise_file(gone)
