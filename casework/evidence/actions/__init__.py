"""Every write of the evidence room. Each act checks the right under a lock, and leaves custody and audit behind.

Locks are taken in one order: the case, then the item, then (last of all) the audit's chain. Whoever appends custody to
several items does it before recording any audit event, and in the order of the items' keys.
"""

from casework.evidence.actions.caveats import release_caveat
from casework.evidence.actions.files import add_file, add_files, check_file, note_download, reveal_file
from casework.evidence.actions.items import change_item, register_each, register_item
from casework.evidence.actions.links import link_item, unlink_item
from casework.evidence.actions.observations import observe_post
from casework.evidence.actions.sources import add_source, change_source, rate_source

__all__ = [
    "add_file",
    "add_files",
    "add_source",
    "change_item",
    "change_source",
    "check_file",
    "link_item",
    "note_download",
    "observe_post",
    "rate_source",
    "register_each",
    "register_item",
    "release_caveat",
    "reveal_file",
    "unlink_item",
]
