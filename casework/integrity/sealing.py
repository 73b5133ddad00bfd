"""Sealing: a head is made, and at once leaves for the file. And the change of keys."""

from __future__ import annotations

import os

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from casework.core.errors import Conflict, IntegrityFailure
from casework.integrity import exporting, heads, keys, stamping
from casework.integrity.models import Head

_log = structlog.get_logger("casework.integrity")


def seal() -> Head | None:
    """Make a head if anything changed, and bring the file up to date. Without the key nothing is made and what moved
    waits; the page and the log say why."""
    head = None
    try:
        head = heads.make_head(authorities=stamping.addresses())
    except IntegrityFailure as error:
        _log.error("integrity.no_head", reason=error.message)
    exporting.deliver_to_file()
    return head


def key_problem() -> str:
    """Why the next head could not be signed; empty when it can. Makes nothing."""
    last = Head.objects.order_by("-number").first()
    try:
        if last is not None:
            keys.signing_key(heads.expected_key(last))
        else:
            keys.read(keys.path())
    except IntegrityFailure as error:
        return error.message
    return ""


def rotate_key() -> Head:
    """Begin a new key: the old one signs the new one's name into a head, and is then destroyed.

    The new key lies beside the old one until the head is kept, so that a crash at any point leaves one that fits.
    Raises IntegrityFailure when the old key is not there.
    """
    following = keys.read(keys.following_path()) or keys.make(keys.following_path())
    head = heads.hand_over(following, authorities=stamping.addresses())
    os.replace(keys.following_path(), keys.path())
    exporting.deliver_to_file()
    return head


def replace_lost_key() -> Head:
    """Begin a new key that nobody vouches for, because the old one is lost. Raises Conflict while it is there."""
    if not key_problem():
        raise Conflict(_("The key is there and fits. Rotate it instead."))
    if keys.path().exists():
        raise Conflict(_("Another key lies at %(path)s. Move it away first.") % {"path": settings.CASEWORK_HEAD_KEY})
    head = heads.begin_again(authorities=stamping.addresses())
    exporting.deliver_to_file()
    return head
