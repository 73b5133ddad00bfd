"""Who may do what with sources, items and their files. Every rule asks first whether the person sees the object.

Roles are held in teams: one works with an item through one's role in the team of a case it is linked to, through an
explicit grant to such a case, or, while it is linked to none, in the item's own team.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from casework.accounts.models import Role
from casework.audit import clock
from casework.cases.access import can_edit_case
from casework.cases.models import Case, CaseAssignment, CaseGrant
from casework.evidence.models import EvidenceLink, Item, Source, Upload

if TYPE_CHECKING:
    from casework.accounts.models import Team, User

WORKING_ROLES = (Role.INVESTIGATOR, Role.REVIEWER, Role.REFERRAL_OFFICER)
"""Roles that may hold an original in their hands; viewers read, auditors need break-glass."""
SENSITIVE_DETAILS = {
    "unit_report": frozenset({"author"}),
    "testimony": frozenset(
        {
            "identity",
            "consent_taken_by",
            "interviewer",
            "interpreter",
            "place",
            "protection_concern",
            "earlier_interviews",
        }
    ),
}
"""Fields of a kind that are shown only to the people named on a case of the item."""


def can_see_item(user: User, item: Item) -> bool:
    return Item.objects.visible_to(user).filter(pk=item.pk).exists()


def can_see_source(user: User, source: Source) -> bool:
    return Source.objects.visible_to(user).filter(pk=source.pk).exists()


def can_add_source(user: User, team: Team) -> bool:
    return user.is_active and user.has_role(Role.INVESTIGATOR, team.pk)


def can_change_source(user: User, source: Source) -> bool:
    return can_see_source(user, source) and user.has_role(Role.INVESTIGATOR, source.team_id)


def can_rate_source(user: User, source: Source) -> bool:
    return can_change_source(user, source)


def can_register_item(user: User, team: Team) -> bool:
    return user.is_active and user.has_role(Role.INVESTIGATOR, team.pk)


def can_upload(user: User, _: Any = None) -> bool:
    """Whether the person may send files at all: those who may register evidence somewhere."""
    return user.is_active and bool(user.teams_as(Role.INVESTIGATOR))


def can_use_upload(user: User | None, upload: Upload) -> bool:
    """An upload belongs to the person who sends it. Nobody (the system) lets go of those whose time is over."""
    if user is None:
        return upload.expires_at <= clock.now()
    return user.is_active and upload.owner_id == user.pk


def can_add_evidence(user: User, case: Case) -> bool:
    """Whether the person may put evidence into this case: those who may edit it. A grant opens a case for reading."""
    return can_edit_case(user, case) and Case.objects.visible_to(user).filter(pk=case.pk).exists()


def can_change_item(user: User, item: Item) -> bool:
    return can_see_item(user, item) and user.has_role(Role.INVESTIGATOR, item.team_id)


def can_add_file(user: User, item: Item) -> bool:
    return can_change_item(user, item)


def can_link_item(user: User, item: Item) -> bool:
    """Whether the person may link an item at all; `can_add_evidence` says whether to a given case."""
    return can_see_item(user, item) and bool(user.teams_as(Role.INVESTIGATOR))


def can_unlink_item(user: User, link: EvidenceLink) -> bool:
    return can_add_evidence(user, link.case)


def can_reveal_file(user: User, item: Item) -> bool:
    """Whoever may read the record may see its grey preview, deliberately and on record."""
    return can_see_item(user, item)


def can_download(user: User, item: Item) -> bool:
    """Originals go to those who work with the evidence; to an auditor only while a break-glass grant lasts."""
    links = EvidenceLink.objects.visible_to(user).present().filter(item=item)
    cases = dict(links.values_list("case_id", "case__team_id"))
    working = set(user.teams_as(*WORKING_ROLES))
    if working & set(cases.values()):
        return True
    if cases:
        return (bool(working) or user.is_auditor) and _granted(user, list(cases))
    return item.team_id in working and can_see_item(user, item)


def can_check_file(user: User, item: Item) -> bool:
    return can_download(user, item)


def can_export_evidence(user: User, _: Any = None) -> bool:
    """Those who work with evidence export the list of what they see; viewers only look."""
    return bool(user.teams_as(*WORKING_ROLES))


def can_release_caveat(user: User, item: Item) -> bool:
    roles = (Role.INVESTIGATOR, Role.REFERRAL_OFFICER)
    return can_see_item(user, item) and item.team_id in user.teams_as(*roles)


def can_see_identity(user: User, item: Item) -> bool:
    """Whether the person may know who a witness or an author is: they are named on a case of the item, or
    registered it and it is linked to none yet."""
    links = EvidenceLink.objects.visible_to(user).present().filter(item=item)
    named = CaseAssignment.objects.filter(user_id=user.pk, ended_at=None, case_id__in=links.values("case_id"))
    if named.exists():
        return True
    unlinked = not EvidenceLink.objects.present().filter(item=item).exists()
    return unlinked and item.registered_by_id == user.pk and can_see_item(user, item)


def hidden_details(user: User, item: Item) -> frozenset[str]:
    """The sensitive fields of this item's kind that are to be left out for this person."""
    hidden = SENSITIVE_DETAILS.get(item.kind, frozenset())
    return frozenset() if not hidden or can_see_identity(user, item) else hidden


def _granted(user: User, case_ids: list[uuid.UUID]) -> bool:
    now = clock.now()
    grants = CaseGrant.objects.filter(user_id=user.pk, case_id__in=case_ids, granted_at__lte=now, ends_at__gt=now)
    return grants.exists()
