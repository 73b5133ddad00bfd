"""The names of everything the audit records. One constant for each kind of act; the value is what is stored."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """A kind of act. The stored value never changes once used; the label is what the audit page shows."""

    # Access
    SIGNED_IN = "access.signed_in", _("Signed in")
    SIGN_IN_FAILED = "access.sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "access.signed_out", _("Signed out")
    STEPPED_UP = "access.stepped_up", _("Confirmed identity again")
    REFUSED = "access.refused", _("Refused")
    SESSION_ENDED = "access.session_ended", _("Session ended")
    BROKE_GLASS = "access.broke_glass", _("Break-glass access opened")

    # Accounts
    USER_INVITED = "accounts.user_invited", _("Invited a person")
    INVITATION_ACCEPTED = "accounts.invitation_accepted", _("Accepted an invitation")
    USER_DISABLED = "accounts.user_disabled", _("Disabled an account")
    USER_ENABLED = "accounts.user_enabled", _("Enabled an account")
    ROLE_GRANTED = "accounts.role_granted", _("Granted a role")
    ROLE_ENDED = "accounts.role_ended", _("Ended a role")
    TEAM_CREATED = "accounts.team_created", _("Created a team")
    TEAM_CHANGED = "accounts.team_changed", _("Changed a team")
    TOKEN_CREATED = "accounts.token_created", _("Made an API token")
    TOKEN_REVOKED = "accounts.token_revoked", _("Revoked an API token")
    SECOND_FACTOR_CHANGED = "accounts.second_factor_changed", _("Changed a second factor")
    PASSWORD_CHANGED = "accounts.password_changed", _("Changed a password")
    NAME_CHANGED = "accounts.name_changed", _("Changed their name")
    REFERENCE_DATA_CHANGED = "accounts.reference_data_changed", _("Changed reference data")

    # Care
    CARE_PREFERENCE_CHANGED = "care.preference_changed", _("Changed how hard material opens for them")
    CARE_TOTALS_VIEWED = "care.totals_viewed", _("Read totals of what people have watched")

    # Cases
    CASE_CREATED = "cases.case_created", _("Opened a case")
    CASE_CHANGED = "cases.case_changed", _("Changed a case")
    CASE_CLOSED = "cases.case_closed", _("Closed a case")
    CASE_REOPENED = "cases.case_reopened", _("Reopened a case")
    SENSITIVITY_CHANGED = "cases.sensitivity_changed", _("Changed a case's sensitivity")
    PERSON_ASSIGNED = "cases.person_assigned", _("Assigned a person")
    ASSIGNMENT_ENDED = "cases.assignment_ended", _("Ended an assignment")
    CASE_ACCESS_GRANTED = "cases.access_granted", _("Granted access to a case")
    CASE_ACCESS_ENDED = "cases.access_ended", _("Ended access to a case")
    VICTIM_ADDED = "cases.victim_added", _("Added a victim")
    VICTIM_CHANGED = "cases.victim_changed", _("Changed a victim")
    VICTIM_REMOVED = "cases.victim_removed", _("Removed a victim")
    NAME_EMBARGO_LIFTED = "cases.name_embargo_lifted", _("Recorded consent to naming")
    PERPETRATOR_ADDED = "cases.perpetrator_added", _("Added an alleged perpetrator")
    PERPETRATOR_CHANGED = "cases.perpetrator_changed", _("Changed an alleged perpetrator")
    PERPETRATOR_REMOVED = "cases.perpetrator_removed", _("Removed an alleged perpetrator")
    MOMENT_ADDED = "cases.moment_added", _("Added a moment to the capture-status timeline")
    MOMENT_CHANGED = "cases.moment_changed", _("Changed a moment of the capture-status timeline")
    MOMENT_REMOVED = "cases.moment_removed", _("Removed a moment of the capture-status timeline")
    NOTE_ADDED = "cases.note_added", _("Added a note")
    TASK_ADDED = "cases.task_added", _("Added a task")
    TASK_CHANGED = "cases.task_changed", _("Changed a task")
    TASK_DONE = "cases.task_done", _("Finished a task")
    TASK_REOPENED = "cases.task_reopened", _("Reopened a task")
    CASES_EXPORTED = "cases.exported", _("Exported cases")

    # Evidence
    SOURCE_ADDED = "evidence.source_added", _("Added a source")
    SOURCE_CHANGED = "evidence.source_changed", _("Changed a source")
    SOURCE_RATED = "evidence.source_rated", _("Rated a source")
    EVIDENCE_REGISTERED = "evidence.registered", _("Registered evidence")
    EVIDENCE_CHANGED = "evidence.changed", _("Changed an evidence record")
    FILE_ADDED = "evidence.file_added", _("Added a file")
    EVIDENCE_LINKED = "evidence.linked", _("Linked evidence to a case")
    EVIDENCE_UNLINKED = "evidence.unlinked", _("Unlinked evidence from a case")
    EVIDENCE_REVEALED = "evidence.revealed", _("Revealed covered material")
    FILE_DOWNLOADED = "evidence.downloaded", _("Downloaded an original")
    FILE_CHECKED = "evidence.file_checked", _("Checked a file's hash")
    FILE_QUARANTINED = "evidence.file_quarantined", _("Found a stored file damaged or missing")
    FILE_SOUND_AGAIN = "evidence.file_sound_again", _("Found a damaged file sound again")
    FILE_REPAIRED = "evidence.file_repaired", _("Replaced a damaged file by the same bytes, received again")
    WORKING_COPY_ADDED = "evidence.working_copy_added", _("Added a working copy")
    MALWARE_FOUND = "evidence.malware_found", _("Found malware in a file")
    MALWARE_GONE = "evidence.malware_gone", _("Found no malware any more in a file")
    MALWARE_CONFIRMED = "evidence.malware_confirmed", _("Confirmed the download of a file with malware")
    MALWARE_CLEARED = "evidence.malware_cleared", _("Released a file in spite of malware")
    CAVEAT_RELEASED = "evidence.caveat_released", _("Released a caveat")
    POST_OBSERVED = "evidence.post_observed", _("Recorded whether a post is still there")
    GRAPHIC_MARKED = "evidence.graphic_marked", _("Marked how hard evidence is to look at")
    EVIDENCE_ASSESSED = "evidence.assessed", _("Assessed evidence")
    EVIDENCE_RATED = "evidence.rated", _("Judged the credibility of evidence")
    WITNESS_SEEN = "evidence.witness_seen", _("Looked at who a witness is")
    CONSENT_WITHDRAWN = "evidence.consent_withdrawn", _("Recorded that a witness withdrew consent")
    EARLIER_INTERVIEW_ADDED = "evidence.earlier_interview_added", _("Added an earlier interview of a witness")
    EVIDENCE_EXPORTED = "evidence.exported", _("Exported evidence")
    UPLOAD_BEGUN = "evidence.upload_begun", _("Began to send a file")
    UPLOAD_COMPLETED = "evidence.upload_completed", _("A file arrived whole and was sealed")
    UPLOAD_TAKEN = "evidence.upload_taken", _("Took a received file into a record")
    UPLOAD_DROPPED = "evidence.upload_dropped", _("Let go of a file that was in no record")
    MARK_ADDED = "evidence.mark_added", _("Marked a moment of a recording")
    MARK_CHANGED = "evidence.mark_changed", _("Changed a marked moment")
    MARK_REMOVED = "evidence.mark_removed", _("Removed a marked moment")
    PREVIEW_MADE = "evidence.preview_made", _("Made a preview")

    # Imports
    IMPORT_RECEIVED = "imports.received", _("Received material to import")
    IMPORT_READ = "imports.read", _("Read material to import")
    IMPORT_CONFIRMED = "imports.confirmed", _("Confirmed an import")
    IMPORT_DONE = "imports.done", _("Imported evidence")
    IMPORT_FAILED = "imports.failed", _("An import failed")
    IMPORT_RETRIED = "imports.retried", _("Tried an import again")
    IMPORT_CANCELLED = "imports.cancelled", _("Cancelled an import")

    # Recognition
    PAIR_JUDGED = "recognition.pair_judged", _("Said whether two items show the same")

    # Findings
    FINDING_PROPOSED = "findings.proposed", _("Proposed a finding")
    FINDING_RETURNED = "findings.returned", _("Returned a finding")
    FINDING_RESUBMITTED = "findings.resubmitted", _("Proposed a finding again")
    FINDING_WITHDRAWN = "findings.withdrawn", _("Withdrew a proposed finding")
    FINDING_APPROVED = "findings.approved", _("Approved a finding")
    FINDING_SUPERSEDED = "findings.superseded", _("Superseded a finding")
    ELEMENT_ASSESSED = "findings.element_assessed", _("Judged an element of a crime")

    # Statements
    STATEMENT_REGISTERED = "statements.registered", _("Registered a public statement")
    STATEMENT_CHANGED = "statements.changed", _("Changed a public statement")

    # Referrals
    REFERRAL_PREPARED = "referrals.prepared", _("Prepared a referral")
    REFERRAL_CHANGED = "referrals.changed", _("Changed a referral")
    REFERRAL_SUBMITTED = "referrals.submitted", _("Submitted a referral for approval")
    REFERRAL_APPROVED = "referrals.approved", _("Approved a referral")
    REFERRAL_RETURNED = "referrals.returned", _("Returned a referral for changes")
    REFERRAL_WITHDRAWN = "referrals.withdrawn", _("Withdrew a referral")
    REFERRAL_SENT = "referrals.sent", _("Recorded a referral as sent")
    REFERRAL_DELIVERY_UNKNOWN = "referrals.delivery_unknown", _("Recorded that delivery is unknown")
    REFERRAL_NOT_SENT = "referrals.not_sent", _("Established that a referral had not arrived")
    REFERRAL_ACKNOWLEDGED = "referrals.acknowledged", _("Recorded an acknowledgement")
    REFERRAL_REPLIED = "referrals.replied", _("Recorded a reply")
    REFERRAL_CLOSED = "referrals.closed", _("Closed a referral")
    CORRESPONDENCE_RECORDED = "referrals.correspondence_recorded", _("Recorded correspondence")
    PACKAGE_FROZEN = "referrals.package_frozen", _("Froze a package")
    PACKAGE_DOWNLOADED = "referrals.package_downloaded", _("Downloaded a package")

    # Figures
    ISSUER_FIGURE_RECORDED = "figures.issuer_figure_recorded", _("Recorded another issuer's figure")
    ISSUER_FIGURE_CHANGED = "figures.issuer_figure_changed", _("Changed another issuer's figure")
    FIGURES_EXPORTED = "figures.exported", _("Exported figures")

    # Integrity
    FILES_CHECKED = "integrity.files_checked", _("Checked stored files against their hashes, by schedule")

    # Office
    AUDIT_VIEWED = "office.audit_viewed", _("Read the audit log")
    AUDIT_EXPORTED = "office.audit_exported", _("Exported the audit log")
    CHAIN_VERIFIED = "office.chain_verified", _("Verified the audit chain")

    # Integrity
    CHAINS_EXPORTED = "integrity.chains_exported", _("Exported the chains")
    CUSTODY_EXTRACTED = "integrity.custody_extracted", _("Took an extract of custody")
    HEAD_KEY_CHANGED = "integrity.head_key_changed", _("Changed the key of heads")
