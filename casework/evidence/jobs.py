"""What the worker does for evidence: previews, the facts of videos, sweeping. Each job may run twice without harm.

No job acts for a person or tells anybody anything: previews belong to the bytes, and who may see them is asked
when they are shown.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from procrastinate.contrib.django import app

from casework.core.errors import IntegrityFailure
from casework.core.workflow import change
from casework.evidence import previews, store, sweeping
from casework.evidence.actions import checking
from casework.evidence.models import Blob, EvidenceFile, Preview, Video
from casework.evidence.queue import MENDED, PREVIEWS, PROBE, queue_lost_previews
from casework.evidence.sniffing import Sniffed, sniff

_log = structlog.get_logger("casework.evidence")


@app.task(name=PREVIEWS, queue="media")
def make_previews(sha256: str) -> None:
    """Make what may be shown of these bytes. A file that cannot be read leaves a note instead, and its original."""
    blob = Blob.objects.filter(pk=sha256).first()
    if blob is None or Preview.objects.filter(blob=blob, state=Preview.State.READY).exists():
        return
    Preview.objects.filter(blob=blob, kind=Preview.Kind.POSTER).update(attempts=F("attempts") + 1)
    try:
        made = previews.make(blob.sha256, _sniffed(blob))
    except (previews.PreviewFailed, IntegrityFailure) as error:
        _note_failure(blob, error.message)
        return
    with transaction.atomic():
        for kind, preview in made.previews.items():
            values = {
                "state": Preview.State.READY, "derived": preview.sha256, "media_type": preview.media_type,
                "size": preview.size, "note": "", "isolated": made.isolated,
            }  # fmt: skip
            Preview.objects.update_or_create(blob=blob, kind=kind, defaults=values)
        for video in Video.objects.filter(item__files__blob=blob, duration=None).distinct():
            _write_facts(video, made.facts)
    write = _log.debug if made.isolated else _log.warning
    write("evidence.preview_made", isolated=made.isolated, kinds=sorted(made.previews))


@app.task(name=PROBE, queue="media")
def probe_video(item_id: str) -> None:
    """Read duration, frame size, codecs and container of a video item from its evidentiary copy."""
    video = Video.objects.filter(item_id=item_id).first()
    file = EvidenceFile.objects.filter(item_id=item_id, part=EvidenceFile.Part.ORIGINAL).select_related("blob").first()
    if video is None or file is None or video.container:
        return
    try:
        facts = previews.probe(file.blob_id, _sniffed(file.blob))
    except (previews.PreviewFailed, IntegrityFailure):
        return
    _write_facts(video, facts)


@app.task(name=MENDED, queue="upkeep")
def note_mended(sha256: str) -> None:
    """Tell the items that hold these bytes that they are sound again."""
    checking.note_mended(sha256)


# Every six hours: a machine that is switched off at night sweeps by day.
@app.periodic(cron="17 */6 * * *")
@app.task(name="casework.evidence.jobs.sweep_store", queue="upkeep", queueing_lock="sweep_store")
def sweep_store(timestamp: int) -> None:
    """Remove what killed uploads left behind a day ago or earlier, and uploads whose time is over."""
    sweeping.sweep_uploads()
    sweeping.sweep()


@app.periodic(cron="*/10 * * * *")
@app.task(name="casework.evidence.jobs.requeue_previews", queue="upkeep", queueing_lock="requeue_previews")
def requeue_previews(timestamp: int) -> None:
    """Queue again the previews whose job was lost."""
    queued, lost = queue_lost_previews()
    if queued or lost:
        _log.warning("evidence.previews_requeued", queued=queued, given_up=lost)


def _sniffed(blob: Blob) -> Sniffed:
    return sniff(store.head(blob.sha256))


def _note_failure(blob: Blob, reason: str) -> None:
    values = {"state": Preview.State.FAILED, "note": reason[:200]}
    Preview.objects.update_or_create(blob=blob, kind=Preview.Kind.POSTER, defaults=values)


def _write_facts(video: Video, facts: dict[str, Any]) -> None:
    codecs = ", ".join(facts[name] for name in ("video_codec", "audio_codec") if facts.get(name))
    values: dict[str, Any] = {"codecs": codecs[:80], "container": facts.get("container", "")[:40]}
    if facts.get("duration"):
        values["duration"] = Decimal(str(round(facts["duration"], 2)))
    if facts.get("width") and facts.get("height"):
        values |= {"width": facts["width"], "height": facts["height"]}
    change(video, values)
