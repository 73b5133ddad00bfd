"""What the database itself refuses about referrals, whoever runs the SQL."""

from __future__ import annotations

import pgtrigger

STEPS = """
    IF NEW.state <> OLD.state AND NOT (
        (OLD.state IN ('draft', 'returned') AND NEW.state IN ('awaiting_approval', 'withdrawn'))
        OR (OLD.state = 'awaiting_approval' AND NEW.state IN ('approved', 'returned', 'withdrawn'))
        OR (OLD.state = 'approved' AND NEW.state IN ('sent', 'delivery_unknown', 'returned', 'withdrawn'))
        OR (OLD.state = 'delivery_unknown' AND NEW.state IN ('sent', 'approved'))
        OR (OLD.state = 'sent' AND NEW.state IN ('acknowledged', 'replied', 'closed'))
        OR (OLD.state = 'acknowledged' AND NEW.state IN ('replied', 'closed'))
        OR (OLD.state = 'replied' AND NEW.state IN ('closed'))
    ) THEN
        RAISE EXCEPTION 'a referral does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# What goes out is worked on only as a draft; its package is bound when it is submitted and let go when it is returned.
FROZEN = """
    IF (NEW.id, NEW.reference, NEW.team_id, NEW.prepared_by_id)
       IS DISTINCT FROM (OLD.id, OLD.reference, OLD.team_id, OLD.prepared_by_id) THEN
        RAISE EXCEPTION 'what a referral is never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state NOT IN ('draft', 'returned')
       AND (NEW.recipient_id, NEW.purpose, NEW.covering_note, NEW.supplements_id)
       IS DISTINCT FROM (OLD.recipient_id, OLD.purpose, OLD.covering_note, OLD.supplements_id) THEN
        RAISE EXCEPTION 'a referral changes only while it is a draft' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.package_id IS DISTINCT FROM OLD.package_id
       AND NOT (OLD.state IN ('draft', 'returned') AND NEW.state = 'awaiting_approval')
       AND NOT (
           OLD.state IN ('awaiting_approval', 'approved') AND NEW.state = 'returned' AND NEW.package_id IS NULL
       ) THEN
        RAISE EXCEPTION 'a package is bound when a referral is submitted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('sent', 'acknowledged', 'replied', 'closed')
       AND (NEW.sent_by_id, NEW.sent_at, NEW.sent_on, NEW.sent_through, NEW.receipt)
       IS DISTINCT FROM (OLD.sent_by_id, OLD.sent_at, OLD.sent_on, OLD.sent_through, OLD.receipt) THEN
        RAISE EXCEPTION 'what was sent never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""
# The approval is another person's, and of the very package that is bound.
FOUR_EYES = """
    IF (NEW.approved_by_id, NEW.approved_at, NEW.approved_sha256)
       IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at, OLD.approved_sha256)
       AND NOT (OLD.state = 'awaiting_approval' AND NEW.state = 'approved')
       AND NOT (OLD.state = 'approved' AND NEW.state = 'returned' AND NEW.approved_by_id IS NULL) THEN
        RAISE EXCEPTION 'an approval is given once and voided only by a return' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'awaiting_approval' AND NEW.state = 'approved' AND NOT EXISTS (
        SELECT 1 FROM referrals_package p
        WHERE p.id = NEW.package_id AND p.referral_id = NEW.id AND p.sha256 = NEW.approved_sha256
          AND p.frozen_by_id <> NEW.approved_by_id
    ) THEN
        RAISE EXCEPTION 'an approval is of the frozen package, by someone who did not freeze it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
BEGINS = """
    IF NEW.state <> 'draft' OR NEW.package_id IS NOT NULL OR NEW.approved_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'a referral begins as a draft' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
NEVER_DELETED = "RAISE EXCEPTION 'referrals are never deleted' USING ERRCODE = 'restrict_violation';"
_PART_OF_A_DRAFT = """
    IF EXISTS (SELECT 1 FROM referrals_referral r
               WHERE r.state NOT IN ('draft', 'returned')
                 AND (TG_OP <> 'INSERT' AND r.id = OLD.referral_id
                      OR TG_OP <> 'DELETE' AND r.id = NEW.referral_id)) THEN
        RAISE EXCEPTION 'a referral changes only while it is a draft' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def referral_triggers() -> list[pgtrigger.Trigger]:
    """The guards of a referral. Triggers of one moment fire in the order of their names."""

    def before(name: str, operation: pgtrigger.Operation, func: str) -> pgtrigger.Trigger:
        return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=func)

    return [
        before("referral_a_steps", pgtrigger.Update, STEPS),
        before("referral_b_frozen", pgtrigger.Update, FROZEN),
        before("referral_c_four_eyes", pgtrigger.Update, FOUR_EYES),
        before("referral_begins_as_draft", pgtrigger.Insert, BEGINS),
        before("referral_never_deleted", pgtrigger.Delete, NEVER_DELETED),
    ]


def part_of_a_draft(name: str) -> list[pgtrigger.Trigger]:
    """Which cases and evidence a referral holds changes only while it is a draft."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_of_a_draft",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=_PART_OF_A_DRAFT,
        )
    ]
