"""Every write of the referrals room. Locks are taken in one order: the referral, its items by key, the audit's
chain."""

from casework.referrals.actions.answers import (
    acknowledge_referral,
    close_referral,
    note_letter_file,
    record_correspondence,
    record_reply,
)
from casework.referrals.actions.approval import approve_referral, return_referral, submit_referral, withdraw_referral
from casework.referrals.actions.drafts import change_referral, prepare_referral
from casework.referrals.actions.sending import (
    note_dossier_opened,
    note_package_download,
    record_delivery_unknown,
    record_sent,
    resolve_as_not_sent,
    resolve_as_sent,
)

__all__ = [
    "acknowledge_referral",
    "approve_referral",
    "change_referral",
    "close_referral",
    "note_dossier_opened",
    "note_letter_file",
    "note_package_download",
    "prepare_referral",
    "record_correspondence",
    "record_delivery_unknown",
    "record_reply",
    "record_sent",
    "resolve_as_not_sent",
    "resolve_as_sent",
    "return_referral",
    "submit_referral",
    "withdraw_referral",
]
