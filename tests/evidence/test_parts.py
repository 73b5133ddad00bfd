"""Contact sheets, pages, sound and facts of files on the page: covered, on record, and stated when they failed."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.evidence import previews, sandbox
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_copies, make_previews
from casework.evidence.models import EvidenceFile, Preview
from casework.evidence.queue import COPIES, queue_lost_previews
from casework.evidence.sniffing import sniff
from tests.evidence import samples
from tests.evidence.conftest import upload
from tests.helpers import BACKEND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_once")]


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes are read for the same purpose once for all these stories: reading is what takes the time."""
    monkeypatch.setattr(previews.sandbox, "run", _run_once)


_known: dict[Any, sandbox.Outcome] = {}
_run = sandbox.run


def _run_once(module: str, source: int, task: dict[str, Any], limits: sandbox.Limits | None = None) -> sandbox.Outcome:
    key = (os.fstat(source).st_size, tuple(sorted(task.items())), limits)
    if key not in _known:
        _known[key] = _run(module, source, task, limits)
    return _known[key]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def registered(cast: SimpleNamespace, case: Case, kind: str, data: bytes, name: str) -> EvidenceFile:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind=kind, title=name, case=case, establishes=["act"],
        files=[upload(data, name, "application/octet-stream")],
    )  # fmt: skip
    return item.files.get()


@pytest.fixture
def recording(cast: SimpleNamespace, case: Case) -> EvidenceFile:
    file = registered(cast, case, "video", samples.scenes(), "yard.mp4")
    make_previews(sha256=file.blob_id)
    return file


def waiting_jobs() -> Any:
    return ProcrastinateJob.objects.filter(task_name=COPIES, status="todo")


def rows(file: EvidenceFile) -> dict[str, str]:
    return {preview.name: preview.state for preview in Preview.objects.filter(blob=file.blob_id)}


def part(client: Client, file: EvidenceFile, word: str) -> Any:
    return client.post(reverse("evidence:part", args=[file.pk, word]), headers={"HX-Request": "true"})


def test_it_shows_the_contact_sheet_on_record_with_a_link_to_each_second(
    cast: SimpleNamespace, recording: EvidenceFile
) -> None:
    office = signed_in(cast.viewer)
    assert rows(recording) == {"poster": "ready", "still": "ready", "play": "waiting"}
    assert waiting_jobs().get().args == {"sha256": recording.blob_id}
    assert "being made" in office.get(reverse("evidence:detail", args=[recording.item_id])).content.decode()
    assert part(office, recording, "sheet").status_code == 404

    make_copies(sha256=recording.blob_id)
    assert rows(recording) == dict.fromkeys(("poster", "still", "play", "clip", "sheet"), "ready")
    before = AuditEvent.objects.filter(event="evidence.revealed").count()
    shown = part(office, recording, "sheet")
    assert AuditEvent.objects.filter(event="evidence.revealed").count() == before + 1
    assert "?at=2&amp;file=" in shown.content.decode()
    assert 'aria-label="Scene at 00:05"' in shown.content.decode()
    (_number, url) = shown.context["shown"][0]
    assert office.get(url)["Content-Type"] == "image/jpeg"
    assert office.get(url.partition("?")[0]).status_code == 404


def test_it_shows_parts_to_those_who_see_the_item(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    make_copies(sha256=recording.blob_id)
    for person, status in ((cast.outsider, 404), (cast.auditor, 404), (cast.viewer, 200)):
        assert part(signed_in(person), recording, "sheet").status_code == status


def test_it_plays_the_copy_from_any_second(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    make_copies(sha256=recording.blob_id)
    office = signed_in(cast.investigator)
    step_by_step = part(office, recording, "sheet").context["shown"][0][1]
    assert office.get(step_by_step.replace("/sheet/", "/play/")).status_code == 404
    revealed = office.post(reverse("evidence:reveal", args=[recording.pk]), {"shown": "colour"})
    url = revealed.context["media_url"]
    assert "/play/" in url
    whole = b"".join(office.get(url).streaming_content)
    later = office.get(url, headers={"Range": "bytes=500-899"})
    assert (later.status_code, later["Content-Range"]) == (206, f"bytes 500-899/{len(whole)}")
    assert b"".join(later.streaming_content) == whole[500:900]
    assert later["Content-Type"] == "video/webm"


def test_it_opens_at_the_cited_second_and_stays_covered(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[recording.item_id]), {"at": "74.5"})
    assert f'data-file="{recording.pk}" data-at="74.5"' in page.content.decode()
    assert "01:14.5 is cited" in page.content.decode()
    assert not AuditEvent.objects.filter(event="evidence.revealed").exists()
    for nonsense in ("1e9", "-1", "<b>", "999999999", ""):
        plain = signed_in(cast.viewer).get(reverse("evidence:detail", args=[recording.item_id]), {"at": nonsense})
        assert "data-at=" not in plain.content.decode()


def test_it_shows_what_a_file_says_of_itself_to_nobody_who_does_not_see_the_item(
    cast: SimpleNamespace, case: Case
) -> None:
    file = registered(cast, case, "image", samples.picture(), "gate.jpg")
    make_previews(sha256=file.blob_id)
    url = reverse("evidence:detail", args=[file.item_id])
    assert samples.SECRET.decode() in signed_in(cast.viewer).get(url).content.decode()
    assert signed_in(cast.outsider).get(url).status_code == 404


def test_it_lets_a_recording_be_heard(cast: SimpleNamespace, case: Case) -> None:
    file = registered(cast, case, "audio", samples.sound("mp3"), "call.mp3")
    assert rows(file) == {"audio": "waiting"}
    make_copies(sha256=file.blob_id)
    shown = part(signed_in(cast.investigator), file, "listen")
    assert "<audio controls" in shown.content.decode()
    assert rows(file) == {"audio": "ready"}


def test_it_says_what_could_not_be_made_and_keeps_what_could(
    cast: SimpleNamespace, recording: EvidenceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = previews.make_copies(recording.blob_id, sniff(samples.scenes())).previews["sheet"]
    monkeypatch.setattr(previews, "COPY_LIMITS", sandbox.Limits(output=sheet.size + 2000))
    make_copies(sha256=recording.blob_id)
    assert rows(recording)["play"] == "failed"
    assert rows(recording)["sheet"] == "ready"
    page = signed_in(cast.viewer).get(reverse("evidence:detail", args=[recording.item_id])).content.decode()
    assert "could not be made (made too much output). The original is kept as it is." in page


def test_it_makes_copies_once(recording: EvidenceFile, monkeypatch: pytest.MonkeyPatch) -> None:
    make_copies(sha256=recording.blob_id)
    monkeypatch.setattr(previews, "make_copies", lambda *_: pytest.fail("made again"))
    make_copies(sha256=recording.blob_id)
    make_previews(sha256=recording.blob_id)


def test_it_queues_lost_copies_again(recording: EvidenceFile) -> None:
    assert queue_lost_previews() == (0, 0)
    waiting_jobs().delete()
    assert queue_lost_previews() == (1, 0)
    assert waiting_jobs().get().args == {"sha256": recording.blob_id}
