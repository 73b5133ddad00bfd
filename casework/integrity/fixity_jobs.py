"""What the worker does for the soundness of stored files. Each job may run twice, or be killed, without harm.

A slice and the mail about damage go ahead of previews: an import of thousands of videos would hold them up for days. A
slice takes half a minute of every five, so that it holds up no preview for long."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from casework.evidence.queue import ALERT, SCAN
from casework.integrity import alerts, fixity, scanning


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="casework.integrity.jobs.check_stored_files", queue="upkeep", queueing_lock="check_stored_files", priority=1
)
def check_stored_files(timestamp: int) -> None:
    """One slice of the rolling schedule."""
    fixity.run_slice()


@app.task(name=ALERT, queue="upkeep", retry=RetryStrategy(max_attempts=8, exponential_wait=4), priority=1)
def tell_of_damage() -> None:
    """Write to auditors and administrators about what was found damaged."""
    alerts.tell_of_damage()


@app.task(name=SCAN, queue="upkeep")
def scan_file(sha256: str) -> None:
    """Have the malware scanner look at stored bytes, if there is one. When it does not answer the round below asks
    again."""
    scanning.scan(sha256)


@app.periodic(cron="*/10 * * * *")
@app.task(name="casework.integrity.jobs.scan_waiting_files", queue="upkeep", queueing_lock="scan_waiting_files")
def scan_waiting_files(timestamp: int) -> None:
    """Scan what was never scanned, what the scanner did not answer about, and what was scanned long ago."""
    scanning.scan_waiting()
