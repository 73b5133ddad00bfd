"""Who may do what with referrals.

Referral officers of the team prepare, send and keep the correspondence; whoever wrote any part of a referral never
approves it. Approving is for another referral officer or a reviewer of the team. Once approved by another person, any
referral officer may send it, the preparer and the approver too: what is sent is the approved package and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.accounts.models import Role
from casework.cases.models import Case
from casework.referrals.models import Correspondence, Referral

if TYPE_CHECKING:
    from casework.accounts.models import User


def is_officer(user: User, referral: Referral) -> bool:
    return user.is_active and user.has_role(Role.REFERRAL_OFFICER, referral.team_id)


def can_refer_case(user: User, case: Case) -> bool:
    """Referral officers of the case's own team; a case merged into another is referred through that one."""
    return user.is_active and user.has_role(Role.REFERRAL_OFFICER, case.team_id) and case.state != Case.State.MERGED


def can_edit_referral(user: User, referral: Referral) -> bool:
    """Referral officers, while it is a draft or was returned for changes."""
    return is_officer(user, referral) and referral.state in (Referral.State.DRAFT, Referral.State.RETURNED)


def can_submit_referral(user: User, referral: Referral) -> bool:
    return is_officer(user, referral)


def can_decide_referral(user: User, referral: Referral) -> bool:
    """Whether the role permits deciding on referrals of the team, whoever wrote this one."""
    return is_officer(user, referral) or (user.is_active and user.has_role(Role.REVIEWER, referral.team_id))


def can_approve_referral(user: User, referral: Referral) -> bool:
    """Another referral officer or a reviewer; nobody who prepared, changed or submitted it."""
    return (
        can_decide_referral(user, referral) and user.pk != referral.prepared_by_id and user.pk not in referral.drafters
    )


def can_return_referral(user: User, referral: Referral) -> bool:
    """Whoever may decide; the preparer too, who takes it back to change it."""
    return can_decide_referral(user, referral)


def can_withdraw_referral(user: User, referral: Referral) -> bool:
    return is_officer(user, referral)


def can_send_referral(user: User, referral: Referral) -> bool:
    """Any referral officer of the team, after another person's approval."""
    return is_officer(user, referral)


def can_record_correspondence(user: User, referral: Referral) -> bool:
    return is_officer(user, referral)


def can_read_confidential(user: User, referral: Referral) -> bool:
    """The recipients' confidential letters, and what was made of them: referral officers of the team."""
    return is_officer(user, referral)


def can_read_letter(user: User, letter: Correspondence) -> bool:
    return not letter.confidential or can_read_confidential(user, letter.referral)


def can_open_dossier(user: User, referral: Referral) -> bool:
    """The dossier as a document: those who write it and those who decide on it."""
    return can_decide_referral(user, referral)


def can_download_package(user: User, referral: Referral) -> bool:
    """Referral officers, from the approval on: before it, nothing leaves."""
    return is_officer(user, referral) and referral.state in (
        Referral.State.APPROVED,
        Referral.State.DELIVERY_UNKNOWN,
        Referral.State.SENT,
        Referral.State.ACKNOWLEDGED,
        Referral.State.REPLIED,
        Referral.State.CLOSED,
    )
