"""Who does the jobs."""

from __future__ import annotations

from procrastinate.contrib.django import app

from casework.core.serving import COMPARING_QUEUES, GENERAL_QUEUES
from casework.recognition.jobs import recognise_file


def test_every_job_has_a_worker_and_comparing_one_of_its_own():
    queues = {task.queue for task in app.tasks.values()}
    assert queues <= {*GENERAL_QUEUES, *COMPARING_QUEUES}
    assert recognise_file.queue in COMPARING_QUEUES
    assert not set(GENERAL_QUEUES) & set(COMPARING_QUEUES)
