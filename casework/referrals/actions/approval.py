"""From draft to approved: freezing the package, another person's approval, return and withdrawal."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Blocked
from casework.core.workflow import perform
from casework.evidence.actions.blobs import keep_blob
from casework.evidence.uploads import stored_from_bytes
from casework.referrals.access import can_approve_referral, can_submit_referral
from casework.referrals.actions.common import require_visible, take_referral
from casework.referrals.actions.drafts import bind_findings
from casework.referrals.disclosure import Disclosure, compute_disclosure
from casework.referrals.dossier import render_dossier
from casework.referrals.models import Package, Referral
from casework.referrals.packages import (
    DOSSIER_NAME,
    manifest_of,
    manifest_sha256,
    require_sound_files,
    require_sound_package,
    require_unchanged_since_frozen,
)
from casework.referrals.soundness import obstacles_of, obstacles_of_package, require_free
from casework.referrals.workflow import APPROVE, RETURN, SUBMIT, WITHDRAW

if TYPE_CHECKING:
    from casework.accounts.models import User

VOIDED = {"package": None, "approved_by": None, "approved_at": None, "approved_sha256": ""}


def submit_referral(referral: Referral, *, actor: User) -> Referral:
    """Freeze the package and ask another person for approval.

    Each case is bound to its finding in force. Raises NotFound, NotAllowed, Conflict, IntegrityFailure naming an item
    whose bytes are damaged, or Blocked when a text names somebody who must not be named, or what would be disclosed is
    in quarantine or holds malware that nobody released.
    """
    require_visible(referral, actor)
    require(can_submit_referral, actor, referral)
    # Read from the disk before any row is locked; bytes in the store never change by our own hand.
    would_be = compute_disclosure(referral)
    require_sound_files([(file.evidence, file.sha256) for file in would_be.files])
    require_free(obstacles_of(would_be))
    with transaction.atomic():
        row = take_referral(referral, actor)
        if row.state not in SUBMIT.sources or not SUBMIT.allowed(actor, row):
            return perform(row, SUBMIT, actor=actor)
        bind_findings(row)
        disclosure = compute_disclosure(row)
        if disclosure.blocked:
            raise Blocked(_("Names that must not leave the office stand in the text."), reasons=disclosure.blocked)
        require_free(obstacles_of(disclosure))
        package = _freeze(row, disclosure, actor)
        drafters = list(dict.fromkeys([*row.drafters, actor.pk]))
        return perform(
            row,
            SUBMIT,
            actor=actor,
            changes={"package": package, "drafters": drafters},
            detail={"sha256": package.sha256, "version": package.version},
        )


def _freeze(referral: Referral, disclosure: Disclosure, actor: User) -> Package:
    """The package as one row and one stored document, in the caller's transaction."""
    frozen_at = clock.now()
    pdf = render_dossier(disclosure.dossier)
    dossier = keep_blob(stored_from_bytes(DOSSIER_NAME, pdf, "application/pdf"))
    version = (referral.packages.aggregate(last=Max("version"))["last"] or 0) + 1
    manifest = manifest_of(referral, disclosure, dossier=dossier, version=version, frozen_at=frozen_at)
    package = Package.objects.create(
        referral=referral,
        version=version,
        manifest=manifest,
        sha256=manifest_sha256(manifest),
        dossier=dossier,
        content=disclosure.content,
        withheld=[{"what": one.what, "why": one.why, "rule": one.rule} for one in disclosure.withheld],
        frozen_by=actor,
        frozen_at=frozen_at,
    )
    record(Event.PACKAGE_FROZEN, actor=actor, obj=package, detail={"sha256": package.sha256})
    return package


def approve_referral(referral: Referral, *, actor: User, sha256: str) -> Referral:
    """Approve the package whose hash the person saw. The approver wrote no part of it.

    Raises NotFound, NotAllowed, StepUpRequired for an API token, Conflict, IntegrityFailure naming the damaged item, or
    Blocked when the hash is another package's or what would be disclosed changed since it was frozen.
    """
    require_visible(referral, actor)
    require(can_approve_referral, actor, referral)
    if referral.package is not None and referral.state == Referral.State.AWAITING_APPROVAL:
        require_sound_package(referral.package)
        require_free(obstacles_of_package(referral.package))
    with transaction.atomic():
        row = take_referral(referral, actor)
        package = row.package
        if row.state in APPROVE.sources and APPROVE.allowed(actor, row) and package is not None:
            if not hmac.compare_digest(sha256.strip().lower().encode(), package.sha256.encode()):
                raise Blocked(
                    _("This is not the package that you read. Open it again and compare its hash."),
                    code="changed_since_frozen",
                )
            require_unchanged_since_frozen(row, package)
        return perform(
            row,
            APPROVE,
            actor=actor,
            changes={
                "approved_by": actor,
                "approved_at": clock.now(),
                "approved_sha256": package.sha256 if package else "",
            },
            detail={"sha256": package.sha256 if package else ""},
        )


def return_referral(referral: Referral, *, actor: User, reason: str) -> Referral:
    """Return it for changes, before or after its approval; the approval is void and its package is let go.

    Raises NotFound, NotAllowed, Conflict, Invalid without a reason.
    """
    require_visible(referral, actor)
    return perform(referral, RETURN, actor=actor, reason=reason, changes=dict(VOIDED))


def withdraw_referral(referral: Referral, *, actor: User, reason: str) -> Referral:
    """Give it up before it is sent. Raises NotFound, NotAllowed, Conflict, Invalid without a reason."""
    require_visible(referral, actor)
    return perform(referral, WITHDRAW, actor=actor, reason=reason)
