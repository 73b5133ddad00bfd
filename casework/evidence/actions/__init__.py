"""Every write of the evidence room. Each act checks the right under a lock, and leaves custody and audit behind.

Locks are taken in one order: the case, then the item, then (last of all) the audit's chain. Whoever appends custody to
several items does it before recording any audit event, and in the order of the items' keys.
"""

from casework.evidence.actions.caveats import release_caveat
from casework.evidence.actions.copies import add_working_copy
from casework.evidence.actions.files import add_file, add_files, check_file, note_download, reveal_file
from casework.evidence.actions.items import change_item, register_each, register_item
from casework.evidence.actions.judgements import assess_item, mark_graphic, rate_item
from casework.evidence.actions.links import link_item, unlink_item
from casework.evidence.actions.malware import clear_file, confirm_download
from casework.evidence.actions.marks import add_mark, change_mark, remove_mark
from casework.evidence.actions.observations import observe_post
from casework.evidence.actions.sources import add_source, change_source, rate_source
from casework.evidence.actions.testimony import add_earlier_interview, see_witness, withdraw_consent

__all__ = [
    "add_earlier_interview",
    "add_file",
    "add_files",
    "add_mark",
    "add_source",
    "add_working_copy",
    "assess_item",
    "change_item",
    "change_mark",
    "change_source",
    "check_file",
    "clear_file",
    "confirm_download",
    "link_item",
    "mark_graphic",
    "note_download",
    "observe_post",
    "rate_item",
    "rate_source",
    "register_each",
    "register_item",
    "release_caveat",
    "remove_mark",
    "reveal_file",
    "see_witness",
    "unlink_item",
    "withdraw_consent",
]
