"""What the worker does for accounts: forget in time what is kept for a while only."""

from __future__ import annotations

from procrastinate.contrib.django import app

from casework.accounts import kept_forms


@app.periodic(cron="*/10 * * * *")
@app.task(name="casework.accounts.jobs.forget_old", queue="upkeep", queueing_lock="forget_old")
def forget_old(timestamp: int) -> None:
    """Delete forms kept for their hour, and counts of guesses whose time is over."""
    kept_forms.forget_old()
