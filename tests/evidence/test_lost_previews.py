"""A preview whose job was lost is queued again, a few times; how it was made is logged and counted."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from structlog.testing import capture_logs

from casework.audit import clock
from casework.core.queue import MOST_ATTEMPTS
from casework.evidence import previews
from casework.evidence.actions import register_item
from casework.evidence.jobs import make_previews, requeue_previews
from casework.evidence.models import Preview
from casework.evidence.queue import PREVIEWS
from tests.evidence.conftest import PNG, upload
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture
def sha256(cast: SimpleNamespace) -> str:
    """An image that waits for its preview, with one job in the queue."""
    files = [upload(PNG, "a.png", "image/png")]
    item = register_item(actor=cast.investigator, team=cast.team, kind="image", title="A picture", files=files)
    return item.files.get().blob_id


def jobs() -> Any:
    return ProcrastinateJob.objects.filter(task_name=PREVIEWS, status="todo")


def sql(text: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchone() if cursor.description else None


def worker(*, silent_for: int) -> int:
    """A worker that told `silent_for` seconds ago that it lives."""
    told = clock.now() - datetime.timedelta(seconds=silent_for)
    return sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", told)[0]


def begun_by(worker_id: int | None) -> None:
    sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name = %s", worker_id, PREVIEWS)


def requeue() -> int:
    before = jobs().count()
    requeue_previews(timestamp=0)
    return jobs().count() - before


def test_it_queues_again_when_the_row_is_gone(sha256: str) -> None:
    sql("DELETE FROM procrastinate_jobs")
    assert requeue() == 1
    assert jobs().get().args == {"sha256": sha256}
    assert requeue() == 0


def test_it_queues_again_when_the_worker_was_killed(sha256: str) -> None:
    begun_by(worker(silent_for=600))
    assert requeue() == 1


def test_it_queues_again_when_the_worker_was_struck_off(sha256: str) -> None:
    begun_by(None)
    assert requeue() == 1


@pytest.mark.parametrize("status", ["failed", "cancelled", "succeeded"])
def test_it_queues_again_when_the_job_ended_and_left_nothing(sha256: str, status: str) -> None:
    sql("DELETE FROM procrastinate_events")
    sql("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE task_name = %s", status, PREVIEWS)
    assert requeue() == 1


def test_it_leaves_a_job_alone_that_waits_or_is_being_done(sha256: str) -> None:
    assert requeue() == 0
    begun_by(worker(silent_for=5))
    assert requeue() == 0


def test_it_leaves_alone_what_is_made_or_cannot_be_made(sha256: str) -> None:
    sql("DELETE FROM procrastinate_jobs")
    for state in (Preview.State.READY, Preview.State.FAILED):
        Preview.objects.update(state=state)
        assert requeue() == 0


def test_it_gives_up_on_a_file_that_no_worker_survives(sha256: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_given: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr(previews, "make", killed)
    for _ in range(MOST_ATTEMPTS):
        sql("DELETE FROM procrastinate_jobs")
        assert requeue() == 1
        with pytest.raises(SystemExit):
            make_previews(sha256=sha256)
    sql("DELETE FROM procrastinate_jobs")
    assert requeue() == 0
    preview = Preview.objects.get()
    assert (preview.state, preview.attempts) == ("failed", MOST_ATTEMPTS)
    assert "three times" in preview.note


@pytest.mark.parametrize(("isolated", "level"), [(True, "debug"), (False, "warning")])
def test_it_tells_whether_the_reader_was_confined(
    sha256: str, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, isolated: bool, level: str
) -> None:
    poster = previews.Preview("poster", sha256, 10, "image/jpeg")
    monkeypatch.setattr(previews, "make", lambda *_: previews.Made(previews={"poster": poster}, isolated=isolated))
    with capture_logs() as logs:
        make_previews(sha256=sha256)
    (line,) = [line for line in logs if line["event"] == "evidence.preview_made"]
    assert (line["isolated"], line["log_level"], line["kinds"]) == (isolated, level, ["poster"])
    client = Client()
    client.force_login(cast.auditor, backend=BACKEND)
    page = client.get("/integrity/").content.decode()
    assert ("1 file was opened for its preview without full confinement" in page) is not isolated
