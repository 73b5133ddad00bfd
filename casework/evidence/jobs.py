"""What the worker does for evidence: previews, facts, words of files, sweeping. Each job may run twice without harm.

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

from casework.audit import clock
from casework.core.errors import IntegrityFailure
from casework.core.workflow import change
from casework.evidence import ocr, previews, store, sweeping, texts
from casework.evidence.actions import checking
from casework.evidence.models import Blob, EvidenceFile, FileFacts, FileText, Preview, Video
from casework.evidence.queue import (
    COPIES,
    MENDED,
    PREVIEWS,
    PROBE,
    TEXT,
    queue_copies,
    queue_lost_previews,
    queue_lost_texts,
    queue_missing,
)
from casework.evidence.sniffing import Sniffed, sniff

_log = structlog.get_logger("casework.evidence")


@app.task(name=PREVIEWS, queue="media")
def make_previews(sha256: str) -> None:
    """Make what may be shown of these bytes. A file that cannot be read leaves a note instead, and its original."""
    blob = Blob.objects.filter(pk=sha256).first()
    if blob is None or Preview.objects.filter(blob=blob, kind=Preview.Kind.POSTER, state=Preview.State.READY).exists():
        return
    Preview.objects.filter(blob=blob, kind=Preview.Kind.POSTER).update(attempts=F("attempts") + 1)
    sniffed = _sniffed(blob)
    try:
        made = previews.make(blob.sha256, sniffed)
    except (previews.PreviewFailed, IntegrityFailure) as error:
        _note_failure(blob, Preview.Kind.POSTER, error.message)
        return
    with transaction.atomic():
        _write_previews(blob, made)
        for video in Video.objects.filter(item__files__blob=blob, duration=None).distinct():
            _write_facts(video, made.facts)
        if previews.has_copies(sniffed):
            queue_copies(blob, previews.FIRST_OF_COPIES[sniffed.family])


@app.task(name=COPIES, queue="media")
def make_copies(sha256: str) -> None:
    """Make what takes long of these bytes. What could not be made is a stated result; what could be made is shown."""
    blob = Blob.objects.filter(pk=sha256).first()
    if blob is None:
        return
    sniffed = _sniffed(blob)
    kind = previews.FIRST_OF_COPIES.get(sniffed.family)
    waiting = Preview.objects.filter(blob=blob, kind=kind, state=Preview.State.WAITING)
    if kind is None or not waiting.update(attempts=F("attempts") + 1):
        return
    try:
        made = previews.make_copies(blob.sha256, sniffed)
    except (previews.PreviewFailed, IntegrityFailure) as error:
        _note_failure(blob, kind, error.message)
        return
    with transaction.atomic():
        _write_previews(blob, made)
        if waiting.exists():
            _note_failure(blob, kind, made.note or "nothing could be read")


def _write_previews(blob: Blob, made: previews.Made) -> None:
    """The rows of what was made, and what the bytes say of themselves, added to what was read before."""
    for preview in made.previews.values():
        values = {
            "state": Preview.State.READY, "derived": preview.sha256, "media_type": preview.media_type,
            "size": preview.size, "note": made.note[:200], "isolated": made.isolated,
        }  # fmt: skip
        Preview.objects.update_or_create(blob=blob, kind=preview.kind, number=preview.number, defaults=values)
    if made.facts:
        known, _new = FileFacts.objects.select_for_update().get_or_create(blob=blob)
        known.facts = {**known.facts, **made.facts}
        known.save(update_fields=["facts"])
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


@app.task(name=TEXT, queue="media")
def read_text(sha256: str) -> None:
    """Read the words of these bytes; that there are none, or that they could not be read, is a stated result."""
    blob = Blob.objects.filter(pk=sha256).first()
    waiting = FileText.objects.filter(blob_id=sha256, state=FileText.State.WAITING)
    if blob is None or not waiting.update(attempts=F("attempts") + 1):
        return
    try:
        found = texts.read(blob.sha256, _sniffed(blob))
    except IntegrityFailure as error:
        found = texts.Read(reason=error.message)
    with transaction.atomic():
        waiting.update(**_text_values(found))


# Behind the previews of the same minute: a machine that was given `tesseract` reads what it could not before.
@app.periodic(cron="5-55/10 * * * *")
@app.task(name="casework.evidence.jobs.requeue_texts", queue="upkeep", queueing_lock="requeue_texts")
def requeue_texts(timestamp: int) -> None:
    """Queue again the texts whose job was lost, and those that no program could read until now."""
    queue_lost_texts(able=bool(ocr.languages()))


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
    queued += queue_missing(previews.COPIED_TYPES)
    if queued or lost:
        _log.warning("evidence.previews_requeued", queued=queued, given_up=lost)


def _sniffed(blob: Blob) -> Sniffed:
    return sniff(store.head(blob.sha256))


def _note_failure(blob: Blob, kind: str, reason: str) -> None:
    values = {"state": Preview.State.FAILED, "note": reason[:200]}
    number = 1 if kind == Preview.Kind.PAGE else 0
    Preview.objects.update_or_create(blob=blob, kind=kind, number=number, defaults=values)


def _write_facts(video: Video, facts: dict[str, Any]) -> None:
    codecs = ", ".join(facts[name] for name in ("video_codec", "audio_codec") if facts.get(name))
    values: dict[str, Any] = {"codecs": codecs[:80], "container": facts.get("container", "")[:40]}
    if facts.get("duration"):
        values["duration"] = Decimal(str(round(facts["duration"], 2)))
    if facts.get("width") and facts.get("height"):
        values |= {"width": facts["width"], "height": facts["height"]}
    change(video, values)


def _text_values(found: texts.Read) -> dict[str, object]:
    state = FileText.State.READ
    if not found.text:
        state = FileText.State.FAILED if found.reason else FileText.State.EMPTY
        if found.scan and not found.recognised and not found.reason:
            state = FileText.State.UNREAD
    method = FileText.Method.RECOGNISED if found.recognised else FileText.Method.CONTAINED
    return {
        "state": state, "text": found.text, "attachments": found.attachments, "confidence": found.confidence,
        "languages": found.languages[:60], "method": method, "note": found.reason[:200], "read_at": clock.now(),
    }  # fmt: skip
