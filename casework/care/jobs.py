"""What the worker does for care: forget single looks once their time is in the ledger."""

from __future__ import annotations

from procrastinate.contrib.django import app

from casework.care.actions import forget_looks


@app.periodic(cron="40 */6 * * *")
@app.task(name="casework.care.jobs.forget_old_looks", queue="upkeep", queueing_lock="forget_old_looks")
def forget_old_looks(timestamp: int) -> None:
    """Delete looks that began more than a day ago."""
    forget_looks()
