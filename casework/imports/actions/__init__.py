"""Every write of the imports room: receiving, reading, confirming, running, giving up.

What is staged belongs to the import alone. Items are written once, at the end, in one transaction: all or none.
"""

from casework.imports.actions.batches import cancel_import, confirm_import, fail_import, receive_import, retry_import
from casework.imports.actions.reading import read_import
from casework.imports.actions.running import run_import

__all__ = [
    "cancel_import",
    "confirm_import",
    "fail_import",
    "read_import",
    "receive_import",
    "retry_import",
    "run_import",
]
