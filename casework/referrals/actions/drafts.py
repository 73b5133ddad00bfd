"""Preparing a referral, and changing it while it is a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.models import Case
from casework.core.access import require
from casework.core.errors import Conflict, NotFound
from casework.core.references import next_reference
from casework.core.workflow import change, require_unchanged
from casework.findings.models import Finding
from casework.referrals.access import can_edit_referral, can_refer_case, is_officer
from casework.referrals.actions.common import invalid, take_referral
from casework.referrals.models import Recipient, Referral, ReferralCase, ReferralEvidence

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.evidence.models import EvidenceLink

NOTE_LENGTH = 20_000
Purpose = Referral.Purpose


def prepare_referral(
    *,
    actor: User,
    recipient: Recipient,
    cases: Sequence[Case],
    purpose: str = Purpose.INFORMATION,
    covering_note: str = "",
    links: Sequence[EvidenceLink] = (),
    records_only: Sequence[EvidenceLink] = (),
    supplements: Referral | None = None,
) -> Referral:
    """Begin a referral of cases of one team to a recipient; it stays a draft until it is submitted.

    `links` say which evidence is disclosed; of those also in `records_only` no copies go along. `supplements` is an
    earlier referral to the same recipient that this one adds to. Raises NotFound for a case the person may not see,
    NotAllowed, Invalid.
    """
    cases = list(dict.fromkeys(cases))
    _check_cases(cases, actor)
    with transaction.atomic():
        for case in cases:
            require(can_refer_case, actor, case)
        values = _checked(
            {"recipient": recipient, "purpose": purpose, "covering_note": covering_note, "supplements": supplements},
            actor,
        )
        referral = Referral.objects.create(
            reference=next_reference("R"), team=cases[0].team, prepared_by=actor, drafters=[actor.pk], **values
        )
        _put_cases(referral, cases)
        _put_links(referral, links, records_only)
        record(Event.REFERRAL_PREPARED, actor=actor, obj=referral, detail=_summary(referral))
    return referral


def change_referral(
    referral: Referral,
    *,
    actor: User,
    expected: Any = None,
    cases: Sequence[Case] | None = None,
    links: Sequence[EvidenceLink] | None = None,
    records_only: Sequence[EvidenceLink] | None = None,
    **values: Any,
) -> Referral:
    """Change a draft, or one returned for changes: recipient, purpose, covering_note, supplements, cases, evidence.

    Whoever changes it becomes one of its drafters, who do not approve it. Raises NotFound, NotAllowed, Invalid, or
    Conflict when it is no draft any more or `expected` (the `updated_at` that the person saw) has passed.
    """
    with transaction.atomic():
        row = take_referral(referral, actor)
        require(is_officer, actor, row)
        if not can_edit_referral(actor, row):
            raise Conflict(_("Only a draft can be changed. Return it for changes first; that voids its approval."))
        require_unchanged(row, expected)
        merged = {name: getattr(row, name) for name in ("recipient", "purpose", "covering_note", "supplements")}
        changed = change(row, {**_checked({**merged, **values}, actor, row), "drafters": _with(row.drafters, actor)})
        changed.pop("drafters", None)
        if cases is not None:
            kept = list(dict.fromkeys(cases))
            _check_cases(kept, actor)
            for case in kept:
                require(can_refer_case, actor, case)
            if any(case.team_id != row.team_id for case in kept):
                raise invalid("cases", _("Cases of one referral belong to one team."))
            changed["cases"] = [[], [case.reference for case in kept]]
            row.evidence.exclude(link__case__in=kept).delete()
            row.cases.exclude(case__in=kept).delete()
            _put_cases(row, kept)
        if links is not None:
            row.evidence.all().delete()
            _put_links(row, links, records_only or ())
            changed["evidence"] = [[], sorted({link.item.reference for link in links})]
        # Touches updated_at also when only the parts changed.
        row.updated_at = clock.now()
        row.save(update_fields=["updated_at"])
        record(Event.REFERRAL_CHANGED, actor=actor, obj=row, detail={"changed": sorted(changed)})
    return row


def bind_findings(referral: Referral) -> None:
    """Bind each case to its finding in force today, or mark it as preliminary. For drafts, in the caller's
    transaction."""
    rows = list(referral.cases.all())
    in_force = Finding.objects.filter(case__in=[row.case_id for row in rows], state=Finding.State.APPROVED).in_force(
        clock.today()
    )
    by_case = {finding.case_id: finding.pk for finding in in_force}
    for row in rows:
        row.finding_id = by_case.get(row.case_id)
    ReferralCase.objects.bulk_update(rows, ["finding"])


def _check_cases(cases: Sequence[Case], actor: User) -> None:
    if not cases:
        raise invalid("cases", _("Choose at least one case."))
    if Case.objects.visible_to(actor).filter(pk__in=[case.pk for case in cases]).count() != len(cases):
        raise NotFound(_("There is no such case, or you may not see it."))
    if len({case.team_id for case in cases}) > 1:
        raise invalid("cases", _("Cases of one referral belong to one team."))


def _checked(values: dict[str, Any], actor: User, row: Referral | None = None) -> dict[str, Any]:
    """The draft's own fields, once they fit each other. Raises Invalid with the field named."""
    recipient, earlier = values["recipient"], values["supplements"]
    values["covering_note"] = values["covering_note"].strip()
    if not recipient.in_use:
        raise invalid("recipient", _("This recipient is no longer in use. Choose another."))
    if values["purpose"] not in Purpose.values:
        raise invalid("purpose", _("Choose a purpose from the list."))
    if len(values["covering_note"]) > NOTE_LENGTH:
        raise invalid("covering_note", _("The note is too long: at most 20,000 characters."))
    if values["purpose"] != Purpose.SUPPLEMENT:
        if earlier is not None:
            raise invalid("supplements", _("Only a supplement names an earlier referral."))
        return values
    if earlier is None or (row is not None and earlier.pk == row.pk):
        raise invalid("supplements", _("Choose the earlier referral that this supplements."))
    if not Referral.objects.visible_to(actor).filter(pk=earlier.pk).exists():
        raise invalid("supplements", _("There is no such referral, or you may not see it."))
    if earlier.recipient_id != recipient.pk or not earlier.is_sent:
        raise invalid("supplements", _("A supplement adds to a referral that was sent to the same recipient."))
    return values


def _put_cases(referral: Referral, cases: Sequence[Case]) -> None:
    present = set(referral.cases.values_list("case_id", flat=True))
    ReferralCase.objects.bulk_create(
        ReferralCase(referral=referral, case=case) for case in cases if case.pk not in present
    )
    bind_findings(referral)


def _put_links(referral: Referral, links: Sequence[EvidenceLink], records_only: Sequence[EvidenceLink]) -> None:
    cases = set(referral.cases.values_list("case_id", flat=True))
    bare = {link.pk for link in records_only}
    chosen = list(dict.fromkeys(links))
    if any(link.case_id not in cases or link.removed_at for link in chosen):
        raise invalid("links", _("Choose evidence that is linked to the cases of this referral."))
    ReferralEvidence.objects.bulk_create(
        ReferralEvidence(referral=referral, link=link, with_files=link.pk not in bare) for link in chosen
    )


def _with(drafters: Sequence[Any], actor: User) -> list[Any]:
    return list(dict.fromkeys([*drafters, actor.pk]))


def _summary(referral: Referral) -> dict[str, Any]:
    return {
        "recipient": referral.recipient.code,
        "purpose": str(referral.purpose),
        "cases": sorted(row.case.reference for row in referral.cases.select_related("case")),
    }
