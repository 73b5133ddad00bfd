"""What the worker does for heads. Each job may run twice without harm."""

from __future__ import annotations

import structlog
from django.conf import settings
from procrastinate.contrib.django import app

from casework.integrity import exporting, heads, sealing, stamping
from casework.integrity.models import Head

_log = structlog.get_logger("casework.integrity")


# A number that cannot be is refused by the system checks, which run after this is read.
@app.periodic(cron=f"*/{min(max(settings.CASEWORK_HEAD_MINUTES, 1), 59)} * * * *")
@app.task(name="casework.integrity.jobs.seal_chains", queue="heads", queueing_lock="seal_chains")
def seal_chains(timestamp: int) -> None:
    """Make a head if anything changed, keep it in the file, and have it sent and stamped."""
    head = sealing.seal()
    if head is not None:
        _log.info("integrity.head_made", number=head.number, chains=head.chains)


@app.periodic(cron="* * * * *")
@app.task(name="casework.integrity.jobs.call_outside", queue="calls", queueing_lock="call_outside", lock="call_outside")
def call_outside(timestamp: int) -> None:
    """Ask for the time-stamps that are due, and send heads to the other host."""
    last = Head.objects.order_by("-number").first()
    if last is None:
        return
    stamping.want_stamps_of(last)
    stamping.stamp_waiting()
    exporting.deliver_to_address()


@app.periodic(cron="23 2 * * *")
@app.task(name="casework.integrity.jobs.look_back", queue="upkeep", queueing_lock="look_back")
def look_back(timestamp: int) -> None:
    """Once a day: verify again the tokens that did not stand, and find chains that no head has seen."""
    stamping.verify_again()
    forgotten = heads.note_forgotten()
    if forgotten:
        _log.error("integrity.chains_forgotten", chains=forgotten)
