"""Time-stamps (RFC 3161): each head's hash, attested by every configured authority.

Nobody waits for an authority: one that fails is asked again after growing pauses, and what it says is kept as it came
before anything is concluded from it. Verifying is done by the code that third parties use, offline.
"""

from __future__ import annotations

import datetime

import structlog
from cryptography import x509
from django.db import transaction
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from casework.integrity import exporting, outgoing
from casework.integrity.authorities import Authority, authorities
from casework.integrity.casework_verify import Bad, CannotCheck, read_anchors, token_of, verify_token
from casework.integrity.models import Head, Stamp, Stamping

_log = structlog.get_logger("casework.integrity")
AT_ONCE = 20


def addresses() -> list[str]:
    return [authority.url for authority in authorities()]


def stamp_waiting() -> int:
    """Ask for the time-stamps that wait, newest head first, those that failed last. Returns how many tokens came.

    An authority that fails is left alone until its pause is over, whatever else waits for it.
    """
    got = 0
    for authority in authorities():
        with transaction.atomic():
            place = exporting.taken(authority.url)
        if place.rests:
            continue
        waiting = Stamping.objects.filter(authority=authority.url, result=Stamping.Result.WAITING)
        for stamping in waiting.select_related("head").order_by("attempts", "-head_id")[:AT_ONCE]:
            problem = ask(stamping, authority)
            if problem:
                exporting.note_failure(place, problem)
                break
            exporting.note_success(place, max(stamping.head_id, place.last_number))
            got += 1
    return got


def ask(stamping: Stamping, authority: Authority) -> str:
    """Ask one authority for one head's time-stamp and keep what it gives. Returns why it has to be asked again, or
    nothing."""
    head = stamping.head
    # The library hashes the data itself: the imprint is the SHA-256 of the body, which is the head's hash.
    builder = TimestampRequestBuilder().data(bytes(head.body)).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        answer = outgoing.post(authority.url, request.as_bytes(), "application/timestamp-query")
        token = token_of(answer)
    except (outgoing.CallFailed, Bad) as error:
        problem = str(error)
    else:
        stamp = Stamp.objects.create(head=head, authority=authority.url, token=token)
        problem = conclude(stamping, stamp, authority, nonce=request.nonce)
    if problem:
        Stamping.objects.filter(pk=stamping.pk).update(attempts=stamping.attempts + 1, problem=problem[:300])
    return problem


def conclude(stamping: Stamping, stamp: Stamp, authority: Authority | None, *, nonce: int | None = None) -> str:
    """Verify a kept token and note what came of it. A token that answers another request than ours, as its nonce
    tells, is not taken: returns that, else nothing."""
    found = _verified(stamp, authority)
    if isinstance(found, str):
        result, stamped_at, problem = Stamping.Result.UNSOUND, None, found[:300]
        _log.error("integrity.stamp_unsound", head=stamp.head_id, reason=problem)
    elif nonce is not None and found[2] != nonce:
        return "answered another request than ours"
    else:
        result, stamped_at, problem = found[0], found[1], ""
    Stamping.objects.filter(pk=stamping.pk).update(
        stamp=stamp, attempts=stamping.attempts + 1, result=result, stamped_at=stamped_at, problem=problem
    )
    return ""


def _verified(stamp: Stamp, authority: Authority | None) -> str | tuple[Stamping.Result, datetime.datetime, int | None]:
    """What a token says (state, time, nonce), or why it does not hold."""
    try:
        anchors: list[x509.Certificate] = read_anchors(authority.cas if authority else ())
        found = verify_token(bytes(stamp.token), bytes(stamp.head.hash), anchors)
    except (Bad, CannotCheck) as error:
        return str(error)
    result = Stamping.Result.SOUND if found.anchored else Stamping.Result.UNANCHORED
    return result, found.time, found.nonce


def verify_again(*, everything: bool = False) -> list[str]:
    """Verify kept tokens once more, offline; all, or those that did not stand. Returns what does not hold."""
    known = {authority.url: authority for authority in authorities()}
    rows = Stamping.objects.exclude(stamp=None).select_related("stamp__head").order_by("head_id", "authority")
    if not everything:
        rows = rows.filter(result__in=[Stamping.Result.UNSOUND, Stamping.Result.UNANCHORED])
    problems = []
    for stamping in rows.iterator(chunk_size=200):
        stamp, authority = stamping.stamp, known.get(stamping.authority)
        if stamp is None:
            continue
        found = _verified(stamp, authority)
        if isinstance(found, str):
            problems.append(f"time-stamp of head {stamp.head_id} by {stamping.authority}: {found}")
        if not everything:
            conclude(stamping, stamp, authority)
    return problems


def want_stamps_of(head: Head) -> None:
    """Have the head stamped by every authority of today: one may have been added since it was made."""
    rows = [Stamping(head=head, authority=url) for url in addresses()]
    Stamping.objects.bulk_create(rows, ignore_conflicts=True)
