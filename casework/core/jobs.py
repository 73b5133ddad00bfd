"""What the worker does for no room in particular."""

from __future__ import annotations

from procrastinate.contrib.django import app

from casework.core import once


@app.periodic(cron="41 * * * *")
@app.task(name="casework.core.jobs.sweep_submissions", queue="upkeep", queueing_lock="sweep_submissions")
def sweep_submissions(timestamp: int) -> None:
    """Forget the keys of forms and requests that were sent more than two days ago."""
    once.sweep()
