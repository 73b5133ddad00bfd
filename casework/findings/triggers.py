"""What the database itself refuses about findings, whoever runs the SQL."""

from __future__ import annotations

import pgtrigger

# An approved finding is as it was decided; only its range of days in force may be closed, once.
IMMUTABLE = """
    IF OLD.state = 'approved' THEN
        IF (to_jsonb(NEW) - 'in_force' - 'updated_at') <> (to_jsonb(OLD) - 'in_force' - 'updated_at')
           OR NEW.in_force IS DISTINCT FROM OLD.in_force AND (
               NOT isempty(OLD.in_force) AND upper_inf(OLD.in_force)
               AND (isempty(NEW.in_force)
                    OR lower(NEW.in_force) = lower(OLD.in_force) AND NOT upper_inf(NEW.in_force))
           ) IS NOT TRUE THEN
            RAISE EXCEPTION 'an approved finding never changes' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
"""
STEPS = """
    IF NEW.state <> OLD.state AND NOT (
        (OLD.state = 'proposed' AND NEW.state IN ('approved', 'returned', 'withdrawn'))
        OR (OLD.state = 'returned' AND NEW.state IN ('proposed', 'withdrawn'))
    ) THEN
        RAISE EXCEPTION 'a finding does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# What is reviewed is what was proposed: the content changes only when a returned finding is proposed again.
AS_PROPOSED = """
    IF (NEW.id, NEW.reference, NEW.case_id, NEW.proposed_by_id)
       IS DISTINCT FROM (OLD.id, OLD.reference, OLD.case_id, OLD.proposed_by_id)
       OR NOT (OLD.state = 'returned' AND NEW.state = 'proposed') AND (
           to_jsonb(NEW) - ARRAY['state', 'updated_at', 'returned_code', 'returned_note', 'returned_by_id',
               'returned_at', 'approved_by_id', 'decided_on', 'in_force', 'supersedes_id', 'late_verification']
       ) <> (
           to_jsonb(OLD) - ARRAY['state', 'updated_at', 'returned_code', 'returned_note', 'returned_by_id',
               'returned_at', 'approved_by_id', 'decided_on', 'in_force', 'supersedes_id', 'late_verification']
       ) THEN
        RAISE EXCEPTION 'a finding is decided as it was proposed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""
FOUR_EYES = """
    IF NEW.state = 'approved' AND EXISTS (
        SELECT 1 FROM findings_citedevidence cited JOIN evidence_item item ON item.id = cited.item_id
        LEFT JOIN evidence_evidencefile file ON file.item_id = item.id AND file.blob_id = cited.sha256
        WHERE cited.finding_id = NEW.id AND NEW.approved_by_id IN (item.registered_by_id, file.added_by_id)
    ) THEN
        RAISE EXCEPTION 'a finding is approved by someone who registered none of its evidence'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
BEGINS = """
    IF NEW.state <> 'proposed' THEN
        RAISE EXCEPTION 'a finding begins as proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# Judged at the commit, because the earlier range is closed before the later one opens.
SUCCEEDED = """
    IF OLD.state = 'approved' AND NEW.in_force IS DISTINCT FROM OLD.in_force AND NOT EXISTS (
        SELECT 1 FROM findings_finding later
        WHERE later.supersedes_id = NEW.id AND later.state = 'approved'
          AND later.decided_on = coalesce(upper(NEW.in_force), NEW.decided_on)
    ) THEN
        RAISE EXCEPTION 'a finding stays in force until another supersedes it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
"""
NEVER_DELETED = "RAISE EXCEPTION 'findings are never deleted' USING ERRCODE = 'restrict_violation';"
_KEPT = """
    IF EXISTS (SELECT 1 FROM findings_finding f
               WHERE f.state = 'approved'
                 AND (TG_OP <> 'INSERT' AND f.id = OLD.finding_id OR TG_OP <> 'DELETE' AND f.id = NEW.finding_id)) THEN
        RAISE EXCEPTION 'what an approved finding stands on never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def finding_triggers() -> list[pgtrigger.Trigger]:
    """The guards of a finding. Triggers of one moment fire in the order of their names."""

    def before(name: str, operation: pgtrigger.Operation, func: str) -> pgtrigger.Trigger:
        return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=func)

    return [
        before("finding_a_immutable", pgtrigger.Update, IMMUTABLE),
        before("finding_b_steps", pgtrigger.Update, STEPS),
        before("finding_c_as_proposed", pgtrigger.Update, AS_PROPOSED),
        before("finding_d_four_eyes", pgtrigger.Update, FOUR_EYES),
        before("finding_begins_proposed", pgtrigger.Insert, BEGINS),
        before("finding_never_deleted", pgtrigger.Delete, NEVER_DELETED),
        pgtrigger.Trigger(
            name="finding_succeeded",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            timing=pgtrigger.Deferred,
            func=SUCCEEDED,
        ),
    ]


def kept_with_finding(name: str) -> list[pgtrigger.Trigger]:
    """No row of an approved finding is added, altered, moved or taken away."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_kept",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=_KEPT,
        )
    ]
