"""What is asked of the worker. A job is a row of the caller's transaction: it runs after its commit or never."""

from __future__ import annotations

from procrastinate.contrib.django import app

from casework.evidence.models import Blob, Item, Preview

PREVIEWS = "casework.evidence.jobs.make_previews"
PROBE = "casework.evidence.jobs.probe_video"


def queue_previews(blob: Blob) -> None:
    """Have previews made, unless that was asked for before."""
    _waiting, new = Preview.objects.get_or_create(blob=blob, kind=Preview.Kind.POSTER)
    if new:
        app.configure_task(PREVIEWS).defer(sha256=blob.pk)


def queue_probe(item: Item) -> None:
    """Have a video's duration, frame size and codecs read from its file."""
    app.configure_task(PROBE).defer(item_id=str(item.pk))
